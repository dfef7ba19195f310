#pragma once
// Parameter types of layers that the compiler can carry as template arguments.
#include <bit>
#include <cstdint>

namespace edgenn {

/// A number with a fraction as a layer parameter: `.epsilon = 1e-5`. It is kept as the bits of a float,
/// because clang 14 takes no floating-point template arguments, and so that equal parameters are equal types.
struct real {
  std::int32_t bits = 0;  ///< of the number as a float

  constexpr real() = default;
  /// From a number; rounds to float.
  /// @{
  constexpr real(float v) : bits{std::bit_cast<std::int32_t>(v)} {}
  constexpr real(double v) : real{static_cast<float>(v)} {}
  constexpr real(int v) : real{static_cast<float>(v)} {}
  /// @}

  /// The number.
  constexpr float value() const { return std::bit_cast<float>(bits); }
  friend constexpr bool operator==(const real&, const real&) = default;
};

/// Yes or no as a layer parameter: `.bias = false`. A bool would leave padding bytes in the layer.
struct flag {
  int on = 0;  ///< 1 or 0

  /// From a bool.
  constexpr flag(bool v) : on{v ? 1 : 0} {}
  /// Whether it is yes.
  constexpr explicit operator bool() const { return on != 0; }
  friend constexpr bool operator==(const flag&, const flag&) = default;
};

}  // namespace edgenn
