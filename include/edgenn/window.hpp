#pragma once
// What layers with a sliding window share: padding, rounding and the shape rule.
#include <edgenn/error.hpp>
#include <edgenn/shape.hpp>

namespace edgenn {

/// Padding in pixels on each side of an image.
struct sides {
  int top = 0;     ///< rows above
  int left = 0;    ///< columns before
  int bottom = 0;  ///< rows below
  int right = 0;   ///< columns after
};

/// How an image is padded before a window slides over it: `valid` (none), `same` (TensorFlow's SAME, ONNX's
/// SAME_UPPER), `same_lower` (ONNX's SAME_LOWER), the same number on all sides (`.pad = 1`), one for top and
/// bottom and one for left and right (`.pad = {1, 2}`), or each by name (`.pad = sides{.bottom = 1}`).
///
/// With `same` and stride s an extent n gives ceil(n / s) outputs; where the total padding is odd, the extra
/// pixel goes to the bottom and right (`same`) or to the top and left (`same_lower`).
struct padding {
  /// Whether pixels are stated or follow from the stride, as in TensorFlow.
  enum class rule : int { pixels, same, same_lower };

  rule how = rule::pixels;  ///< given in pixels, or a rule
  int top = 0;              ///< rows above
  int left = 0;             ///< columns before
  int bottom = 0;           ///< rows below
  int right = 0;            ///< columns after

  constexpr padding() = default;
  /// In pixels.
  /// @{
  constexpr padding(int all) : top{all}, left{all}, bottom{all}, right{all} {}
  constexpr padding(int vertical, int horizontal)
      : top{vertical}, left{horizontal}, bottom{vertical}, right{horizontal} {}
  constexpr padding(sides s) : top{s.top}, left{s.left}, bottom{s.bottom}, right{s.right} {}
  /// @}
  /// By a rule.
  constexpr explicit padding(rule r) : how{r} {}
  friend constexpr bool operator==(const padding&, const padding&) = default;
};

inline constexpr padding valid{};  ///< none
/// Such that the output has ceil(input / stride) positions; an odd pixel goes after the input.
inline constexpr padding same{padding::rule::same};
/// Like `same`, but an odd pixel goes before the input.
inline constexpr padding same_lower{padding::rule::same_lower};

/// Padding of the three-dimensional windows, symmetrical in each axis.
struct padding3 {
  padding::rule how = padding::rule::pixels;  ///< given in elements, or a rule
  int depth = 0;                              ///< slices on both ends
  int vertical = 0;                           ///< rows above and below
  int horizontal = 0;                         ///< columns on both sides

  constexpr padding3() = default;
  /// The same number on all sides.
  constexpr padding3(int all) : depth{all}, vertical{all}, horizontal{all} {}
  /// For each axis.
  constexpr padding3(int in_depth, int in_height, int in_width)
      : depth{in_depth}, vertical{in_height}, horizontal{in_width} {}
  /// For rows and columns; none in depth. Both sides of an axis must be equal.
  constexpr padding3(const padding& p) : how{p.how}, vertical{p.top}, horizontal{p.left} {
    if (p.top != p.bottom || p.left != p.right) error::padding_of_a_3d_window_must_be_symmetrical();
  }
  friend constexpr bool operator==(const padding3&, const padding3&) = default;
};

/// What happens to input that does not fill a whole stride at the end. `up` is Caffe's pooling rule and
/// PyTorch's and ONNX's ceil_mode: one more, clipped, window, unless it would start beyond the input and its
/// leading padding.
enum class rounding : int { down, up };

/// One axis of a sliding window: output position o reads input o * stride + k * dilation - before, for k in
/// [0, kernel).
struct window_axis {
  int in;        ///< input extent
  int kernel;    ///< taps
  int stride;    ///< input positions between two outputs
  int dilation;  ///< input positions between two taps
  int before;    ///< padding before the first input
  int after;     ///< padding after the last input
  int out;       ///< output extent

