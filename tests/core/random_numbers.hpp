#pragma once
#include <random>
#include <vector>

/// Numbers in [-1, 1), the same on every platform.
inline std::vector<float> random_floats(unsigned seed, int count) {
  std::mt19937 random{seed};
  std::vector<float> v(static_cast<std::size_t>(count));
  for (float& x : v) x = static_cast<float>(static_cast<double>(random()) / 2147483648.0 - 1);
  return v;
}
