#pragma once
#include <bit>
#include <cstdint>

namespace edgenn {

/// The upper half of a float as a storage type: its exponent and 7 bits of mantissa. Arithmetic happens in
/// float. Conversion from float rounds to nearest, ties to even; what is too large becomes infinity.
struct bfloat16 {
  std::uint16_t bits = 0;  ///< sign, 8 bits of exponent, 7 of mantissa

  constexpr bfloat16() = default;
  /// Rounds to nearest, ties to even.
  constexpr explicit bfloat16(float v) : bits{from_float(v)} {}

  /// Exact.
  constexpr operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

 private:
  static constexpr std::uint16_t from_float(float v) {
    const auto f = std::bit_cast<std::uint32_t>(v);
    if ((f & 0x7FFFFFFFu) > 0x7F800000u) return static_cast<std::uint16_t>((f >> 16) | 0x0040u);  // quiet NaN
    return static_cast<std::uint16_t>((f + 0x7FFFu + ((f >> 16) & 1u)) >> 16);
  }
};

}  // namespace edgenn
