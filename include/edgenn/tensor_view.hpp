#pragma once
#include <edgenn/shape.hpp>

#if defined(__CUDACC__)
#  define EDGENN_HOST_DEVICE __host__ __device__
#else
#  define EDGENN_HOST_DEVICE
#endif

namespace edgenn {

/// An unowned DHWC tensor. The kernel knows the extents from its op; the view knows where elements lie.
/// Strides are in elements; the channels of a pixel are always adjacent. A view with gaps between pixels or
/// rows is part of a larger tensor, as the operand of a concat that needs no copy.
template <class T>
struct tensor_view {
  T* data;
  int pixel_stride;
  int row_stride;
  int slice_stride;

  /// A view without gaps of a tensor of shape `s` that starts at `data`.
  EDGENN_HOST_DEVICE static constexpr tensor_view contiguous(T* data, shape s) {
    return {data, s.c, s.w * s.c, s.h * s.w * s.c};
  }
  EDGENN_HOST_DEVICE constexpr T& operator()(int y, int x, int c) const {
    return data[y * row_stride + x * pixel_stride + c];
  }
  EDGENN_HOST_DEVICE constexpr T& operator()(int z, int y, int x, int c) const {
    return data[z * slice_stride + y * row_stride + x * pixel_stride + c];
  }
};

}  // namespace edgenn
