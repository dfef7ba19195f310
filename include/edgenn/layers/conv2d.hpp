#pragma once
#include <edgenn/layer.hpp>
#include <edgenn/window.hpp>

namespace edgenn {

/// Two-dimensional convolution (correlation: the kernel is not flipped), bias and activation.
///
/// Input {h, w, c}, output {h', w', filters}. Group g of `groups` maps input channels
/// [g * c / groups, (g + 1) * c / groups) to the filters [g * filters / groups, (g + 1) * filters / groups).
/// Weights: kernel [filters][kernel.h][kernel.w][c / groups], then bias [filters] unless `.bias = false`.
struct conv2d {
  static constexpr const char* name = "conv2d";
  int filters;            ///< channels of the output
  extent kernel;          ///< rows and columns of the window
  extent stride = 1;      ///< pixels between two positions of the window
  extent dilation = 1;    ///< pixels between two taps of the kernel
  padding pad = valid;    ///< border around the input
  int groups = 1;         ///< parts that the channels fall into
  flag bias = true;       ///< whether a number for each output channel is added
  activation act = none;  ///< activation of the output

  constexpr window2d window(shape in) const {
    return detail::slide_window(in, kernel, stride, dilation, pad);
  }
  constexpr shape output(shape in) const {
    if (filters < 1) error::filters_must_be_positive(filters);
    if (groups < 1 || in.c % groups != 0) error::channels_are_not_a_multiple_of_groups(in.c, groups);
    if (filters % groups != 0) error::filters_are_not_a_multiple_of_groups(filters, groups);
    const window2d w = window(in);
    return {w.y.out, w.x.out, filters};
  }
  constexpr weight_tensors weights(shape in) const {
    weight_tensors t;
    t.add("kernel", filters, kernel.h, kernel.w, in.c / groups);
    if (bias) t.add("bias", filters);
    return t;
  }
  constexpr long long macs(shape in) const {
    return static_cast<long long>(output(in).size()) * kernel.h * kernel.w * (in.c / groups);
  }
};

template <>
struct layer_named<"conv2d"> {
  using type = conv2d;
};

}  // namespace edgenn
