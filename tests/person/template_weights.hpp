#pragma once
// Weights that make a network of the person detector a comparison with a template: it finds what it was given
// as a person, without training, and knows how well an image fits.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <edgenn.hpp>
#include <edgenn/vision/box.hpp>
#include <edgenn/vision/image_view.hpp>
#include <vector>

namespace edgenn::tests {

/// Grey pixels of three equal channels.
struct grey_image {
  int height, width;
  std::vector<std::uint8_t> pixels;

  grey_image(int h, int w) : height{h}, width{w}, pixels(static_cast<std::size_t>(3 * h * w)) {}
  rgb_image view() const { return {pixels.data(), height, width, 3}; }
  std::uint8_t* at(int y, int x) { return pixels.data() + static_cast<std::size_t>(3 * (y * width + x)); }
};

/// A person of `height` pixels: brightest in the middle, black at the edges of its box.
inline void draw_person(grey_image& image, float centre_y, float centre_x, float height) {
  const float half_height = height / 2, half_width = .41f * half_height;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      const float dy = std::abs(static_cast<float>(y) + .5f - centre_y) / half_height;
      const float dx = std::abs(static_cast<float>(x) + .5f - centre_x) / half_width;
      const float bright = 255 * (1 - std::max(dy, dx));
      std::uint8_t* p = image.at(y, x);
      for (int c = 0; c < 3; ++c)
        if (bright > static_cast<float>(p[c])) p[c] = static_cast<std::uint8_t>(bright);
    }
}
inline box box_of_person(float centre_y, float centre_x, float height) {
  const float half_height = height / 2, half_width = .41f * half_height;
  return {centre_x - half_width, centre_y - half_height, centre_x + half_width, centre_y + half_height};
}

/// Weights of `Net`, one of the person detector's on a patch. All its convolutions before the dense layers
/// hand on brightness, each channel another pixel of the kernel, so that the maps that the poolings leave are
/// the maxima of squares of 8 x 8 pixels, in each channel from another position on. The dense layers add up
/// by how much these differ from those of a person: score 5 if not at all, -5 for a black patch.
template <const auto& Net>
std::vector<float> template_weights() {
  constexpr shape in = Net[0].out;
  grey_image person{in.h, in.w};
  draw_person(person, static_cast<float>(in.h) / 2, static_cast<float>(in.w) / 2,
              .75f * static_cast<float>(in.h));

  struct convolution {
    int kernel, step, weights, filters, channels;
  };
  std::vector<convolution> trunk;
  int node = 1, reach = 0, step = 1;
  for (; !Net[node].layer.template is<conv2d>() || Net[node].out.h > 1; ++node) {
    if (!Net[node].layer.template is<conv2d>()) {
      step *= 2;
      continue;
    }
    const int kernel = Net[node].layer.template as<conv2d>().kernel.h;
    trunk.push_back({kernel, step, Net[node].weight_offset, Net[node].out.c, Net[node - 1].out.c});
    reach += (kernel - 1) * step;
  }
  std::vector<float> weights(std::size_t{Net.weight_count});
  const auto weight = [&](int i) -> float& { return weights[static_cast<std::size_t>(i)]; };

  // Corners first: those see all of the patch.
  const int some = reach / 2;
  const std::array<std::array<int, 2>, 9> offsets{{{0, 0},
                                                   {reach, reach},
                                                   {some, some},
                                                   {0, reach},
                                                   {reach, 0},
                                                   {0, some},
                                                   {some, 0},
                                                   {reach, some},
                                                   {some, reach}}};
  for (std::size_t path = 0; path < offsets.size(); ++path) {
    const int channel = static_cast<int>(path);
    std::array<int, 2> left = offsets[path];
    for (std::size_t i = trunk.size(); i-- > 0;) {
      const convolution& c = trunk[i];
      int tap[2];
      for (std::size_t axis = 0; axis < 2; ++axis) {
        tap[axis] = std::min(c.kernel - 1, left[axis] / c.step);
        left[axis] -= tap[axis] * c.step;
      }
      const int first = c.weights + ((channel * c.kernel + tap[0]) * c.kernel + tap[1]) * c.channels;
      if (i > 0) {
        weight(first + channel) = 1;
      } else {
        // From 0 for black to 1 for white.
        for (int k = 0; k < 3; ++k) weight(first + k) = 1 / 12.f;
        weight(c.weights + c.filters * c.kernel * c.kernel * 3 + channel) = .5f;
      }
    }
  }

  const shape map = Net[node - 1].out, hidden = Net[node].out;
  const int taps = map.h * map.w * map.c, dense = Net[node].weight_offset;
  float sum = 0;
  int unit = 0;
  for (std::size_t path = 0; path < offsets.size(); ++path)
    for (int i = 0; i < map.h; ++i)
      for (int j = 0; j < map.w && unit + 2 <= hidden.c; ++j) {
        int brightest = 0;
        for (int y = 0; y < 8; ++y)
          for (int x = 0; x < 8; ++x)
            brightest = std::max(brightest,
                                 int{*person.at(8 * i + offsets[path][0] + y, 8 * j + offsets[path][1] + x)});
        const float expected = static_cast<float>(brightest) / 256;
        for (const float sign : {1.f, -1.f}) {
          weight(dense + unit * taps + (i * map.w + j) * map.c + static_cast<int>(path)) = sign;
          weight(dense + hidden.c * taps + unit) = -sign * expected;
          ++unit;
        }
        sum += expected;
      }
  for (int k = 0; k < unit; ++k) weight(Net[node + 1].weight_offset + k) = 1;
  const int logits = Net[node + 2].weight_offset, inputs = Net[node + 1].out.c;
  weight(logits + inputs) = -10 / sum;
  weight(logits + 2 * inputs + 1) = 5;
  return weights;
}

}  // namespace edgenn::tests
