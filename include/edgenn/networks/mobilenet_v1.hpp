#pragma once
#include <edgenn/layers.hpp>

namespace edgenn::networks {

namespace mobilenet {

/// How 3x3 convolutions are padded. The two differ where the stride is 2: TensorFlow's SAME pads images of
/// even size only at the bottom and right, Caffe's networks pad by one pixel on all sides. Outputs have equal
/// shapes but, with the same weights, different values.
enum class padded_as : int { tensorflow, caffe };

/// What `how` means for kernels of 3 x 3.
constexpr padding pad_of(padded_as how) { return how == padded_as::tensorflow ? same : padding{1}; }

/// Depthwise-separable block (Howard et al. 2017, figure 3), batch normalisation folded into weights and
/// biases.
struct separable {
  int filters;             ///< channels of the output
  int stride = 1;          ///< of the depthwise convolution
  padding pad = same;      ///< of the depthwise convolution
  activation act = relu6;  ///< of both convolutions

  /// Appends the block.
  constexpr value operator()(value x) const {
    x = x | depthwise_conv2d{.kernel = 3, .stride = stride, .pad = pad, .act = act};
    return x | conv2d{.filters = filters, .kernel = 1, .act = act};
  }
};

}  // namespace mobilenet

/// MobileNet v1 (Howard et al. 2017, arXiv 1704.04861, table 1) with 1,000 classes. `WidthPercent` is the
/// width multiplier alpha x 100 (100, 75, 50, 25), `Resolution` the side of the input image (224, 192, 160,
/// 128), `PaddedAs` the padding that its weights were trained with. The table's last depthwise stride, 2, is
/// a misprint for 1.
///
/// Input {Resolution, Resolution, 3}: RGB in [-1, 1]. Output {1, 1, 1000}: probabilities.
template <int WidthPercent = 100, int Resolution = 224,
          mobilenet::padded_as PaddedAs = mobilenet::padded_as::tensorflow>
inline constexpr auto mobilenet_v1 = network({Resolution, Resolution, 3}, [](value x) {
  constexpr padding pad = mobilenet::pad_of(PaddedAs);
  constexpr auto wide = [](int filters) { return filters * WidthPercent / 100; };
  const auto separable = [=](int filters, int stride = 1) {
    return mobilenet::separable{wide(filters), stride, pad};
  };
  x = x | conv2d{.filters = wide(32), .kernel = 3, .stride = 2, .pad = pad, .act = relu6};
  x = x | separable(64);
  x = x | separable(128, 2) | separable(128);
  x = x | separable(256, 2) | separable(256);
  x = x | separable(512, 2);
  for (int i = 0; i < 5; ++i) x = x | separable(512);
  x = x | separable(1024, 2) | separable(1024);
  return x | global_average_pool{} | dense{.units = 1000} | softmax{};
});

}  // namespace edgenn::networks
