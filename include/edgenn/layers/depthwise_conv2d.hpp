#pragma once
#include <edgenn/layer.hpp>
#include <edgenn/window.hpp>

namespace edgenn {

/// Depthwise convolution: `multiplier` filters for each channel, bias and activation.
///
/// Input {h, w, c}, output {h', w', c * multiplier}; output channel c * multiplier + m reads input channel c.
/// Weights: kernel [kernel.h][kernel.w][c * multiplier], then bias [c * multiplier] unless `.bias = false`.
struct depthwise_conv2d {
  static constexpr const char* name = "depthwise_conv2d";
  extent kernel;          ///< rows and columns of the window
  extent stride = 1;      ///< pixels between two positions of the window
  extent dilation = 1;    ///< pixels between two taps of the kernel
  padding pad = valid;    ///< border around the input
  int multiplier = 1;     ///< output channels for each input channel
  flag bias = true;       ///< whether a number for each output channel is added
  activation act = none;  ///< activation of the output

  constexpr window2d window(shape in) const {
    return detail::slide_window(in, kernel, stride, dilation, pad);
  }
  constexpr shape output(shape in) const {
    if (multiplier < 1) error::depth_multiplier_must_be_positive(multiplier);
    const window2d w = window(in);
    return {w.y.out, w.x.out, detail::checked_extent(1LL * in.c * multiplier)};
  }
  constexpr weight_tensors weights(shape in) const {
    weight_tensors t;
    t.add("kernel", kernel.h, kernel.w, in.c * multiplier);
    if (bias) t.add("bias", in.c * multiplier);
    return t;
  }
  constexpr long long macs(shape in) const {
    return static_cast<long long>(output(in).size()) * kernel.h * kernel.w;
  }
};

template <>
struct layer_named<"depthwise_conv2d"> {
  using type = depthwise_conv2d;
};

}  // namespace edgenn
