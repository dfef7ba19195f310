#pragma once
#include <cstdint>
#include <edgenn/backends/cpu/microkernels/vec.hpp>
#include <initializer_list>

namespace edgenn::microkernels {

/// e^x for each element; below -87 the result is 0, above 88.37 it is infinity. Relative error below 2e-7
/// (tested). The usual scheme: x = n ln 2 + r with |r| <= ln 2 / 2, e^r by the Taylor polynomial of degree 7,
/// 2^n by its bits (Muller et al., "Handbook of Floating-Point Arithmetic", section on elementary functions).
/// A NaN stays one.
template <class Isa>
typename vec<Isa>::type exp(typename vec<Isa>::type argument) {
  using v = vec<Isa>;
  using integers [[gnu::vector_size(sizeof(typename v::type))]] = std::int32_t;
  const auto x = v::min(v::broadcast(89.0f), v::max(v::broadcast(-87.0f), argument));
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
  const auto shift = v::broadcast(12582912.0f);
  const auto shifted = v::fma(x, v::broadcast(1.44269504f), shift);
  const auto n = v::sub(shifted, shift);
  auto r = v::fma(n, v::broadcast(-0.693359375f), x);  // ln 2 in two parts, the first one short
  r = v::fma(n, v::broadcast(2.12194440e-4f), r);
  auto p = v::broadcast(1.0f / 5040);
  for (const float c : {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f})
    p = v::fma(p, r, v::broadcast(c));
  integers bits;
  __builtin_memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;
  typename v::type power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return argument < v::broadcast(-87.0f) ? v::zero() : v::mul(p, power);
}

}  // namespace edgenn::microkernels
