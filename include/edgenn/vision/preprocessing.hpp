#pragma once
// From the pixels of a photo to the numbers that a network was trained on.
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

}  // namespace edgenn
