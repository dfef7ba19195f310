#pragma once
#include <edgenn/layers.hpp>

namespace edgenn::networks {

/// LeNet-5 as in Caffe's lenet.prototxt (BVLC/caffe, examples/mnist), after LeCun et al. 1998: 431,080
/// parameters, 2,293,000 multiply-accumulate operations; no activation after the convolutions.
///
/// Input {28, 28, 1}: grey levels / 256, a white digit on black. Output {1, 1, 10}: probabilities of the
/// digits.
inline constexpr auto lenet5 = network({28, 28, 1}, [](value x) {
  x = x | conv2d{.filters = 20, .kernel = 5} | expect{24, 24, 20};
  x = x | max_pool2d{.window = 2, .stride = 2} | expect{12, 12, 20};
  x = x | conv2d{.filters = 50, .kernel = 5} | expect{8, 8, 50};
  x = x | max_pool2d{.window = 2, .stride = 2} | expect{4, 4, 50};
  x = x | dense{.units = 500, .act = relu};
  x = x | dense{.units = 10};
  return x | softmax{};
});

}  // namespace edgenn::networks
