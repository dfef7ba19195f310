#pragma once
// From the pixels of a photo to the numbers that a network was trained on.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace edgenn {

/// Which channels a network's input has, in which order.
enum class channel_order : int {
  rgb,   ///< red, green, blue
  bgr,   ///< blue, green, red: networks of Caffe
  grey,  ///< one: 0.299 red + 0.587 green + 0.114 blue
};

/// How a photo becomes a network's input: scaled to height x width, its channels brought into order, then
/// (pixel - mean) * scale for each channel, with pixels from 0 to 255.
struct preprocessing {
  int height = 0;                            ///< rows of the input
  int width = 0;                             ///< columns of the input
  channel_order order = channel_order::rgb;  ///< of the input
  float mean[3] = {};                        ///< by channel of the input
  float scale[3] = {1, 1, 1};                ///< by channel of the input

  /// Channels of the input.
  constexpr int channels() const { return order == channel_order::grey ? 1 : 3; }
  /// Elements of the input.
  constexpr int size() const { return height * width * channels(); }
};

/// Writes the input that `how` makes of `pixels`, a photo of its height and width: red, green and blue of
/// each pixel, row by row. Both spans hold whole images; of what is too long or too short only the common
/// part is used.
constexpr void preprocess(const preprocessing& how, std::span<const std::uint8_t> pixels,
                          std::span<float> input) {
  const std::size_t channels = static_cast<std::size_t>(how.channels());
  for (std::size_t i = 0; 3 * i + 2 < pixels.size() && channels * (i + 1) <= input.size(); ++i) {
    const std::uint8_t* rgb = pixels.data() + 3 * i;
    float* x = input.data() + channels * i;
    if (how.order == channel_order::grey) {
      const float grey = 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
      x[0] = (grey - how.mean[0]) * how.scale[0];
    } else {
      for (std::size_t c = 0; c < 3; ++c)
        x[c] = (static_cast<float>(rgb[how.order == channel_order::bgr ? 2 - c : c]) - how.mean[c])
               * how.scale[c];
    }
  }
}

/// A photo in memory, whoever has read it: red, green and blue of each pixel, row by row.
struct photo_view {
  const std::uint8_t* rgb = nullptr;  ///< 3 * width * height numbers
  int width = 0;                      ///< columns
  int height = 0;                     ///< rows
};

/// How a photo whose sides have another ratio than the network's input is brought to its size.
enum class fit : int {
  crop,     ///< the largest part of that ratio in its middle
  stretch,  ///< the whole photo, which is distorted
};

namespace detail {

/// The pixels of one axis that an output position is made of. Linear interpolation where that enlarges; where
/// it makes smaller, a triangle as wide as two output pixels, so that every pixel counts.
struct photo_taps {
  int first, last;
  float centre, reach;

  constexpr float weight(int i) const {
    const float distance = (static_cast<float>(i) + 0.5f - centre) / reach;
    return std::max(1 - (distance < 0 ? -distance : distance), 0.0f);
  }
};

/// Those of output position `o` where `in` pixels become `out`.
constexpr photo_taps photo_taps_of(int o, int in, int out) {
  const float step = static_cast<float>(in) / static_cast<float>(out), reach = std::max(step, 1.0f);
  const float centre = (static_cast<float>(o) + 0.5f) * step;
  const int first = std::clamp(static_cast<int>(centre - reach), 0, in - 1);
  return {first, std::clamp(static_cast<int>(centre + reach) + 1, first + 1, in), centre, reach};
}

}  // namespace detail

/// Writes the input that `how` makes of `photo`: scaled to its height and width, each pixel rounded to a
/// whole number, as if the photo had been stored in that size. Of an `input` that is too short only what it
/// holds is written; of a photo without pixels nothing is made.
constexpr void preprocess(const preprocessing& how, const photo_view& photo, std::span<float> input,
                          fit f = fit::crop) {
  if (photo.rgb == nullptr || photo.width < 1 || photo.height < 1 || how.width < 1 || how.height < 1) return;
  int width = photo.width, height = photo.height;
  if (f == fit::crop) {
    const long long wide = 1LL * photo.height * how.width, tall = 1LL * photo.width * how.height;
    if (wide < tall) width = static_cast<int>(std::max(wide / how.height, 1LL));
    if (tall < wide) height = static_cast<int>(std::max(tall / how.width, 1LL));
  }
  const auto columns = static_cast<std::size_t>(photo.width);
  const std::uint8_t* start = photo.rgb
                              + 3
                                    * (static_cast<std::size_t>((photo.height - height) / 2) * columns
                                       + static_cast<std::size_t>((photo.width - width) / 2));
  const preprocessing one{
      1, 1, how.order, {how.mean[0], how.mean[1], how.mean[2]}, {how.scale[0], how.scale[1], how.scale[2]}};
  const auto channels = static_cast<std::size_t>(how.channels());
  for (int y = 0; y < how.height; ++y) {
    const detail::photo_taps rows = detail::photo_taps_of(y, height, how.height);
    for (int x = 0; x < how.width && input.size() >= channels; ++x, input = input.subspan(channels)) {
      const detail::photo_taps across = detail::photo_taps_of(x, width, how.width);
      float sum[3] = {}, weights = 0;
      for (int row = rows.first; row < rows.last; ++row) {
        const float weight_of_row = rows.weight(row);
        const std::uint8_t* pixel =
            start + 3 * (static_cast<std::size_t>(row) * columns + static_cast<std::size_t>(across.first));
        for (int column = across.first; column < across.last; ++column, pixel += 3) {
          const float w = weight_of_row * across.weight(column);
          weights += w;
          for (int c = 0; c < 3; ++c) sum[c] += w * pixel[c];
        }
      }
      std::uint8_t scaled[3] = {};
      for (int c = 0; c < 3; ++c)
        scaled[c] = static_cast<std::uint8_t>(std::min(sum[c] / weights + 0.5f, 255.0f));
      preprocess(one, scaled, input.first(channels));
    }
  }
}

}  // namespace edgenn
