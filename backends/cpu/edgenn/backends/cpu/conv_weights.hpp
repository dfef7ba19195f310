#pragma once
#include <edgenn/backends/cpu/conv2d.hpp>
#include <edgenn/backends/cpu/pooled_conv2d.hpp>

namespace edgenn {

namespace detail {

/// Smaller weights stay in the second-level cache, and what fp32 costs them there is nothing.
inline constexpr int least_bytes_to_halve = 1 << 20;

template <class Kernel, class Stored>
concept stores_weights = requires {
  typename Kernel::template with_stored<Stored>;
  Kernel::packed_bytes;
};

/// `Kernel`, or the same with large weights stored as `Stored`.
template <class Kernel, class Stored>
consteval auto with_large_weights() {
  if constexpr (stores_weights<Kernel, Stored>) {
    if constexpr (Kernel::packed_bytes >= least_bytes_to_halve)
      return std::type_identity<typename Kernel::template with_stored<Stored>>{};
    else
      return std::type_identity<Kernel>{};
  } else {
    return std::type_identity<Kernel>{};
  }
}

}  // namespace detail

/// `Backend`, one of the CPU backend's tags or `without_winograd` of one, with the weights of large
/// convolutions (those that take a MiB or more in fp32) packed to 16 bits: `half` or `bfloat16`. Panels of
/// them are widened as they are needed, and arithmetic stays in fp32; what comes from memory is half as much.
/// Biases stay in fp32, and weights in canonical order too. Pointwise convolutions that Strassen's algorithm
/// computes keep fp32.
///
/// A direct convolution is then wrong as `with_dense_weights` says. With one of Winograd's algorithms the
/// transformed weights are rounded: relative to the root mean square of a layer's outputs, the errors' root
/// mean square is below 1e-3 with `half` for F(2x2, 3x3) and 5e-3 for larger ones, and four times as much
/// with `bfloat16`.
template <class Backend, class Stored>
struct with_conv_weights : Backend {
  using fallback = Backend;                                                         ///< for all other layers
  using lean = with_conv_weights<typename detail::lean_of<Backend>::type, Stored>;  ///< for `smallest`
};

template <class Backend, class Stored, conv2d L, shape Out, shape In>
struct kernel<with_conv_weights<Backend, Stored>, op<L, Out, In>>
    : decltype(detail::with_large_weights<kernel<Backend, op<L, Out, In>>, Stored>())::type {};

template <class Backend, class Stored, pooled_conv2d L, shape Out, shape In>
struct kernel<with_conv_weights<Backend, Stored>, op<L, Out, In>>
    : decltype(detail::with_large_weights<kernel<Backend, op<L, Out, In>>, Stored>())::type {};

}  // namespace edgenn
