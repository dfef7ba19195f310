#include "dequantize.hpp"

#include "constant.hpp"

namespace edgenn::import {

std::vector<float> real_numbers(const tensor& t) {
  const std::vector<float>& scales = t.scaling.scales;
  if (scales.empty()) return floats_of(t);
  const std::vector<std::int64_t> stored = integers_of(t);
  std::size_t inner = 1;  // elements that follow each other in one slice
  if (scales.size() > 1)
    for (std::size_t k = static_cast<std::size_t>(t.scaling.axis) + 1; k < t.dims.size(); ++k)
      inner *= static_cast<std::size_t>(t.dims[k]);
  std::vector<float> numbers(stored.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t slice = i / inner % scales.size();
    numbers[i] = scales[slice] * static_cast<float>(stored[i] - t.scaling.zero_points[slice]);
  }
  return numbers;
}

}  // namespace edgenn::import
