#pragma once
#include <edgenn/layers.hpp>

namespace edgenn::networks {

/// A convolutional network that classifies every window of an image of 640 x 480 as person or not, in the
/// manner of the largest of the three networks of Eisenbach et al. 2016 (IJCNN, "Cooperative multi-scale
/// convolutional neural networks for person detection"): raw pixels, five unpadded convolutions and three
/// pools, two hidden dense layers turned into convolutions, about 4 million weights. The paper shows its
/// layer sizes in a figure only; these are our own. Windows are 76 x 140 pixels, 8 pixels apart. 3,734,242
/// parameters, 18,855,852,544 multiply-accumulate operations.
///
/// Input {480, 640, 3}. Output {43, 71, 2}: two logits for each window, without softmax, so that scores near
/// certainty stay apart.
inline constexpr auto person_cnn = network({480, 640, 3}, [](value x) {
  constexpr auto conv = [](int filters, extent kernel) {
    return conv2d{.filters = filters, .kernel = kernel, .act = relu};
  };
  constexpr auto pool = max_pool2d{.window = 2, .stride = 2};
  x = x | conv(32, 5) | pool | expect{238, 318, 32};
  x = x | conv(64, 5) | pool | expect{117, 157, 64};
  x = x | conv(96, 3) | conv(96, 3) | conv(96, 3) | pool | expect{55, 75, 96};
  x = x | conv(512, {13, 5}) | conv(512, 1);
  return x | conv2d{.filters = 2, .kernel = 1} | expect{43, 71, 2};
});

}  // namespace edgenn::networks
