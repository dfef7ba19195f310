#pragma once
// Vectors of fp32, the alphabet of the microkernels. Only the files included here speak of instructions.
#include <edgenn/backends/cpu/microkernels/vec_neon.hpp>
#include <edgenn/backends/cpu/microkernels/vec_x86.hpp>

namespace edgenn::microkernels {

/// A vector of `width` floats of an instruction set with `registers` registers. `load_first` and
/// `store_first` touch only the first n elements, 0 <= n <= width; `load_first` sets the others to zero.
/// `fma(a, b, c)` is a * b + c, rounded once or twice. `max(a, b)` and `min(a, b)` return b if one is NaN;
/// `max_or_nan` returns NaN. `load_half` and `load_bfloat16` widen to fp32, exactly. `rsqrt_estimate` is
/// 1 / sqrt(a), relative within 2^-rsqrt_bits, for normal a > 0. `in_register(a)` is a; the compiler must not
/// load it again for each use. `clamp(a, low, high)` keeps a NaN. Where elements can be factors,
/// `fma_lane<I>(a, b, c)` is a[I] * b + c. Where registers are few, `add_product(sum, a, p)` adds a times the
/// vector at p, which is aligned, `add_last_product` the same for an a of no further use, and
/// `broadcast_lane<I>(a)` is a[I] in all elements. Where broadcasting costs, `load_twice(p)` is
/// {p[0], p[1], p[0], p[1]} and `add_pairs(a, b)` is {a[0] + a[1], a[2] + a[3], b[0] + b[1], b[2] + b[3]}.
template <class Isa>
struct vec;

}  // namespace edgenn::microkernels
