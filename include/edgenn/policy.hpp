#pragma once
// How a model uses memory and threads: wrappers of a backend.
#include <concepts>
#include <edgenn/share.hpp>

namespace edgenn {

/// `Backend` with the least memory: kernels that need no more scratch than they must and pack no more than
/// the weights themselves, values without gaps. A plain backend is as fast as it can be: its kernels may take
/// scratch memory, and values may get gaps between pixels where a kernel reads them faster then.
///
///     edgenn::model<net, edgenn::smallest<edgenn::native>> m{packed};
template <class Backend>
struct smallest : Backend {
  using fallback = Backend;                  ///< computes
  static constexpr bool is_smallest = true;  ///< says so to the plan
};
/// A backend whose kernels take more memory to be faster names another with those that do not: `lean`.
template <class Backend>
requires requires { typename Backend::lean; }
struct smallest<Backend> : Backend {
  using fallback = typename Backend::lean;   ///< computes
  static constexpr bool is_smallest = true;  ///< says so to the plan
};

/// `Backend` in models whose layers up to `Threads` threads compute together, those of the executor that
/// `run` gets. Kernels that can be divided get scratch memory for each of them.
///
///     edgenn::model<net, edgenn::with_threads<edgenn::native, 2>> m{packed};
///     m.run(executor, image);
template <class Backend, int Threads>
struct with_threads : Backend {
  static_assert(Threads >= 1, "edgenn: a model is run by at least one thread");
  using fallback = Backend;                ///< computes
  static constexpr int threads = Threads;  ///< at most
};

/// One share of the work on a layer: the executor passes on `context`, and the number of the share.
using share_task = void (*)(void* context, int index) noexcept;

/// What a model divides its work with: `run` calls `task(context, i)` once for each i in [0, count), at the
/// same time if it can, and returns when all of these calls have returned. See executors/ for one on
/// std::thread; on a microcontroller it is a few lines around the tasks of an operating system.
template <class T>
concept executor = requires(T& e, int count, share_task task, void* context) {
  e.run(count, task, context);
};

namespace detail {

template <class Backend>
inline constexpr bool is_smallest = false;
template <class Backend>
requires requires { Backend::is_smallest; }
inline constexpr bool is_smallest<Backend> = Backend::is_smallest;

template <class Backend>
inline constexpr int threads_of = 1;
template <class Backend>
requires requires { Backend::threads; }
inline constexpr int threads_of<Backend> = Backend::threads;

/// `Backend::lean`, or `Backend` if it has none.
template <class Backend>
struct lean_of {
  using type = Backend;
};
template <class Backend>
requires requires { typename Backend::lean; }
struct lean_of<Backend> {
  using type = typename Backend::lean;
};

/// Computes everything in the calling thread.
struct no_executor {};

}  // namespace detail
}  // namespace edgenn
