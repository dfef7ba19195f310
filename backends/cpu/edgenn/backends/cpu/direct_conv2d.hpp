#pragma once
#include <edgenn/backends/cpu/border.hpp>
#include <edgenn/backends/cpu/microkernels/gemm.hpp>
#include <edgenn/backends/cpu/tag.hpp>
#include <edgenn/layers/conv2d.hpp>

namespace edgenn::detail {

/// A convolution as products of panels, all numbers at run time: one driver serves every layer.
struct conv_job {
  const float* x;  ///< the (padded) input
  int x_pixel_stride, x_row_stride;
  float* y;
  int y_pixel_stride, y_row_stride;
  int out_h, out_w;
  int stride_h, stride_w;
  microkernels::runs left;
  int groups, group_channels, group_filters;
  const float* bias;     ///< [groups][panels][columns]
  const float* weights;  ///< [groups][panels][k][columns]
  float low, high;
};

/// Panels outermost: one stays in the first-level cache while the image passes by.
template <class Isa>
void convolve(conv_job job) {
  using tile = microkernels::gemm_tile<Isa>;
  if (job.left.outer == 1 && job.left.inner == 1 && job.stride_h == 1 && job.stride_w == 1
      && job.x_row_stride == job.out_w * job.x_pixel_stride
      && job.y_row_stride == job.out_w * job.y_pixel_stride) {
    job.out_w *= job.out_h;  // pointwise: all rows are one
    job.out_h = 1;
  }
  const int panels = ceil_div(job.group_filters, tile::columns);
  const int panel_floats = job.left.outer * job.left.inner * job.left.length * tile::columns;
  for (int g = 0; g < job.groups; ++g)
    for (int p = 0; p < panels; ++p) {
      const int n = job.group_filters - p * tile::columns;
      const int panel = g * panels + p;
      microkernels::gemm_panel_job product{job.left,
                                           job.stride_w * job.x_pixel_stride,
                                           job.weights + panel * panel_floats,
                                           job.bias + panel * tile::columns,
                                           job.y_pixel_stride,
                                           n < tile::columns ? n : tile::columns,
                                           job.low,
                                           job.high,
                                           job.weights + (panel + 1) * panel_floats};
      const float* x = job.x + g * job.group_channels;
      float* y = job.y + g * job.group_filters + p * tile::columns;
      for (int row = 0; row < job.out_h; ++row) {
        microkernels::gemm_panel<Isa>(x + row * job.stride_h * job.x_row_stride, y + row * job.y_row_stride,
                                      job.out_w, product);
        product.next = nullptr;
      }
    }
}

template <class Isa, conv2d L, shape Out, shape In>
struct direct_convolution {
  static constexpr window2d window = L.window(In);
  static constexpr bool padded = has_padding(window);
  static constexpr shape source = padded ? padded_shape(In, window) : In;
  static constexpr int columns = microkernels::gemm_tile<Isa>::columns;
  static constexpr int channels = In.c / L.groups, filters = L.filters / L.groups;
  static constexpr int taps = L.kernel.h * L.kernel.w;
  static constexpr int panels = L.groups * ceil_div(filters, columns);

  static constexpr bool strided = true;
  static constexpr int scratch_bytes = padded ? source.size() * int{sizeof(float)} : 0;
  static constexpr int packed_bytes = panels * columns * (taps * channels + 1) * int{sizeof(float)};

  static void pack(const float* canonical, std::byte* packed) {
    auto* bias = reinterpret_cast<float*>(packed);
    float* to = bias + panels * columns;
    for (int p = 0; p < panels; ++p) {
      const int g = p / (panels / L.groups), first = p % (panels / L.groups) * columns;
      for (int n = 0; n < columns; ++n) {
        const bool real = first + n < filters;
        const int filter = g * filters + first + n;
        bias[p * columns + n] = real && L.bias ? canonical[L.filters * taps * channels + filter] : 0;
        for (int k = 0; k < taps * channels; ++k)
          to[(p * taps * channels + k) * columns + n] = real ? canonical[filter * taps * channels + k] : 0;
      }
    }
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch) {
    constexpr clamping clamp = clamping_of(L.act);
    const auto* bias = reinterpret_cast<const float*>(packed);
    tensor_view<const float> from = x;
    if constexpr (padded) {
      auto* copy = reinterpret_cast<float*>(scratch);
      copy_with_border(x, In, window, copy, 0);
      from = tensor_view<const float>::contiguous(copy, source);
    }
    const bool adjacent = L.groups == 1 && L.dilation.w == 1 && from.pixel_stride == In.c;
    const int row = from.row_stride * L.dilation.h, pixel = from.pixel_stride * L.dilation.w;
    const microkernels::runs left = adjacent
                                        ? microkernels::runs{L.kernel.h, 1, L.kernel.w * channels, row, 0}
                                        : microkernels::runs{L.kernel.h, L.kernel.w, channels, row, pixel};
    convolve<Isa>({from.data, from.pixel_stride, from.row_stride, y.data, y.pixel_stride, y.row_stride, Out.h,
                   Out.w, L.stride.h, L.stride.w, left, L.groups, channels, filters, bias,
                   bias + panels * columns, clamp.low, clamp.high});
    apply_rest<L.act, Out>(y);
  }
};

}  // namespace edgenn::detail
