#include "shape_option.hpp"

#include <charconv>

#include "onnx_reader.hpp"

namespace edgenn::import {

std::pair<std::string, std::vector<std::int64_t>> parse_input_shape(const std::string& text) {
  const auto wrong = [&text] {
    return import_error{"--input-shape \"" + printable(text) + "\": expected NAME=1x3x224x224"};
  };
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) throw wrong();
  std::vector<std::int64_t> dims;
  const char *at = text.data() + equals + 1, *const end = text.data() + text.size();
  while (true) {
    std::int64_t extent = 0;
    const auto [next, error] = std::from_chars(at, end, extent);
    if (error != std::errc{} || extent < 1) throw wrong();
    dims.push_back(extent);
    if (next == end) return {text.substr(0, equals), dims};
    if (*next != 'x') throw wrong();
    at = next + 1;
  }
}

}  // namespace edgenn::import
