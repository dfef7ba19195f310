#pragma once
#include <edgenn/layers.hpp>

namespace edgenn::networks {

/// LeNet-300-100: two hidden dense layers (LeCun et al. 1998, section III.C; sizes as in Han et al. 2016,
/// "Deep Compression", table 1): 266,610 parameters, 266,200 multiply-accumulate operations.
///
/// Input {28, 28, 1}: grey levels / 256, a white digit on black. Output {1, 1, 10}: probabilities of the
/// digits.
inline constexpr auto lenet_300_100 = network({28, 28, 1}, [](value x) {
  x = x | dense{.units = 300, .act = relu};
  x = x | dense{.units = 100, .act = relu};
  x = x | dense{.units = 10};
  return x | softmax{};
});

}  // namespace edgenn::networks
