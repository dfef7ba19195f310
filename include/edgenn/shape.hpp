#pragma once
// Shapes and extents. All are structural types, so they may be template arguments.

namespace edgenn {

/// Extents of one activation tensor. Storage order is DHWC: channels innermost, then columns, rows and, for
/// the few layers that have it (max_pool3d), depth outermost.
struct shape {
  int h = 1;  ///< rows
  int w = 1;  ///< columns
  int c = 1;  ///< channels
  int d = 1;  ///< depth: frames, scales ...; 1 for ordinary images

  /// Number of elements. Every value of a network has at most 2147483647.
  constexpr int size() const { return d * h * w * c; }
  friend constexpr bool operator==(const shape&, const shape&) = default;
};

/// A height and a width. One number means a square: `.kernel = 3` is `.kernel = {3, 3}`.
struct extent {
  int h;  ///< rows
  int w;  ///< columns

  /// A square.
  constexpr extent(int side) : h{side}, w{side} {}
  /// Rows, then columns.
  constexpr extent(int height, int width) : h{height}, w{width} {}
  friend constexpr bool operator==(const extent&, const extent&) = default;
};

/// A depth, a height and a width. One number means a cube.
struct extent3 {
  int d;  ///< depth
  int h;  ///< rows
  int w;  ///< columns

  /// A cube.
  constexpr extent3(int side) : d{side}, h{side}, w{side} {}
  /// Depth, rows, then columns.
  constexpr extent3(int depth, int height, int width) : d{depth}, h{height}, w{width} {}
  friend constexpr bool operator==(const extent3&, const extent3&) = default;
};

namespace detail {

inline constexpr long long max_int = 2147483647;

/// The product of positive extents, or some larger number than max_int if it is one: overflow is no answer.
template <class... Extents>
constexpr long long count_of(Extents... extents) {
  long long count = 1;
  ((count = count > max_int ? count : count * extents), ...);
  return count;
}

/// `n`, or max_int if it is more.
constexpr int at_most_max_int(long long n) { return static_cast<int>(n < max_int ? n : max_int); }

}  // namespace detail

}  // namespace edgenn
