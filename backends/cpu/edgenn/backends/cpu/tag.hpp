#pragma once
#include <edgenn/backends/cpu/isa.hpp>
#include <edgenn/backends/cpu/microkernels/vec.hpp>
#include <edgenn/backends/reference.hpp>
#include <type_traits>
#if __has_include(<edgenn/backends/eigen.hpp>)
#  include <edgenn/backends/eigen.hpp>
#endif

namespace edgenn {

namespace detail {

/// What computes where the CPU backend has no kernel, or does not know the processor.
#if __has_include(<edgenn/backends/eigen.hpp>)
using portable_backend = eigen;
#else
using portable_backend = reference;
#endif

}  // namespace detail

template <class Backend, int M>
struct with_winograd;

/// The CPU backend in fp32 for the instruction set `Isa`. Files that use it are compiled for that set
/// (-march=x86-64-v4 or the like).
template <class Isa>
struct basic_cpu {
  /// Of activations.
  using element = float;
  /// Of weights in canonical order; kernels pack them.
  using weight = float;
  /// For layers without a kernel here: `eigen` where its folder is on the include path (the CMake target
  /// edgenn::eigen puts it there), which itself falls back to `reference`; otherwise `reference`.
  using fallback = detail::portable_backend;
  /// For `smallest`: the algorithms of Winograd and Strassen need scratch memory and larger packed weights.
  using lean = with_winograd<basic_cpu, 0>;
  static constexpr int alignment = 64;  ///< bytes, of each buffer in the arena and of packed weights
};

namespace detail {

/// The instruction set of a tag, or of one that derives from it; `void` for other backends.
template <class Isa>
std::type_identity<Isa> isa_of(const basic_cpu<Isa>*);
std::type_identity<void> isa_of(const void*);
template <class Backend>
using isa_of_t = typename decltype(isa_of(static_cast<const Backend*>(nullptr)))::type;

}  // namespace detail

/// `Backend`, one of this file, with convolutions of stride 1 computed by Winograd's algorithms wherever they
/// apply: those of 3x3 by F(M x M, 3 x 3), M = 2, 4, 5 or 6, and others with the same M + 2 products in each
/// axis of a tile; with M = 0 never. All other convolutions are computed directly. The tags themselves choose
/// for each layer, and compute pointwise convolutions by one step of Strassen's algorithm where it is faster.
///
/// Relative to the root mean square of a layer's outputs, the errors' root mean square is about 2e-7 (M = 2),
/// 1e-6 (M = 4), 1.5e-6 (M = 5, and up to 2.7e-6 for kernels longer than 5) or 2e-6 (M = 6) with few channels
/// and twice that with 512; a direct convolution has 2e-7 to 1e-6. Packed weights of 3x3 grow by a factor of
/// (M + 2)^2 / 9: 1.8, 4, 5.4 and 7.1. Strassen's algorithm has up to 5e-8 times the root of the number of
/// channels, 3e-7 with 32 and 1.1e-6 with 512, about twice as much as a direct convolution, and its weights
/// grow by 7 / 4. All of these algorithms mix neighbours: a NaN in the input spreads to the rest of a tile,
/// or to one or two other pixels (a weight that is NaN or infinite, to another filter), an infinity may
/// become NaN there, numbers overflow earlier, and errors are in proportion to the largest of what is mixed.
/// Filters that Strassen's algorithm mixes are scaled to each other first.
template <class Backend, int M>
struct with_winograd : Backend {
  static_assert(M == 0 || M == 2 || M == 4 || M == 5 || M == 6,
                "edgenn: Winograd's convolutions are F(M x M, 3 x 3) with M = 2, 4, 5 or 6, and what has as "
                "many products");
  using fallback = Backend;  ///< for all other layers
};
/// `Backend` with all convolutions computed directly, neither by Winograd's algorithms nor by Strassen's: the
/// least memory for weights and the least rounding. That is what `smallest` makes of all of these too.
template <class Backend>
using without_winograd = with_winograd<Backend, 0>;

#if defined(__SSE4_2__)
using sse42 = basic_cpu<isa::sse42>;
#endif
#if defined(__AVX2__) && defined(__FMA__)
using avx2 = basic_cpu<isa::avx2>;
#endif
#if defined(__AVX512F__)
using avx512 = basic_cpu<isa::avx512>;
#endif
#if defined(__aarch64__)
using neon = basic_cpu<isa::neon>;
#endif
#if defined(__arm__) && defined(__ARM_NEON)
using neon32 = basic_cpu<isa::neon32>;
#endif

/// The widest instruction set that the file is compiled for. If this backend knows none of them, `eigen`
/// where its folder is on the include path, otherwise `reference`.
#if defined(__AVX512F__)
using native = avx512;
#elif defined(__AVX2__) && defined(__FMA__)
using native = avx2;
#elif defined(__SSE4_2__)
using native = sse42;
#elif defined(__aarch64__)
using native = neon;
#elif defined(__arm__) && defined(__ARM_NEON)
using native = neon32;
#else
using native = detail::portable_backend;
#endif

namespace detail {

/// The bounds that an activation clamps to, if that is all it does.
struct clamping {
  bool is_all;
  float low, high;
};

constexpr clamping clamping_of(const activation& act) {
  constexpr float infinity = __builtin_huge_valf();
  switch (act.kind) {
    case activation_kind::none:
      return {true, -infinity, infinity};
    case activation_kind::relu:
      return {true, 0, infinity};
    case activation_kind::clip:
      return {true, act.a.value(), act.b.value()};
    default:
      return {false, -infinity, infinity};
  }
}

constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }

}  // namespace detail
}  // namespace edgenn
