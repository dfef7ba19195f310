#pragma once
#include <edgenn/backends/cpu/microkernels/vec.hpp>

namespace edgenn::microkernels {

/// t^-0.75 for each element that is positive and normal; zero for infinity, NaN for NaN and for negative
/// ones. Relative error below 5e-7 (tested).
///
/// With estimates r of 1 / sqrt(t) and q of 1 / sqrt(r), and with what they lack, d = 1 - t r^2 and
/// e = 1 - r q^2, it is r^2 q (1 - d)^-0.75 (1 - e)^-0.5: two short series.
template <class Isa>
typename vec<Isa>::type power_of_minus_three_quarters(typename vec<Isa>::type t) {
  using v = vec<Isa>;
  const auto one = v::broadcast(1.0f);
  const auto r = v::rsqrt_estimate(t);
  // For infinity r is zero; so that the result is, too, nothing else may be infinite.
  const auto q = v::rsqrt_estimate(v::max(v::broadcast(0x1p-100f), r));
  const auto tr = v::mul(v::min(v::broadcast(0x1.fffffep127f), t), r), rq = v::mul(r, q);
  const auto d = v::sub(one, v::mul(tr, r)), e = v::sub(one, v::mul(rq, q));
  auto for_d = v::broadcast(0.75f), for_e = v::broadcast(0.5f);
  if constexpr (v::rsqrt_bits < 13) {
    for_d = v::fma(d, v::broadcast(21.0f / 32), for_d);
    for_e = v::fma(e, v::broadcast(3.0f / 8), for_e);
  }
  const auto missing = v::fma(d, for_d, v::mul(e, for_e));
  const auto estimate = v::mul(r, rq);
  return v::fma(estimate, missing, estimate);
}

}  // namespace edgenn::microkernels
