#pragma once
// Boxes and how much they overlap.

namespace edgenn {

/// A rectangle between two opposite corners, in whatever unit its user chose: pixels, or shares of an image's
/// sides. x grows to the right and y downwards.
template <class T>
struct basic_box {
  T x1 = 0;  ///< left
  T y1 = 0;  ///< top
  T x2 = 0;  ///< right
  T y2 = 0;  ///< bottom

  /// Negative where the corners are not the upper left and the lower right one.
  /// @{
  constexpr T width() const { return x2 - x1; }
  constexpr T height() const { return y2 - y1; }
  /// @}
  /// Their product.
  constexpr T area() const { return width() * height(); }
  /// The same rectangle with x1 <= x2 and y1 <= y2.
  constexpr basic_box normalized() const {
    return {x2 < x1 ? x2 : x1, y2 < y1 ? y2 : y1, x2 < x1 ? x1 : x2, y2 < y1 ? y1 : y2};
  }
  friend constexpr bool operator==(const basic_box&, const basic_box&) = default;
};

/// A box with coordinates in fp32.
using box = basic_box<float>;

/// Intersection over union, in [0, 1]: 1 for equal boxes, 0 for boxes without a common point. Corners may be
/// any two opposite ones. It is 0 where that is no number: one of the boxes has no area, infinite or NaN
/// coordinates, or coordinates so large that areas overflow.
template <class T>
constexpr T iou(const basic_box<T>& a, const basic_box<T>& b) {
  const basic_box<T> p = a.normalized(), q = b.normalized();
  const basic_box<T> common{p.x1 < q.x1 ? q.x1 : p.x1, p.y1 < q.y1 ? q.y1 : p.y1, p.x2 < q.x2 ? p.x2 : q.x2,
                            p.y2 < q.y2 ? p.y2 : q.y2};
  if (!(common.x1 < common.x2 && common.y1 < common.y2)) return T(0);
  const T shared = common.area();
  const T share = shared / (p.area() + q.area() - shared);
  return share > T(0) ? (share < T(1) ? share : T(1)) : T(0);
}

}  // namespace edgenn
