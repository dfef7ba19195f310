#pragma once
#include <edgenn/layers.hpp>

namespace edgenn::networks {

namespace detail {

constexpr value alexnet_layers(value x, int groups, bool with_lrn) {
  const auto conv = [](int filters, int kernel, int pad, int in_groups) {
    return conv2d{.filters = filters, .kernel = kernel, .pad = pad, .groups = in_groups, .act = relu};
  };
  const auto normalized = [with_lrn](value v) { return with_lrn ? v | lrn{} : v; };
  constexpr auto pool = max_pool2d{.window = 3, .stride = 2, .round = rounding::up};
  x = x | conv2d{.filters = 96, .kernel = 11, .stride = 4, .act = relu} | expect{55, 55, 96};
  x = normalized(x) | pool | expect{27, 27, 96};
  x = x | conv(256, 5, 2, groups);
  x = normalized(x) | pool | expect{13, 13, 256};
  x = x | conv(384, 3, 1, 1) | conv(384, 3, 1, groups) | conv(256, 3, 1, groups);
  x = x | pool | expect{6, 6, 256};
  x = x | dense{.units = 4096, .act = relu} | dropout{};
  x = x | dense{.units = 4096, .act = relu} | dropout{};
  return x | dense{.units = 1000} | softmax{};
}

}  // namespace detail

/// AlexNet as in Caffe's bvlc_alexnet (BVLC/caffe, models/bvlc_alexnet), after Krizhevsky et al. 2012: the
/// second, fourth and fifth convolution in two groups. 60,965,224 parameters, 724,406,816 multiply-accumulate
/// operations.
///
/// Input {227, 227, 3}: BGR, the mean of the training images subtracted. Output {1, 1, 1000}: probabilities.
inline constexpr auto alexnet =
    network({227, 227, 3}, [](value x) { return detail::alexnet_layers(x, 2, true); });

/// The same without groups: 62,378,344 parameters.
inline constexpr auto alexnet_ungrouped =
    network({227, 227, 3}, [](value x) { return detail::alexnet_layers(x, 1, true); });

/// `alexnet` without local response normalisation, for comparisons of speed.
inline constexpr auto alexnet_without_lrn =
    network({227, 227, 3}, [](value x) { return detail::alexnet_layers(x, 2, false); });

}  // namespace edgenn::networks
