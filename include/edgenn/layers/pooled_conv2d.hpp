#pragma once
#include <edgenn/layers/conv2d.hpp>
#include <edgenn/layers/pool2d.hpp>

namespace edgenn {

/// A convolution and the maxima of its outputs in squares of 2 x 2 that lie side by side, as one layer: the
/// values between them are never stored. `fuse_pooling` makes it of the two where a backend gains by that.
///
/// Input {h, w, c}, output {h', w', filters}, half as high and wide as the convolution's, rounded down.
/// Weights: those of conv2d.
struct pooled_conv2d {
  static constexpr const char* name = "pooled_conv2d";
  int filters;            ///< channels of the output
  extent kernel;          ///< rows and columns of the convolution's window
  extent stride = 1;      ///< pixels between two positions of that window
  extent dilation = 1;    ///< pixels between two taps of the kernel
  padding pad = valid;    ///< border around the input
  int groups = 1;         ///< parts that the channels fall into
  flag bias = true;       ///< whether a number for each output channel is added
  activation act = none;  ///< activation of the output, after the maximum

  /// The two layers that it stands for.
  /// @{
  constexpr conv2d convolution() const {
    return {filters, kernel, stride, dilation, pad, groups, bias, none};
  }
  constexpr max_pool2d pool() const { return {.window = 2, .stride = 2}; }
  /// @}

  constexpr shape output(shape in) const { return pool().output(convolution().output(in)); }
  constexpr weight_tensors weights(shape in) const { return convolution().weights(in); }
  constexpr long long macs(shape in) const { return convolution().macs(in); }
};

template <>
struct layer_named<"pooled_conv2d"> {
  using type = pooled_conv2d;
};

}  // namespace edgenn
