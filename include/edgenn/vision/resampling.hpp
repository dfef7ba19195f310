#pragma once
// Images of another size: exact box filter and bilinear interpolation, both separable.
//
// An output row is made of source rows first, as one flat row of floats, and that row then of its columns.
// What each output takes from its axis, the taps, are computed in double from the geometry alone, so that all
// levels of a pyramid, strips of rows and windows of a photo give the same numbers for the same interval.
// Memory is the caller's. A NaN or an infinity of a float image may reach outputs one pixel further than its
// weight does.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <edgenn/detail/exp2.hpp>
#include <edgenn/share.hpp>
#include <edgenn/vision/image_view.hpp>
#include <span>
#include <type_traits>

namespace edgenn {

/// A rectangle of an image in pixels, whose first one covers [0, 1) x [0, 1). It may reach beyond the image.
struct image_window {
  float y = 0;       ///< upper edge
  float x = 0;       ///< left edge
  float height = 0;  ///< 0: that of the image
  float width = 0;   ///< 0: that of the image
};

/// What lies beyond an image.
enum class beyond_image : int {
  nearest,  ///< the image's nearest pixel
  zero,     ///< pixels of the value 0
};

/// How `resize_area` and `resize_bilinear` make one image of another.
struct resampling {
  image_window window;                          ///< the part of the source that becomes the output
  beyond_image beyond = beyond_image::nearest;  ///< what the window shows beyond the source
  bool swap_red_and_blue = false;               ///< exchanges the first and the third of three channels
  float mean[3] = {};                           ///< by channel of the output, which is (pixel - mean) * scale
  float scale[3] = {1, 1, 1};  ///< by channel of the output; further channels have the numbers of the third
  int height = 0;              ///< rows of the whole output; 0: those of the destination
  int first_row = 0;           ///< which row of the whole output is the first one of the destination
};

namespace detail {

/// One axis of a resampling: outputs 0 to `out` - 1 divide [start, start + length) of `in` pixels.
struct resampled_axis {
  double start, length;
  int in, out;
  beyond_image beyond;

