#pragma once
#include <edgenn/shape.hpp>

namespace edgenn {

/// An unowned DHWC tensor. The kernel knows the extents from its op; the view knows where elements lie.
/// Strides are in elements; the channels of a pixel are always adjacent. A view with gaps between pixels or
/// rows is part of a larger tensor, as the operand of a concat that needs no copy.
template <class T>
struct tensor_view {
  T* data;           ///< the first element
  int pixel_stride;  ///< elements from one pixel to the next in a row
  int row_stride;    ///< elements from one row to the next
  int slice_stride;  ///< elements from one slice of the depth to the next

  /// A view without gaps of a tensor of shape `s` that starts at `data`.
  static constexpr tensor_view contiguous(T* data, shape s) {
    return {data, s.c, s.w * s.c, s.h * s.w * s.c};
  }
  /// Element of row y, column x, channel c of the first slice.
  constexpr T& operator()(int y, int x, int c) const { return data[y * row_stride + x * pixel_stride + c]; }
  /// Element of slice z, row y, column x, channel c.
  constexpr T& operator()(int z, int y, int x, int c) const {
    return data[z * slice_stride + y * row_stride + x * pixel_stride + c];
  }
};

}  // namespace edgenn
