#pragma once

namespace edgenn {

/// A fixed number of elements indexed by int, as every count and number in a graph is.
template <class T, int N>
struct static_array {
  T items[N > 0 ? N : 1];  ///< the elements

  /// Number of elements.
  static constexpr int size() { return N; }
  constexpr T& operator[](int i) { return items[i]; }
  constexpr const T& operator[](int i) const { return items[i]; }
  /// The elements as a range.
  /// @{
  constexpr T* data() { return items; }
  constexpr const T* data() const { return items; }
  constexpr T* begin() { return items; }
  constexpr T* end() { return items + N; }
  constexpr const T* begin() const { return items; }
  constexpr const T* end() const { return items + N; }
  /// @}
};

}  // namespace edgenn
