#pragma once
// Functions of angles and roots in constant expressions, where the standard library has none.

namespace edgenn::detail {

/// The sine of an angle in degrees within [-360, 360], to 1e-15.
constexpr double sine_of_degrees(double degrees) {
  const double x = degrees * 0.017453292519943295;
  double sum = x, term = x;
  for (int i = 2; i < 60; i += 2) sum += (term *= -x * x / (i * (i + 1.0)));
  return sum;
}
/// The cosine of an angle in degrees within [-360, 270].
constexpr double cosine_of_degrees(double degrees) { return sine_of_degrees(degrees + 90); }

/// The root of a number, to the last bit or two; of 0 or less 0.
constexpr double square_root_of(double v) {
  if (!(v > 0)) return 0;
  double root = v > 1 ? v : 1;
  for (double next = (root + v / root) / 2; next < root; next = (root + v / root) / 2) root = next;
  return root;
}

}  // namespace edgenn::detail
