#pragma once
#include <edgenn/backends/cpu/microkernels/depthwise.hpp>
#include <edgenn/backends/cpu/vectors.hpp>
#include <edgenn/layers/depthwise_conv2d.hpp>

namespace edgenn {

namespace detail {

/// The outputs [first, end) of an axis whose taps all lie on the input.
struct interior {
  int first, end;
};
constexpr interior interior_of(const window_axis& a) {
  interior r{0, a.out};
  while (r.first < r.end && a.position(r.first, 0) < 0) ++r.first;
  while (r.end > r.first && a.position(r.end - 1, a.kernel - 1) >= a.in) --r.end;
  return r;
}

}  // namespace detail

/// Kernels of 3 x 3 and 5 x 5 with a horizontal stride of 1 or 2, multiplier 1 and no dilation. The border
/// needs no copy of the input: outputs there are computed apart, from the taps that lie on it.
template <class Isa, depthwise_conv2d L, shape Out, shape In>
struct depthwise_kernel {
  static constexpr window2d window = L.window(In);
  static constexpr int width = microkernels::vec<Isa>::width;
  static constexpr int vectors = detail::ceil_div(In.c, width), taps = L.kernel.h * L.kernel.w;

  static constexpr bool strided = true;
  static constexpr int packed_bytes = vectors * width * (taps + 1) * int{sizeof(float)};

  /// To bias [vectors][width], then [vectors][taps][width].
  static void pack(const float* canonical, std::byte* packed) {
    auto* bias = reinterpret_cast<float*>(packed);
    float* to = bias + vectors * width;
    for (int c = 0; c < vectors * width; ++c) {
      const bool real = c < In.c;
      bias[c] = real && L.bias ? canonical[taps * In.c + c] : 0;
      for (int k = 0; k < taps; ++k)
        to[(c / width * taps + k) * width + c % width] = real ? canonical[k * In.c + c] : 0;
    }
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed) {
    constexpr detail::clamping clamp = detail::clamping_of(L.act);
    constexpr detail::interior columns = detail::interior_of(window.x), rows = detail::interior_of(window.y);
    const auto* bias = reinterpret_cast<const float*>(packed);
    const float* weights = bias + vectors * width;
    for (int v = 0; v < vectors; ++v) {
      const microkernels::depthwise_job job{x.pixel_stride,   x.row_stride,   weights + v * taps * width,
                                            bias + v * width, y.pixel_stride, In.c - v * width,
                                            clamp.low,        clamp.high};
      const float* from = x.data + v * width;
      for (int oy = 0; oy < Out.h; ++oy) {
        const bool inside = oy >= rows.first && oy < rows.end;
        border(from, y, oy, 0, inside ? columns.first : Out.w, v * width, job);
        if (!inside) continue;
        if constexpr (columns.end > columns.first)
          microkernels::depthwise_row<Isa, L.kernel.h, L.kernel.w, L.stride.w>(
              from + window.y.position(oy, 0) * x.row_stride
                  + window.x.position(columns.first, 0) * x.pixel_stride,
              &y(oy, columns.first, v * width), columns.end - columns.first, job);
        border(from, y, oy, columns.end, Out.w, v * width, job);
      }
    }
    detail::apply_rest<L.act, Out>(y);
  }

 private:
  /// The outputs [first, end) of row `oy`.
  static void border(const float* from, tensor_view<float> y, int oy, int first, int end, int channel,
                     const microkernels::depthwise_job& job) {
    const detail::tap_range in_y = detail::taps_on_input(window.y, oy);
    for (int ox = first; ox < end; ++ox) {
      const detail::tap_range in_x = detail::taps_on_input(window.x, ox);
      microkernels::depthwise_at_border<Isa>(
          from + window.y.position(oy, 0) * job.row_pitch + window.x.position(ox, 0) * job.pixel_pitch,
          &y(oy, ox, channel), L.kernel.w, in_y.first, in_y.end, in_x.first, in_x.end, job);
    }
  }
};

template <class Isa, depthwise_conv2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>>
    : std::conditional_t<(L.kernel == extent{3} || L.kernel == extent{5})
                             && (L.stride.w == 1 || L.stride.w == 2) && L.dilation == extent{1}
                             && L.multiplier == 1,
                         depthwise_kernel<Isa, L, Out, In>, kernel<reference, op<L, Out, In>>> {};

}  // namespace edgenn
