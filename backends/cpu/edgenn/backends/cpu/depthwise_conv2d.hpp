#pragma once
#include <edgenn/backends/cpu/border.hpp>
#include <edgenn/backends/cpu/microkernels/depthwise.hpp>
#include <edgenn/backends/cpu/tag.hpp>
#include <edgenn/layers/depthwise_conv2d.hpp>

namespace edgenn {

/// Kernels of 3 x 3 and 5 x 5 with stride 1 or 2, multiplier 1 and no dilation, in registers; others fall
/// back.
template <class Isa, depthwise_conv2d L, shape Out, shape In>
struct depthwise_in_registers {
  static constexpr window2d window = L.window(In);
  static constexpr bool padded = detail::has_padding(window);
  static constexpr shape source = padded ? detail::padded_shape(In, window) : In;
  static constexpr int width = microkernels::vec<Isa>::width;
  static constexpr int vectors = detail::ceil_div(In.c, width), taps = L.kernel.h * L.kernel.w;

  static constexpr bool strided = true;
  static constexpr int scratch_bytes = padded ? source.size() * int{sizeof(float)} : 0;
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

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch) {
    constexpr detail::clamping clamp = detail::clamping_of(L.act);
    tensor_view<const float> from = x;
    if constexpr (padded) {
      auto* copy = reinterpret_cast<float*>(scratch);
      detail::copy_with_border(x, In, window, copy, 0);
      from = tensor_view<const float>::contiguous(copy, source);
    }
    const auto* bias = reinterpret_cast<const float*>(packed);
    const float* weights = bias + vectors * width;
    for (int v = 0; v < vectors; ++v)
      for (int row = 0; row < Out.h; ++row)
        microkernels::depthwise_row<Isa, L.kernel.h, L.kernel.w, L.stride.w>(
            &from(row * L.stride.h, 0, v * width), from.pixel_stride, from.row_stride,
            weights + v * taps * width, bias + v * width, &y(row, 0, v * width), y.pixel_stride, Out.w,
            In.c - v * width, clamp.low, clamp.high);
    detail::apply_rest<L.act, Out>(y);
  }
};

template <class Isa, depthwise_conv2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>>
    : std::conditional_t<(L.kernel == extent{3} || L.kernel == extent{5})
                             && (L.stride.w == 1 || L.stride.w == 2) && L.dilation == extent{1}
                             && L.multiplier == 1,
                         depthwise_in_registers<Isa, L, Out, In>, kernel<reference, op<L, Out, In>>> {};

}  // namespace edgenn
