#pragma once
#include <bit>
#include <cstdint>
#include <type_traits>

namespace edgenn {

/// IEEE 754 binary16 as a storage type: arithmetic happens in float. Conversion from float rounds to nearest,
/// ties to even; what is too large becomes infinity.
struct half {
  std::uint16_t bits = 0;  ///< sign, 5 bits of exponent, 10 of mantissa

  constexpr half() = default;
  /// Rounds to nearest, ties to even.
  constexpr explicit half(float v) : bits{from_float(v)} {}

  /// Exact.
  constexpr operator float() const {
#if defined(__ARM_FP16_FORMAT_IEEE) && !defined(__clang__)
    if (!std::is_constant_evaluated()) {
      __fp16 native;
      __builtin_memcpy(&native, &bits, sizeof native);
      return native;
    }
#endif
    return to_float(bits);
  }

 private:
  static constexpr float to_float(std::uint16_t h) {
    const std::uint32_t sign = (h & 0x8000u) << 16, exponent = h & 0x7C00u, mantissa = h & 0x03FFu;
    if (exponent == 0) {  // zero or subnormal: mantissa * 2^-24, exact in float
      const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
      return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
    }
    const std::uint32_t shifted = (exponent | mantissa) << 13;
    const std::uint32_t rebias = exponent == 0x7C00u ? 0x70000000u : 0x38000000u;
    return std::bit_cast<float>(sign | (shifted + rebias));
  }

  static constexpr std::uint16_t from_float(float v) {
    const auto f = std::bit_cast<std::uint32_t>(v);
    const auto sign = static_cast<std::uint16_t>((f >> 16) & 0x8000u);
    const std::uint32_t magnitude = f & 0x7FFFFFFFu;
    const auto signed_bits = [sign](std::uint32_t m) { return static_cast<std::uint16_t>(sign | m); };
    if (magnitude > 0x7F800000u)
      return signed_bits(0x7E00u | ((magnitude >> 13) & 0x1FFu));  // NaN, made quiet
    if (magnitude >= 0x477FF000u) return signed_bits(0x7C00u);     // 65520 and above round to infinity
    if (magnitude < 0x38800000u) {                                 // below 2^-14: subnormal or zero
      // Adding 2^-1 leaves magnitude * 2^24, rounded to nearest even, in the low bits of the mantissa.
      const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
      return signed_bits(std::bit_cast<std::uint32_t>(shifted) - 0x3F000000u);
    }
    const std::uint32_t rounded = magnitude + 0xFFFu + ((magnitude >> 13) & 1u);
    return signed_bits((rounded - 0x38000000u) >> 13);
  }
};

}  // namespace edgenn
