// half against exact arithmetic in double.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <edgenn/half.hpp>
#include <limits>
#include <vector>

using edgenn::half;

namespace {

half from_bits(int bits) {
  half h;
  h.bits = static_cast<std::uint16_t>(bits);
  return h;
}

constexpr int infinity_bits = 0x7C00;

/// The value of a finite half without sign, from the definition of binary16.
double value_of(int bits) {
  const int exponent = bits >> 10, mantissa = bits & 0x3FF;
  return exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
}

/// The nearest half to a magnitude, ties to even; 2^16, the value after the largest, stands for infinity.
int nearest(double magnitude) {
  static const std::vector<double> values = [] {
    std::vector<double> v;
    v.reserve(infinity_bits + 1);
    for (int bits = 0; bits < infinity_bits; ++bits) v.push_back(value_of(bits));
    v.push_back(65536);
    return v;
  }();
  if (magnitude >= values.back()) return infinity_bits;
  const auto above = std::upper_bound(values.begin(), values.end(), magnitude);
  const int low = static_cast<int>(above - values.begin()) - 1;
  const double down = magnitude - *(above - 1), up = *above - magnitude;
  return down < up || (down == up && low % 2 == 0) ? low : low + 1;
}

/// Counts wrong results, so that a hundred thousand right ones do not slow the test down.
int wrong_conversions(float v) {
  const int bits = nearest(std::abs(static_cast<double>(v)));
  return (half{v}.bits != bits) + (half{-v}.bits != (bits | 0x8000));
}

static_assert(half{1.0f}.bits == 0x3C00 && half{-2.0f}.bits == 0xC000);
static_assert(float{half{0.333251953125f}} == 0.333251953125f);

}  // namespace

TEST_CASE("every half becomes the float of its value and comes back") {
  int wrong = 0;
  for (int bits = 0; bits < 0x10000; ++bits) {
    const float v = from_bits(bits);
    const int magnitude = bits & 0x7FFF;
    wrong += std::signbit(v) != (bits != magnitude);
    if (magnitude > infinity_bits) {  // NaN: sign and payload survive, the quiet bit may be set
      wrong += !(std::isnan(v) && (half{v}.bits | 0x0200) == (bits | 0x0200));
    } else {
      const double exact =
          magnitude == infinity_bits ? std::numeric_limits<double>::infinity() : value_of(magnitude);
      wrong += !(static_cast<double>(v) == (bits == magnitude ? exact : -exact) && half{v}.bits == bits);
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("floats round to the nearest half, ties to even") {
  const float infinity = std::numeric_limits<float>::infinity();
  int wrong = 0;
  for (int bits = 0; bits < infinity_bits; ++bits) {
    const double next = bits + 1 == infinity_bits ? 65536.0 : value_of(bits + 1);
    const auto tie = static_cast<float>((value_of(bits) + next) / 2);  // exact: one bit more than a half has
    const auto v = static_cast<float>(value_of(bits));
    for (const float f : {v, tie})
      wrong += wrong_conversions(f) + wrong_conversions(std::nextafter(f, infinity))
               + wrong_conversions(std::abs(std::nextafter(f, -infinity)));
  }
  CHECK(wrong == 0);
}

TEST_CASE("floats of all exponents round to the nearest half") {
  int wrong = 0;
  std::uint32_t state = 1;
  for (int i = 0; i < 100000; ++i) {
    state = state * 1664525u + 1013904223u;
    const float v = std::bit_cast<float>(state >> 1);
    if (std::isfinite(v)) wrong += wrong_conversions(v);
  }
  CHECK(wrong == 0);
}

TEST_CASE("what is too large becomes infinity, what is not a number stays none") {
  CHECK(half{65504.0f}.bits == 0x7BFF);
  CHECK(half{std::nextafter(65520.0f, 0.0f)}.bits == 0x7BFF);
  CHECK(half{65520.0f}.bits == infinity_bits);
  CHECK(half{-65520.0f}.bits == (0x8000 | infinity_bits));
  CHECK(half{std::numeric_limits<float>::max()}.bits == infinity_bits);
  CHECK(half{-std::numeric_limits<float>::infinity()}.bits == (0x8000 | infinity_bits));
  CHECK(half{std::numeric_limits<float>::denorm_min()}.bits == 0);
  CHECK(half{-0.0f}.bits == 0x8000);
  for (std::uint32_t bits = 0x7F800001u; bits <= 0x7FFFFFFFu; bits += 0x1FFFu)
    CHECK(std::isnan(float{half{std::bit_cast<float>(bits)}}));
}
