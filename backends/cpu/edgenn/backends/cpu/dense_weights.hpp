#pragma once
#include <edgenn/backends/cpu/dense.hpp>

namespace edgenn {

/// `Backend`, one of the CPU backend's tags, with the weights of dense layers packed to 16 bits: `half` or
/// `bfloat16`. They are widened as they are read, and arithmetic stays in fp32; what streams from memory is
/// half as much. Biases stay in fp32, and weights in canonical order too.
///
/// Each output y = b + sum of w x is then wrong by at most u times the sum of |w x|, beside the rounding of
/// the sum, where u = 2^-11 for `half` and 2^-9 for `bfloat16`. Beyond 65504 a `half` is infinite,
/// and below 2^-14 its error is up to 2^-25 instead of relative; a `bfloat16` has the range of a float.
template <class Backend, class Stored>
struct with_dense_weights : Backend {
  using fallback = Backend;                                         ///< for all other layers
  using lean = with_dense_weights<typename Backend::lean, Stored>;  ///< for `smallest`
};

namespace detail {

/// The instruction set of a tag, or of one that derives from it.
template <class Isa>
std::type_identity<Isa> isa_of(const basic_cpu<Isa>*);
template <class Backend>
using isa_of_t = typename decltype(isa_of(static_cast<const Backend*>(nullptr)))::type;

}  // namespace detail

template <class Backend, class Stored, dense L, shape Out, shape In>
struct kernel<with_dense_weights<Backend, Stored>, op<L, Out, In>>
    : detail::dense_kernel<detail::isa_of_t<Backend>, Stored, L, Out, In> {};

}  // namespace edgenn