  /// Input position of tap `k` for output `o`; outside [0, in) it lies in the padding.
  constexpr int position(int o, int k) const { return o * stride + k * dilation - before; }
};

/// Both axes of a two-dimensional window.
struct window2d {
  window_axis y;  ///< rows
  window_axis x;  ///< columns
};

/// Three axes of a three-dimensional window.
struct window3d {
  window_axis z;  ///< depth
  window_axis y;  ///< rows
  window_axis x;  ///< columns
};

namespace detail {

constexpr window_axis slide(int in, int kernel, int stride, int dilation, padding::rule how, int before,
                            int after, rounding round = rounding::down) {
  const long long span = 1LL * (kernel - 1) * dilation + 1;
  long long out = (0LL + in + stride - 1) / stride;  // under `same` and `same_lower`
  if (how != padding::rule::pixels) {
    const long long total = (out - 1) * stride + span - in;
    const long long both = total > 0 ? total : 0, half = both / 2;
    if (both > max_int) error::window_reaches_beyond_2147483647_inputs(span);
    before = static_cast<int>(how == padding::rule::same ? half : both - half);
    after = static_cast<int>(both) - before;
  } else {
    if (before < 0 || after < 0) error::padding_must_not_be_negative();
    const long long padded = 0LL + in + before + after, room = padded - span;
    if (room < 0) error::kernel_is_larger_than_its_padded_input(padded, span);
    out = room / stride + 1;
    if (round == rounding::up && room % stride != 0 && out * stride < 0LL + in + before) ++out;
  }
  // So that no position of a tap overflows, in a kernel neither.
  const long long reach = (out - 1) * stride + span;
  if (reach > max_int) error::window_reaches_beyond_2147483647_inputs(reach);
  return {in, kernel, stride, dilation, before, after, static_cast<int>(out)};
}

constexpr void check_window(extent kernel, extent stride, extent dilation) {
  if (kernel.h < 1 || kernel.w < 1) error::kernel_extents_must_be_positive(kernel);
  if (stride.h < 1 || stride.w < 1) error::strides_must_be_positive(stride);
  if (dilation.h < 1 || dilation.w < 1) error::dilations_must_be_positive(dilation);
}

constexpr window2d slide_window(shape in, extent kernel, extent stride, extent dilation, const padding& pad,
                                rounding round = rounding::down) {
  check_window(kernel, stride, dilation);
  if (in.d != 1) error::layer_needs_an_input_of_depth_one(in);
  return {slide(in.h, kernel.h, stride.h, dilation.h, pad.how, pad.top, pad.bottom, round),
          slide(in.w, kernel.w, stride.w, dilation.w, pad.how, pad.left, pad.right, round)};
}

/// A pooling window must cover at least one input wherever it stands. So padding is smaller than the window,
/// and where the taps are further apart than the input is large, no output may have all of its taps in the
/// padding.
constexpr window2d slide_pooling_window(shape in, extent window, extent stride, extent dilation,
                                        const padding& pad, rounding round) {
  const window2d w = slide_window(in, window, stride, dilation, pad, round);
  const auto check = [](const window_axis& a) {
    const int span = (a.kernel - 1) * a.dilation + 1;
    if (a.before >= span) error::padding_must_be_smaller_than_the_window(a.before, span);
    if (a.after >= span) error::padding_must_be_smaller_than_the_window(a.after, span);
    if (a.dilation <= a.in) return;
    for (int o = 0; o < a.out && a.position(o, 0) < 0; ++o) {
      const int taps_before_input = (-a.position(o, 0) - 1) / a.dilation + 1;
      if (a.position(o, taps_before_input) >= a.in) error::pooling_window_has_no_tap_on_its_input(o);
    }
  };
  check(w.y);
  check(w.x);
  return w;
}

}  // namespace detail
}  // namespace edgenn
