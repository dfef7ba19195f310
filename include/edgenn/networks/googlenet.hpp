#pragma once
#include <edgenn/layers.hpp>

namespace edgenn::networks {

namespace googlenet_parts {

/// An inception module (Szegedy et al. 2015, figure 2b). Members as the columns of table 1.
struct inception {
  int n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj;

  constexpr value operator()(value x) const {
    const auto conv = [](int filters, int kernel) {
      return conv2d{.filters = filters, .kernel = kernel, .pad = kernel / 2, .act = relu};
    };
    const value a = x | conv(n1x1, 1);
    const value b = x | conv(n3x3_reduce, 1) | conv(n3x3, 3);
    const value c = x | conv(n5x5_reduce, 1) | conv(n5x5, 5);
    const value d = x | max_pool2d{.window = 3, .stride = 1, .pad = 1} | conv(pool_proj, 1);
    return concat(a, b, c, d);
  }
};

constexpr value layers(value x, bool with_lrn) {
  constexpr auto pool = max_pool2d{.window = 3, .stride = 2, .round = rounding::up};
  const auto normalized = [with_lrn](value v) { return with_lrn ? v | lrn{} : v; };
  x = x | conv2d{.filters = 64, .kernel = 7, .stride = 2, .pad = 3, .act = relu} | expect{112, 112, 64};
  x = normalized(x | pool);
  x = x | conv2d{.filters = 64, .kernel = 1, .act = relu};
  x = x | conv2d{.filters = 192, .kernel = 3, .pad = 1, .act = relu} | expect{56, 56, 192};
  x = normalized(x) | pool | expect{28, 28, 192};
  x = x | inception{64, 96, 128, 16, 32, 32} | expect{28, 28, 256};
  x = x | inception{128, 128, 192, 32, 96, 64} | expect{28, 28, 480};
  x = x | pool;
  x = x | inception{192, 96, 208, 16, 48, 64} | expect{14, 14, 512};
  x = x | inception{160, 112, 224, 24, 64, 64};
  x = x | inception{128, 128, 256, 24, 64, 64};
  x = x | inception{112, 144, 288, 32, 64, 64} | expect{14, 14, 528};
  x = x | inception{256, 160, 320, 32, 128, 128} | expect{14, 14, 832};
  x = x | pool;
  x = x | inception{256, 160, 320, 32, 128, 128};
  x = x | inception{384, 192, 384, 48, 128, 128} | expect{7, 7, 1024};
  x = x | global_average_pool{} | dropout{.rate = 0.4};
  return x | dense{.units = 1000} | softmax{};
}

}  // namespace googlenet_parts

/// GoogLeNet as in Caffe's bvlc_googlenet, without the auxiliary classifiers, after Szegedy et al. 2015
/// (arXiv 1409.4842, table 1): 6,998,552 parameters, 1,582,671,872 multiply-accumulate operations.
///
/// Input {224, 224, 3}: BGR minus (104, 117, 123). Output {1, 1, 1000}: probabilities.
inline constexpr auto googlenet =
    network({224, 224, 3}, [](value x) { return googlenet_parts::layers(x, true); });

/// `googlenet` without local response normalisation, for comparisons of speed.
inline constexpr auto googlenet_without_lrn =
    network({224, 224, 3}, [](value x) { return googlenet_parts::layers(x, false); });

}  // namespace edgenn::networks
