#include "photo.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "image_file.hpp"

namespace {

/// A part of a photo: its upper left pixel and its extents.
struct region {
  int x, y, width, height;
};

/// The pixels of one axis that an output position is made of, with weights whose sum is 1.
struct taps {
  int first = 0;
  std::vector<float> weights;
};

/// Those of output position `o` where `in` pixels become `out`: linear interpolation where that enlarges;
/// where it makes smaller, a triangle as wide as two output pixels, so that every pixel counts.
taps taps_of(int o, int in, int out) {
  const double step = static_cast<double>(in) / out, reach = std::max(step, 1.0), centre = (o + 0.5) * step;
  taps t;
  t.first = std::clamp(static_cast<int>(std::floor(centre - reach)), 0, in - 1);
  const int last = std::clamp(static_cast<int>(std::ceil(centre + reach)), t.first + 1, in);
  double sum = 0;
  std::vector<double> weights;
  for (int i = t.first; i < last; ++i) {
    weights.push_back(std::max(1 - std::abs(i + 0.5 - centre) / reach, 0.0));
    sum += weights.back();
  }
  for (const double w : weights)
    t.weights.push_back(static_cast<float>(sum > 0 ? w / sum : 1.0 / (last - t.first)));
  return t;
}

/// The region in another size.
std::vector<std::uint8_t> scaled(const photo& p, const region& r, int width, int height) {
  std::vector<taps> columns;
  for (int x = 0; x < width; ++x) columns.push_back(taps_of(x, r.width, width));
  std::vector<float> row(3 * static_cast<std::size_t>(r.width));
  std::vector<std::uint8_t> result;
  result.reserve(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y) {
    const taps rows = taps_of(y, r.height, height);
    std::fill(row.begin(), row.end(), 0.0f);
    for (std::size_t k = 0; k < rows.weights.size(); ++k) {
      const auto at = (static_cast<std::size_t>(r.y + rows.first) + k) * static_cast<std::size_t>(p.width)
                      + static_cast<std::size_t>(r.x);
      for (std::size_t i = 0; i < row.size(); ++i)
        row[i] += rows.weights[k] * static_cast<float>(p.rgb[3 * at + i]);
    }
    for (const taps& t : columns)
      for (std::size_t c = 0; c < 3; ++c) {
        float sum = 0.5f;  // for rounding
        for (std::size_t k = 0; k < t.weights.size(); ++k)
          sum += t.weights[k] * row[3 * (static_cast<std::size_t>(t.first) + k) + c];
        result.push_back(static_cast<std::uint8_t>(std::min(sum, 255.0f)));
      }
  }
  return result;
}

}  // namespace

photo read_photo(const std::string& path) {
  decoded_image image = read_image_file(path, 4);
  std::vector<std::uint8_t>& v = image.values;
  const std::size_t pixels = v.size() / 4;
  for (std::size_t i = 0; i < pixels; ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const int level = v[4 * i + c], opacity = v[4 * i + 3];
      v[3 * i + c] = static_cast<std::uint8_t>((level * opacity + 255 * (255 - opacity) + 127) / 255);
    }
  v.resize(3 * pixels);
  return {image.width, image.height, std::move(v)};
}

void write_photo(const std::string& path, const photo& p) { write_png(path, p.width, p.height, p.rgb); }

std::vector<float> network_input(const photo& p, const edgenn::preprocessing& how, fit f) {
  region r{0, 0, p.width, p.height};
  if (f == fit::crop) {
    const long long wide = 1LL * p.height * how.width, tall = 1LL * p.width * how.height;
    if (wide < tall) r.width = static_cast<int>(std::max(wide / how.height, 1LL));
    if (tall < wide) r.height = static_cast<int>(std::max(tall / how.width, 1LL));
    r.x = (p.width - r.width) / 2;
    r.y = (p.height - r.height) / 2;
  }
  std::vector<float> input(static_cast<std::size_t>(how.size()));
  edgenn::preprocess(how, scaled(p, r, how.width, how.height), input);
  return input;
}
