#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <edgenn/half.hpp>
#include <limits>

namespace {

using edgenn::half;

half from_bits(unsigned bits) {
  half h;
  h.bits = static_cast<std::uint16_t>(bits);
  return h;
}

/// IEEE 754 binary16 by its definition.
double value_of(unsigned bits) {
  const double sign = (bits & 0x8000u) != 0 ? -1 : 1;
  const int exponent = static_cast<int>(bits >> 10 & 31u), mantissa = static_cast<int>(bits & 1023u);
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024 + mantissa, exponent - 25);
}

TEST_CASE("every half becomes its float and comes back") {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const float f = from_bits(bits);
    if ((bits & 0x7C00u) != 0x7C00u) {
      REQUIRE(static_cast<double>(f) == value_of(bits));
      REQUIRE(std::signbit(f) == ((bits & 0x8000u) != 0));
      REQUIRE(half{f}.bits == bits);
    } else if ((bits & 0x3FFu) == 0) {
      REQUIRE(std::isinf(f));
      REQUIRE(half{f}.bits == bits);
    } else {
      REQUIRE(std::isnan(f));
      REQUIRE(std::isnan(float{half{f}}));
    }
  }
}

TEST_CASE("floats round to the nearest half, ties to even") {
  const auto check_between = [](unsigned low) {  // and its neighbour above
    const double a = value_of(low), b = value_of(low + 1), middle = (a + b) / 2;
    const auto m = static_cast<float>(middle);  // exact
    const unsigned even = (low & 1u) == 0 ? low : low + 1;
    REQUIRE(half{m}.bits == even);
    REQUIRE(half{std::nextafter(m, 0.0f)}.bits == low);
    REQUIRE(half{std::nextafter(m, 1e9f)}.bits == low + 1);
    REQUIRE(half{-m}.bits == (even | 0x8000u));
  };
  for (unsigned low = 0; low < 0x7BFFu; ++low) check_between(low);
}

TEST_CASE("what is too large becomes infinity") {
  CHECK(half{65504.0f}.bits == 0x7BFF);
  CHECK(half{std::nextafter(65520.0f, 0.0f)}.bits == 0x7BFF);
  CHECK(half{65520.0f}.bits == 0x7C00);
  CHECK(half{-65520.0f}.bits == 0xFC00);
  CHECK(half{std::numeric_limits<float>::max()}.bits == 0x7C00);
  CHECK(half{std::numeric_limits<float>::denorm_min()}.bits == 0);
  CHECK(half{-std::numeric_limits<float>::denorm_min()}.bits == 0x8000);
}

static_assert(float{half{0.333251953125f}} == 0.333251953125f);
static_assert(half{1.0f}.bits == 0x3C00 && half{-2.0f}.bits == 0xC000);

}  // namespace
