#include "preprocessing_text.hpp"

#include <algorithm>
#include <cmath>

#include "layers/code.hpp"

namespace edgenn::import {

namespace {

std::string floats(std::vector<float> numbers, int channels) {
  if (numbers.size() == 1) numbers.resize(static_cast<std::size_t>(channels), numbers[0]);
  std::string list;
  for (const float v : numbers) {
    std::string number = code(v);
    if (number.back() == 'f') number.pop_back();
    list +=
        (list.empty() ? "" : ", ") + number + (number.find_first_of(".e") == std::string::npos ? ".0f" : "f");
  }
  return '{' + list + '}';
}

void check(const char* what, const std::vector<float>& numbers, int channels) {
  if (numbers.size() != 1 && numbers.size() != static_cast<std::size_t>(channels))
    throw import_error{"preprocessing: found " + std::to_string(numbers.size()) + " numbers for " + what
                       + ", expected 1 or " + std::to_string(channels)};
  for (const float v : numbers)
    if (!std::isfinite(v))
      throw import_error{"preprocessing: found a " + std::string{what} + " that is no number"};
}

}  // namespace

std::string preprocessing_text(const target& t, const emit_options& options) {
  const preprocessing& p = *options.preprocess;
  const shape in = t.shape_of(0);
  const int channels = p.channels == "grey" ? 1 : 3;
  if (p.channels != "grey" && p.channels != "rgb" && p.channels != "bgr")
    throw import_error{"preprocessing: found channels \"" + p.channels + "\", expected rgb, bgr or grey"};
  if (in.c != channels || in.d != 1)
    throw import_error{"preprocessing: the input has " + std::to_string(in.c) + " channels, expected "
                       + std::to_string(channels) + " for " + p.channels};
  check("mean", p.mean, channels);
  check("scale", p.scale, channels);
  return "/// How a photo becomes the input.\n"
         "inline constexpr edgenn::preprocessing " + options.name + "_preprocessing{\n"
         "    .height = " + code(in.h) + ",\n"
         "    .width = " + code(in.w) + ",\n"
         "    .order = edgenn::channel_order::" + p.channels + ",\n"
         "    .mean = " + floats(p.mean, channels) + ",\n"
         "    .scale = " + floats(p.scale, channels) + ",\n};\n";
}

std::pair<float, float> range_of(const preprocessing& p) {
  float low = INFINITY, high = -INFINITY;
  const std::size_t count = std::max(p.mean.size(), p.scale.size());
  for (std::size_t i = 0; i < count; ++i)
    for (const float pixel : {0.0f, 255.0f}) {
      const float v =
          (pixel - p.mean[std::min(i, p.mean.size() - 1)]) * p.scale[std::min(i, p.scale.size() - 1)];
      low = std::min(low, v);
      high = std::max(high, v);
    }
  return {low, high};
}

}  // namespace edgenn::import
