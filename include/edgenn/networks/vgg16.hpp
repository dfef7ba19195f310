#pragma once
#include <edgenn/layers.hpp>

namespace edgenn::networks {

/// VGG-16 (Simonyan and Zisserman 2015, arXiv 1409.1556, table 1, configuration D): 138,357,544 parameters,
/// 15,470,264,320 multiply-accumulate operations.
///
/// Input {224, 224, 3}: BGR minus (103.939, 116.779, 123.68). Output {1, 1, 1000}: probabilities.
inline constexpr auto vgg16 = network({224, 224, 3}, [](value x) {
  struct stage {
    int convolutions;
    int filters;
  };
  for (const stage s : {stage{2, 64}, stage{2, 128}, stage{3, 256}, stage{3, 512}, stage{3, 512}}) {
    for (int i = 0; i < s.convolutions; ++i)
      x = x | conv2d{.filters = s.filters, .kernel = 3, .pad = 1, .act = relu};
    x = x | max_pool2d{.window = 2, .stride = 2};
  }
  x = x | expect{7, 7, 512};
  x = x | dense{.units = 4096, .act = relu} | dropout{};
  x = x | dense{.units = 4096, .act = relu} | dropout{};
  return x | dense{.units = 1000} | softmax{};
});

}  // namespace edgenn::networks
