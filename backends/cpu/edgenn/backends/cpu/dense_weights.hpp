#pragma once
#include <edgenn/backends/cpu/dense.hpp>

namespace edgenn {

namespace detail {

/// Dense layers of other backends than the CPU backend's keep their weights.
template <class Backend, class Isa, class Stored, dense L, shape Out, shape In>
struct dense_kernel_of {
  using type = dense_kernel<Isa, Stored, L, Out, In>;
};
template <class Backend, class Stored, dense L, shape Out, shape In>
struct dense_kernel_of<Backend, void, Stored, L, Out, In> {
  using type = kernel<Backend, op<L, Out, In>>;
};

}  // namespace detail

/// `Backend`, one of the CPU backend's tags, with the weights of dense layers packed to 16 bits: `half` or
/// `bfloat16`. They are widened as they are read, and arithmetic stays in fp32; what streams from memory is
/// half as much. Biases stay in fp32, and weights in canonical order too.
///
/// Each output y = b + sum of w x is then wrong by at most u times the sum of |w x|, beside the rounding of
/// the sum, where u = 2^-11 for `half` and 2^-9 for `bfloat16`. Beyond 65504 a `half` is infinite,
/// and below 2^-14 its error is up to 2^-25 instead of relative; a `bfloat16` has the range of a float.
template <class Backend, class Stored>
struct with_dense_weights : Backend {
  using fallback = Backend;                                                          ///< for all other layers
  using lean = with_dense_weights<typename detail::lean_of<Backend>::type, Stored>;  ///< for `smallest`
};

template <class Backend, class Stored, dense L, shape Out, shape In>
struct kernel<with_dense_weights<Backend, Stored>, op<L, Out, In>>
    : detail::dense_kernel_of<Backend, detail::isa_of_t<Backend>, Stored, L, Out, In>::type {};

}  // namespace edgenn