  constexpr double edge(double o) const { return start + o * length / out; }
};

constexpr int clamped(int i, int low, int high) { return i < low ? low : i > high ? high : i; }

/// Weights of consecutive pixels from `first` on.
struct taps {
  int first, count;
};

/// The mean of the interval of each output: pixels count by the part of them that lies in it.
struct area_filter {
  static constexpr int most_taps(const resampled_axis& a) {
    const double pixels = a.length / a.out;
    return pixels >= a.in ? a.in : clamped(static_cast<int>(pixels) + 2, 1, a.in);
  }
  static constexpr taps of(const resampled_axis& a, int o, float* weights) {
    const double first = a.edge(o), last = a.edge(o + 1.0), unit = 1 / (last - first);
    const auto part = [&](double from, double to) {
      const double low = from < first ? first : from, high = to < last ? to : last;
      return high > low ? (high - low) * unit : 0.0;
    };
    const int begin = clamped(floor_of(first), 0, a.in - 1),
              end = clamped(floor_of(last) + 1, begin + 1, a.in);
    int count = 0;
    for (int i = begin; i < end; ++i) {
      double w = part(i, i + 1.0);
      if (a.beyond == beyond_image::nearest && i == 0) w += part(first, 0);
      if (a.beyond == beyond_image::nearest && i == a.in - 1) w += part(a.in, last);
      if (i > begin && w <= 0) break;
      weights[count++] = static_cast<float>(w);
    }
    return {begin, count > 1 || weights[0] > 0 ? count : 0};
  }
};

/// Linear interpolation between the two pixels whose centres are next to that of the output.
struct bilinear_filter {
  static constexpr int most_taps(const resampled_axis& a) { return a.in < 2 ? 1 : 2; }
  static constexpr taps of(const resampled_axis& a, int o, float* weights) {
    const double centre = a.edge(o + 0.5) - 0.5;
    const int below = floor_of(centre);
    const double of_second = centre - below;
    double w[2] = {1 - of_second, of_second};
    if (a.beyond == beyond_image::zero) {
      if (below < 0 || below >= a.in) w[0] = 0;
      if (below < -1 || below >= a.in - 1) w[1] = 0;
    }
    const int first = clamped(below, 0, a.in - 1), second = clamped(below + 1, 0, a.in - 1);
    if (first == second) {
      weights[0] = static_cast<float>(w[0] + w[1]);
      return {first, weights[0] > 0 ? 1 : 0};
    }
    weights[0] = static_cast<float>(w[0]);
    weights[1] = static_cast<float>(w[1]);
    return {first, w[1] > 0 ? 2 : 1};
  }
};

/// Four floats of any instruction set.
using four_floats [[gnu::vector_size(16)]] = float;
inline four_floats load_four(const float* p) {
  four_floats v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

template <class T>
concept element_of_image = std::is_same_v<T, std::uint8_t> || std::is_same_v<T, float>;

/// What a resampling needs beside the two images, and whether it can be made at all.
template <class Filter>
struct resampling_plan {
  resampled_axis rows{}, columns{};
  int channels = 0, taps_of_row = 0, taps_of_column = 0;
  bool possible = false;

  template <class From, class To>
  constexpr resampling_plan(const image_view<From>& from, const image_view<To>& to, const resampling& how) {
    const int height = how.height > 0 ? how.height : to.height;
    const float window_height = how.window.height == 0 ? static_cast<float>(from.height) : how.window.height;
    const float window_width = how.window.width == 0 ? static_cast<float>(from.width) : how.window.width;
    const auto is_length = [](float v) { return v > 0 && v <= 1e8f; };
    const auto is_start = [](float v) { return v >= -1e8f && v <= 1e8f; };
    possible = from.height > 0 && from.width > 0 && from.channels > 0 && to.width > 0
               && to.channels == from.channels && how.first_row >= 0 && to.height >= 0
               && how.first_row <= height - to.height && height > 0 && is_length(window_height)
               && is_length(window_width) && is_start(how.window.y) && is_start(how.window.x);
    if (!possible) return;
    rows = {static_cast<double>(how.window.y), static_cast<double>(window_height), from.height, height,
            how.beyond};
    columns = {static_cast<double>(how.window.x), static_cast<double>(window_width), from.width, to.width,
               how.beyond};
    channels = from.channels;
    taps_of_row = Filter::most_taps(rows);
    taps_of_column = Filter::most_taps(columns);
  }

  constexpr std::size_t row_floats() const { return size(columns.in) * size(channels) + 1; }
  constexpr std::size_t column_floats() const { return size(columns.out) * size(taps_of_column + 1); }
  template <class To>
  constexpr std::size_t scratch() const {
    if (!possible) return 0;
    const std::size_t rounded_row = std::is_same_v<To, float> ? 0 : size(columns.out) * size(channels);
    return size(taps_of_row) + column_floats() + row_floats() + rounded_row;
  }
  static constexpr std::size_t size(int n) { return static_cast<std::size_t>(n); }
};

/// sum[j] = (Adds ? sum[j] : 0) + the weighted sum of N rows.
template <int N, bool Adds, class From>
constexpr void mix_rows(const From* row, std::ptrdiff_t stride, const float* w, float* __restrict sum,
                        std::ptrdiff_t n) {
  const float w0 = w[0], w1 = N > 1 ? w[1] : 0, w2 = N > 2 ? w[2] : 0, w3 = N > 3 ? w[3] : 0;
  const From* __restrict r0 = row;
  const From* __restrict r1 = row + (N > 1 ? stride : 0);
  const From* __restrict r2 = row + (N > 2 ? 2 * stride : 0);
  const From* __restrict r3 = row + (N > 3 ? 3 * stride : 0);
  for (std::ptrdiff_t j = 0; j < n; ++j) {
    float s = 0;  // so that each product has one sum to be fused with, in vectors and in what is left over
    if constexpr (Adds) s = sum[j];
    s += w0 * static_cast<float>(r0[j]);
    if constexpr (N > 1) s += w1 * static_cast<float>(r1[j]);
    if constexpr (N > 2) s += w2 * static_cast<float>(r2[j]);
    if constexpr (N > 3) s += w3 * static_cast<float>(r3[j]);
    sum[j] = s;
  }
}

template <bool Adds, class From>
constexpr void mix_up_to_4_rows(int rows, const From* row, std::ptrdiff_t stride, const float* w, float* sum,
                                std::ptrdiff_t n) {
  switch (rows) {
    case 1:
      return mix_rows<1, Adds>(row, stride, w, sum, n);
    case 2:
      return mix_rows<2, Adds>(row, stride, w, sum, n);
    case 3:
      return mix_rows<3, Adds>(row, stride, w, sum, n);
    default:
      return mix_rows<4, Adds>(row, stride, w, sum, n);
  }
}

/// The columns of one output row, from `row` and the table of taps.
struct column_mixer {
  const float* table;  ///< of each output the first element in `row`, as the bits of an int, and the weights
  int out, taps, channels;
  bool swap;
  float mean[4], scale[4];

  constexpr int source_of(int c) const { return swap && channels == 3 ? 2 - c : c; }
  constexpr void any(const float* row, float* to) const {
    const float* entry = table;
    for (int x = 0; x < out; ++x, entry += taps + 1)
      for (int c = 0; c < channels; ++c) {
        const float* from = row + std::bit_cast<std::int32_t>(entry[0]) + source_of(c);
        float sum = 0;
        for (int t = 0; t < taps; ++t, from += channels) sum += entry[t + 1] * *from;
        *to++ = normalized(sum, c);
      }
  }
  constexpr float normalized(float v, int c) const {
    const int i = c < 2 ? c : 2;
    return (v - mean[i]) * scale[i];
  }
  /// The same for three channels: the fourth element of each sum is that of the next pixel or of nothing.
  void three(const float* row, float* to) const {
    const four_floats means = load_four(mean), scales = load_four(scale);
    const float* entry = table;
    for (int x = 0; x < out; ++x, to += 3) {
      const float* from = row + std::bit_cast<std::int32_t>(*entry++);
      four_floats sum = {};
      for (int t = 0; t < taps; ++t, from += 3) sum += *entry++ * load_four(from);
      if (swap) sum = four_floats{sum[2], sum[1], sum[0], 0};
      sum = (sum - means) * scales;
      __builtin_memcpy(to, &sum, x + 1 < out ? sizeof sum : 3 * sizeof(float));
    }
  }
  /// A row of pixels of the value 0.
  constexpr void nothing(float* to) const {
    for (int x = 0; x < out; ++x)
      for (int c = 0; c < channels; ++c) *to++ = normalized(0, c);
  }
};

/// To a whole number from 0 to 255, halves up; NaN becomes 0.
constexpr void round_to(std::uint8_t* to, const float* from, std::ptrdiff_t n) {
  for (std::ptrdiff_t j = 0; j < n; ++j) {
    const float v = from[j] + 0.5f;
    to[j] = static_cast<std::uint8_t>(static_cast<int>(v > 0 ? (v < 255 ? v : 255.0f) : 0.0f));
  }
}

template <class From, class To>
struct resampling_job {
  image_view<const From> from;
  image_view<To> to;
  std::span<float> scratch;
  resampling how;
  share part;
};

/// Compiled once for a program, without knowledge of any job: a strip of rows must have the bits of the
/// whole, and copies for known sizes might round another sum or product.
template <class Filter, class From, class To>
[[gnu::noinline]] constexpr bool resample(const resampling_job<From, To>* job) {
  if (!std::is_constant_evaluated()) asm("" : "+r"(job));
  const auto& [from, to, scratch, how, part] = *job;
  const resampling_plan<Filter> plan(from, to, how);
  if (!plan.possible || scratch.size() < plan.template scratch<To>()) return false;
  if (from.data == nullptr || from.has_overlapping_rows()) return false;
  if (to.height > 0 && (to.data == nullptr || to.has_overlapping_rows())) return false;

  float* const weights = scratch.data();
  float* const table = weights + plan.taps_of_row;
  float* const row = table + plan.column_floats();
  float* const unrounded = row + plan.row_floats();
  const int channels = plan.channels, most = plan.taps_of_column;
  int low = from.width, high = 0;  // columns that count
  for (int x = 0; x < to.width; ++x) {
    float* const entry = table + static_cast<std::ptrdiff_t>(x) * (most + 1);
    const taps t = Filter::of(plan.columns, x, entry + 1);
    for (int i = t.count; i < most; ++i) entry[i + 1] = 0;
    // All have the same number of taps. Near the right border the first ones have no weight.
    const int first = clamped(t.first, 0, from.width - most), unused = t.first - first;
    for (int i = most - 1; unused > 0 && i >= 0; --i) entry[i + 1] = i < unused ? 0 : entry[i + 1 - unused];
    entry[0] = std::bit_cast<float>(static_cast<std::int32_t>(first) * channels);
    low = first < low ? first : low;
    high = first + most > high ? first + most : high;
  }
  const std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(low) * channels,
                       n = static_cast<std::ptrdiff_t>(high - low) * channels;
  row[begin + n] = 0;
  const column_mixer mixer{table,
                           to.width,
                           most,
                           channels,
                           how.swap_red_and_blue,
                           {how.mean[0], how.mean[1], how.mean[2], 0},
                           {how.scale[0], how.scale[1], how.scale[2], 0}};

  const share::range rows = part.of(to.height);
  for (int y = rows.first; y < rows.end; ++y) {
    float* destination = unrounded;
    if constexpr (std::is_same_v<To, float>) destination = to.row(y);
    const taps t = Filter::of(plan.rows, how.first_row + y, weights);
    if (t.count == 0) {
      mixer.nothing(destination);
    } else {
      const auto* source = from.row(t.first) + begin;
      mix_up_to_4_rows<false>(t.count, source, from.row_stride, weights, row + begin, n);
      for (int i = 4; i < t.count; i += 4)
        mix_up_to_4_rows<true>(t.count - i, source + i * from.row_stride, from.row_stride, weights + i,
                               row + begin, n);
      if (channels == 3 && !std::is_constant_evaluated()) {
        mixer.three(row, destination);
      } else {
        mixer.any(row, destination);
      }
    }
    if constexpr (!std::is_same_v<To, float>) round_to(to.row(y), unrounded, to.row_elements());
  }
  return true;
}

template <class Filter, class From, class To>
constexpr bool resample(const image_view<From>& from, const image_view<To>& to, std::span<float> scratch,
                        const resampling& how, share part) {
  using element = std::remove_const_t<From>;
  static_assert(element_of_image<element> && element_of_image<To>,
                "edgenn: images are resampled from and to std::uint8_t or float");
  if constexpr (element_of_image<element> && element_of_image<To>) {
    const resampling_job<element, To> job{from, to, scratch, how, part};
    return resample<Filter>(&job);
  }
  return false;
}

}  // namespace detail

/// Floats of scratch memory that `resize_area` needs for images of these sizes (their data is not looked at);
/// 0 if it makes nothing of them.
template <class From, class To>
constexpr std::size_t area_scratch(const image_view<From>& from, const image_view<To>& to,
                                   const resampling& how = {}) {
  return detail::resampling_plan<detail::area_filter>(from, to, how).template scratch<To>();
}

/// Floats of scratch memory that `resize_bilinear` needs, as `area_scratch`.
template <class From, class To>
constexpr std::size_t bilinear_scratch(const image_view<From>& from, const image_view<To>& to,
                                       const resampling& how = {}) {
  return detail::resampling_plan<detail::bilinear_filter>(from, to, how).template scratch<To>();
}

/// Scales by the exact box filter: the rows of the output divide the window's height evenly, its columns the
/// width, and an output pixel is the mean of the source over its rectangle, pixels being constant squares.
/// That is OpenCV's INTER_AREA where it makes smaller, apart from rounding; where it enlarges, pixels become
/// squares with interpolated borders of one output pixel. Elements are std::uint8_t or float on both sides;
/// towards std::uint8_t results are rounded, halves up, and clamped.
///
/// `to` is the whole output or some rows of it (`how.height`, `how.first_row`), which have the same values
/// then as in the whole output; `part` divides its rows among threads, each with scratch memory of its own.
/// Returns false, and writes nothing, if an image is empty or has overlapping rows, channels differ, the
/// window has no finite area, rows lie outside the whole output, or `scratch` has less than `area_scratch`
/// floats.
template <class From, class To>
[[nodiscard]] constexpr bool resize_area(const image_view<From>& from, const image_view<To>& to,
                                         std::span<float> scratch, const resampling& how = {},
                                         share part = {}) {
  return detail::resample<detail::area_filter>(from, to, scratch, how, part);
}

/// Scales by linear interpolation between the centres of pixels: the centre of output pixel o lies at
/// (o + 0.5) * length / outputs of the window, of each axis. That is OpenCV's INTER_LINEAR and PyTorch's
/// bilinear mode with align_corners=False and without antialias. Everything else as in `resize_area`.
template <class From, class To>
[[nodiscard]] constexpr bool resize_bilinear(const image_view<From>& from, const image_view<To>& to,
                                             std::span<float> scratch, const resampling& how = {},
                                             share part = {}) {
  return detail::resample<detail::bilinear_filter>(from, to, scratch, how, part);
}

}  // namespace edgenn
