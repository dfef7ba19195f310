#pragma once
// Powers and logarithms of base 2 in constant expressions, where the standard library has none.

namespace edgenn::detail {

/// floor for |v| < 2^31.
constexpr int floor_of(double v) {
  const int i = static_cast<int>(v);
  return i > v ? i - 1 : i;
}

/// 2^v, within 1e-15 of it.
constexpr double exp2_of(double v) {
  const int whole = floor_of(v);
  const double x = (v - whole) * 0.6931471805599453;  // [0, log 2)
  double sum = 1, term = 1;
  for (int i = 1; i < 20; ++i) sum += (term *= x / i);
  for (int i = 0; i < whole; ++i) sum *= 2;
  for (int i = 0; i > whole; --i) sum /= 2;
  return sum;
}

/// The logarithm to base 2 of a finite v > 0, within 1e-15.
constexpr double log2_of(double v) {
  int whole = 0;
  for (; v >= 1.5; v /= 2) ++whole;
  for (; v < 0.75; v *= 2) --whole;
  // log v = 2 atanh(z), |z| <= 1/5
  const double z = (v - 1) / (v + 1), zz = z * z;
  double sum = 0, power = z;
  for (int i = 1; i < 26; i += 2, power *= zz) sum += power / i;
  return whole + 2 * sum / 0.6931471805599453;
}

}  // namespace edgenn::detail
