#pragma once
// What a measurement of person detectors reads: a photo, weights, the name of the machine. Throws
// `cannot_read`, which names the file.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <edgenn/half.hpp>
#include <edgenn/vision/resampling.hpp>
#include <edgenn/weights.hpp>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "naive_person_detector.hpp"
#include "synthetic.hpp"

namespace bench {

struct cannot_read : std::runtime_error {
  cannot_read(const std::string& file, const std::string& what) : std::runtime_error{file + ": " + what} {}
};

inline std::vector<char> bytes_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) throw cannot_read{path, "cannot be opened"};
  std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
  if (file.bad() || bytes.empty()) throw cannot_read{path, "cannot be read, or is empty"};
  return bytes;
}

/// A binary PPM file (P6) of 8 bits, scaled to `height` x `width` pixels if it has another size.
inline std::vector<std::uint8_t> read_ppm(const std::string& path, int height, int width) {
  const std::vector<char> bytes = bytes_of(path);
  std::size_t at = 2;
  const auto number = [&] {
    const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (at < bytes.size() && (is_space(bytes[at]) || bytes[at] == '#')) {
      if (bytes[at] == '#')
        while (at < bytes.size() && bytes[at] != '\n') ++at;
      else
        ++at;
    }
    int n = -1;
    for (; at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9' && n < 1 << 20; ++at)
      n = std::max(n, 0) * 10 + (bytes[at] - '0');
    return n;
  };
  if (bytes.size() < 2 || bytes[0] != 'P' || bytes[1] != '6')
    throw cannot_read{path, "found no PPM file (P6)"};
  const int columns = number(), rows = number(), most = number();
  ++at;
  if (columns < 1 || rows < 1 || columns > 1 << 14 || rows > 1 << 14 || most != 255)
    throw cannot_read{path, "found a size or a depth that is not that of a photo of 8 bits"};
  const std::size_t size =
      std::size_t{3} * static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  if (at + size > bytes.size())
    throw cannot_read{
        path, "found " + std::to_string(bytes.size()) + " bytes, expected " + std::to_string(at + size)};
  std::vector<std::uint8_t> photo(size);
  std::memcpy(photo.data(), bytes.data() + at, size);
  if (rows == height && columns == width) return photo;
  std::vector<std::uint8_t> scaled(static_cast<std::size_t>(3 * height * width));
  const edgenn::image_view<const std::uint8_t> from{photo.data(), rows, columns, 3};
  const edgenn::image_view<std::uint8_t> to{scaled.data(), height, width, 3};
  std::vector<float> scratch(edgenn::area_scratch(from, to));
  if (!edgenn::resize_area(from, to, scratch)) throw cannot_read{path, "cannot be scaled"};
  return scaled;
}

/// Weights of `Net` from an .edgenn file, in canonical order.
template <const auto& Net>
std::vector<float> read_trained(const std::string& path) {
  const std::vector<char> bytes = bytes_of(path);
  const auto file = edgenn::weights_file<Net>::open(std::as_bytes(std::span{bytes}));
  if (!file) throw cannot_read{path, std::string{file.error().message().view()}};
  std::vector<float> weights(static_cast<std::size_t>(Net.weight_count));
  file->copy_to(std::span<float, static_cast<std::size_t>(Net.weight_count)>{weights});
  return weights;
}

/// Seeded weights, numbers of half precision like those of weights files. The padding below an image gets a
/// score of -1, as it is no person, and scores spread: the weights of the logits are multiplied until patches
/// of noise have a deviation of about 1.
template <const auto& Net>
std::vector<float> untrained() {
  std::vector<float> weights = synthetic_weights(Net);
  const edgenn::node& last = Net[Net.node_count - 1];
  const std::size_t bias = weights.size() - 2,
                    kernel = bias - static_cast<std::size_t>(last.weight_count - 2);
  const auto score = [&](const heap_image& patch) {
    const heap_image logits = runtime_network{Net, weights, innermost::filters}.run(patch);
    return logits.values[1] - logits.values[0];
  };
  heap_image patch{Net[0].out.h, Net[0].out.w, 3};
  double sum = 0, squares = 0;
  constexpr int patches = 16;
  for (int i = 0; i < patches; ++i) {
    fill(patch.values, static_cast<std::uint64_t>(i), 1 + .05f * static_cast<float>(i));
    const auto z = static_cast<double>(score(patch));
    sum += z / patches;
    squares += z * z / patches;
  }
  const auto gain = static_cast<float>(1 / std::sqrt(std::max(squares - sum * sum, 1e-4)));
  for (std::size_t i = kernel; i < bias; ++i) weights[i] *= gain;
  std::fill(patch.values.begin(), patch.values.end(), -2.0f);
  for (float& w : weights) w = float{edgenn::half{w}};
  weights[bias + 1] = float{edgenn::half{weights[bias + 1] - score(patch) - 1}};
  return weights;
}

/// The name of the processor.
inline std::string processor() {
  std::ifstream info{"/proc/cpuinfo"};
  std::string line, name = "unknown", family, model;
  const auto value = [&] { return line.substr(std::min(line.find(": ") + 2, line.size())); };
  while (std::getline(info, line) && !line.empty()) {
    if (line.starts_with("model name"))
      name = value();
    else if (line.starts_with("cpu family"))
      family = value();
    else if (line.starts_with("model\t"))
      model = value();
  }
  return family.empty() ? name : name + " (family " + family + ", model " + model + ")";
}

}  // namespace bench
