#pragma once
#include <edgenn/layer.hpp>
#include <edgenn/window.hpp>

namespace edgenn {

/// Maximum over a window in each channel. Padding never wins: it counts as minus infinity. A NaN in the
/// window is the result.
struct max_pool2d {
  static constexpr const char* name = "max_pool2d";
  extent window;  ///< rows and columns of the window
  /// Pixels between two positions of the window. Without default: frameworks disagree (PyTorch and Keras
  /// take the window, Caffe takes 1).
  extent stride;
  extent dilation = 1;              ///< pixels between two taps of the window
  padding pad = valid;              ///< border around the input
  rounding round = rounding::down;  ///< what a rest smaller than a stride gives

  constexpr window2d slide(shape in) const {
    return detail::slide_pooling_window(in, window, stride, dilation, pad, round);
  }
  constexpr shape output(shape in) const {
    const window2d w = slide(in);
    return {w.y.out, w.x.out, in.c};
  }
};

/// Mean over a window in each channel. The divisor is the number of inputs under the window or, with
/// `.count_padding = true`, of inputs and padding, but of nothing beyond the padding (Caffe, and PyTorch's
/// count_include_pad).
struct average_pool2d {
  static constexpr const char* name = "average_pool2d";
  extent window;                    ///< rows and columns of the window
  extent stride;                    ///< pixels between two positions of the window
  padding pad = valid;              ///< border around the input
  rounding round = rounding::down;  ///< what a rest smaller than a stride gives
  flag count_padding = false;       ///< whether padding counts in the divisor

  constexpr window2d slide(shape in) const {
    return detail::slide_pooling_window(in, window, stride, 1, pad, round);
  }
  constexpr shape output(shape in) const {
    const window2d w = slide(in);
    return {w.y.out, w.x.out, in.c};
  }
};

/// Mean over the whole image in each channel. Output {1, 1, c}.
struct global_average_pool {
  static constexpr const char* name = "global_average_pool";
  constexpr shape output(shape in) const { return {1, 1, in.c}; }
};

/// Maximum over the whole image in each channel. Output {1, 1, c}.
struct global_max_pool {
  static constexpr const char* name = "global_max_pool";
  constexpr shape output(shape in) const { return {1, 1, in.c}; }
};

template <>
struct layer_named<"max_pool2d"> {
  using type = max_pool2d;
};
template <>
struct layer_named<"average_pool2d"> {
  using type = average_pool2d;
};
template <>
struct layer_named<"global_average_pool"> {
  using type = global_average_pool;
};
template <>
struct layer_named<"global_max_pool"> {
  using type = global_max_pool;
};

}  // namespace edgenn
