#pragma once
// The meeting point of layers and backends.
#include <concepts>
#include <cstddef>
#include <edgenn/graph.hpp>
#include <edgenn/policy.hpp>
#include <edgenn/tensor_view.hpp>
#include <type_traits>
#include <utility>

namespace edgenn {

/// A layer bound to the shapes it meets in a network: all a kernel may know at compile time.
/// Two nodes with the same layer and shapes are the same op, so they share one kernel.
template <auto Layer, shape Out, shape... In>
struct op {
  static constexpr auto layer = Layer;                                   ///< with its parameters
  static constexpr shape out = Out;                                      ///< shape of the output
  static constexpr static_array<shape, int{sizeof...(In)}> in{{In...}};  ///< shapes of the inputs
};

// A backend is a tag, a struct that nobody makes an object of. Its members:
// - `element` and `weight`: types of activations and of weights;
// - `fallback`: the backend whose kernels it inherits, or `no_fallback`;
// - `static constexpr int alignment`: bytes, a power of two. Buffers in the arena, scratch and packed weights
//   start at its multiples. The network's inputs do not: they are the caller's memory. Nor do the parts of a
//   concat's result that kernels write in place, which start at whole elements;
// - optionally `template <int Bytes> struct buffer`, whose `std::byte* data()` is a multiple of `alignment`:
//   where a model keeps the arena that it owns, if not in a plain array;
// - optionally `lean`: a backend with the same results up to rounding whose kernels need less memory, for
//   `smallest`.

/// The end of every chain of fallbacks.
struct no_fallback {};

/// How `Backend` computes `Op`. A backend specialises this for the ops it implements:
///
///     template <conv2d L, shape Out, shape In>
///     struct kernel<neon, op<L, Out, In>> {
///       static void run(tensor_view<const float> x, tensor_view<float> y, const float* weights);
///     };
///
/// and inherits the rest from `Backend::fallback`. `run` takes one view for each input, the output view,
/// then, if it wants them, the weights and after those the scratch memory (std::byte*). A kernel that can be
/// divided among threads takes, as the last argument, `share part = {}` and computes that part. Optional
/// members, all constexpr:
/// - `int scratch_bytes`: memory that `run` needs only while it runs, for each share, aligned as the backend
///   says;
/// - `bool in_place`: the output may lie on any one input of at least its size; with a `share`, on one of the
///   output's own shape only, and no share may write what another has yet to read;
/// - `bool strided`: views may have gaps between pixels and rows (otherwise they are contiguous);
/// - `int input_gap`: elements that the kernel would like between the pixels of its inputs, to be faster;
/// - `bool stands_in`: models use the op, a layer made of others as separable_conv2d is, in their place;
/// - `int packed_bytes` and `static void pack(const weight* canonical, std::byte* packed)`: weights in the
///   kernel's own order; `run` then gets the packed ones, as const std::byte*;
/// - `template <shape Out, shape... In> using with_extents`: the kernel of the same layer for other extents
///   that reads the weights which this one packs, for `packed_as`.
///
/// Specialise on the layer's type and choose the algorithm inside with `if constexpr`, never on constraints
/// alone: gcc 12 gives internal linkage to partial specialisations that differ only in constraints.
template <class Backend, class Op>
struct kernel : kernel<typename Backend::fallback, Op> {};

template <class Op>
struct kernel<no_fallback, Op> {};

/// Whether `Backend`, or a backend it falls back to, implements `Op`.
template <class Backend, class Op>
concept supports = requires {
  &kernel<Backend, Op>::run;
};

/// Whether `Backend` itself implements `Op`, rather than one of its fallbacks.
template <class Backend, class Op>
concept implements =
    supports<Backend, Op> && !std::derived_from<kernel<Backend, Op>, kernel<typename Backend::fallback, Op>>;

namespace detail {

template <const auto& Net, int I, class = std::make_integer_sequence<int, Net[I].input_count>>
struct bind_node;

template <const auto& Net, int I, int... K>
struct bind_node<Net, I, std::integer_sequence<int, K...>> {
  using layer_type = typename layer_named<Net[I].layer.id()>::type;
  using type = op<Net[I].layer.template as<layer_type>(), Net[I].out, Net[Net[I].input(K)].out...>;
};

}  // namespace detail

/// The op of node `I` of the graph `Net`. Inputs of the network have none.
template <const auto& Net, int I>
using node_op = typename detail::bind_node<Net, I>::type;

namespace detail {

// Optional members of kernels.

template <class K>
inline constexpr int scratch_bytes_of = 0;
template <class K>
requires requires { K::scratch_bytes; }
inline constexpr int scratch_bytes_of<K> = K::scratch_bytes;

template <class K>
inline constexpr bool is_in_place = false;
template <class K>
requires requires { K::in_place; }
inline constexpr bool is_in_place<K> = K::in_place;

template <class K>
inline constexpr bool is_strided = false;
template <class K>
requires requires { K::strided; }
inline constexpr bool is_strided<K> = K::strided;

template <class K>
inline constexpr int input_gap_of = 0;
template <class K>
requires requires { K::input_gap; }
inline constexpr int input_gap_of<K> = K::input_gap;

template <class K>
inline constexpr bool stands_in = false;
template <class K>
requires requires { K::stands_in; }
inline constexpr bool stands_in<K> = K::stands_in;

template <class K>
concept packs = requires {
  K::packed_bytes;
};

struct member_named_run {
  int run;
};
/// Names of both bases are ambiguous here.
template <class K>
struct with_run : K, member_named_run {};

/// Whether the kernel has a member `run`, even one that does not fit.
template <class K>
concept has_run = !requires {
  &with_run<K>::run;
};

/// The call of an op's kernel: with a view for each input and the output, and what else `run` wants.
template <class Backend, class Op, class = std::make_integer_sequence<int, Op::in.size()>>
struct kernel_call;

template <class Backend, class Op, int... K>
struct kernel_call<Backend, Op, std::integer_sequence<int, K...>> {
  using kernel = edgenn::kernel<Backend, Op>;
  using element = typename Backend::element;
  using weights = std::conditional_t<packs<kernel>, const std::byte*, const typename Backend::weight*>;

  template <class... Extra>
  static constexpr bool takes = requires(typename repeated<K, tensor_view<const element>>::type... x,
                                         tensor_view<element> y, Extra... extra) {
    kernel::run(x..., y, extra...);
  };
  /// 2: weights and scratch, 1: weights, 0: neither, -1: `run` does not fit.
  static constexpr int extra_arguments = takes<weights, std::byte*> ? 2
                                         : takes<weights>           ? 1
                                         : takes<>                  ? 0
                                                                    : -1;
  /// Whether `run` can compute a share of its work.
  static constexpr bool divisible = extra_arguments == 2   ? takes<weights, std::byte*, share>
                                    : extra_arguments == 1 ? takes<weights, share>
                                                           : takes<share>;
};

}  // namespace detail
}  // namespace edgenn
