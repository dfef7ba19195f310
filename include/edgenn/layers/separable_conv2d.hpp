#pragma once
#include <edgenn/layers/conv2d.hpp>
#include <edgenn/layers/depthwise_conv2d.hpp>

namespace edgenn {

/// A depthwise convolution and the pointwise one that reads it, as one layer: no more than some rows of the
/// values between them exist at a time. `fuse_separable` makes it of the two where a backend gains by that.
///
/// Input {h, w, c}, output {h', w', filters}. Weights: those of depthwise_conv2d, then those of conv2d.
struct separable_conv2d {
  static constexpr const char* name = "separable_conv2d";
  int filters;                      ///< channels of the output
  extent kernel;                    ///< rows and columns of the depthwise window
  extent stride = 1;                ///< pixels between two positions of the window
  extent dilation = 1;              ///< pixels between two taps of the kernel
  padding pad = valid;              ///< border around the input
  int multiplier = 1;               ///< depthwise output channels for each input channel
  flag depthwise_bias = true;       ///< whether a number for each depthwise channel is added
  activation depthwise_act = none;  ///< activation between the two
  flag bias = true;                 ///< whether a number for each output channel is added
  activation act = none;            ///< activation of the output

  /// The two layers that it stands for.
  /// @{
  constexpr depthwise_conv2d depthwise() const {
    return {kernel, stride, dilation, pad, multiplier, depthwise_bias, depthwise_act};
  }
  constexpr conv2d pointwise() const { return {.filters = filters, .kernel = 1, .bias = bias, .act = act}; }
  /// @}

  constexpr shape output(shape in) const { return pointwise().output(depthwise().output(in)); }
  constexpr weight_tensors weights(shape in) const {
    const int between = in.c * multiplier;
    weight_tensors t;
    t.add("depthwise kernel", kernel.h, kernel.w, between);
    if (depthwise_bias) t.add("depthwise bias", between);
    t.add("kernel", filters, 1, 1, between);
    if (bias) t.add("bias", filters);
    return t;
  }
  constexpr long long macs(shape in) const {
    return depthwise().macs(in) + pointwise().macs(depthwise().output(in));
  }
};

template <>
struct layer_named<"separable_conv2d"> {
  using type = separable_conv2d;
};

}  // namespace edgenn
