#pragma once
#include <edgenn/layers.hpp>

namespace edgenn::networks {

namespace squeezenet_parts {

/// A fire module (Iandola et al. 2016, figure 1): `squeeze` 1x1 filters, then `expand` 1x1 and `expand` 3x3.
struct fire {
  int squeeze, expand;

  constexpr value operator()(value x) const {
    x = x | conv2d{.filters = squeeze, .kernel = 1, .act = relu};
    return concat(x | conv2d{.filters = expand, .kernel = 1, .act = relu},
                  x | conv2d{.filters = expand, .kernel = 3, .pad = 1, .act = relu});
  }
};

inline constexpr auto pool = max_pool2d{.window = 3, .stride = 2, .round = rounding::up};

}  // namespace squeezenet_parts

/// SqueezeNet v1.0 (Iandola et al. 2016, arXiv 1602.07360, table 1; the authors' prototxt, whose last
/// convolution is padded by 1): 1,248,424 parameters, 861,339,936 multiply-accumulate operations.
///
/// Input {227, 227, 3}: BGR minus (104, 117, 123). Output {1, 1, 1000}: probabilities.
inline constexpr auto squeezenet_v1_0 = network({227, 227, 3}, [](value x) {
  using namespace squeezenet_parts;
  x = x | conv2d{.filters = 96, .kernel = 7, .stride = 2, .act = relu} | expect{111, 111, 96};
  x = x | pool | expect{55, 55, 96};
  x = x | fire{16, 64} | fire{16, 64} | fire{32, 128};
  x = x | pool | expect{27, 27, 256};
  x = x | fire{32, 128} | fire{48, 192} | fire{48, 192} | fire{64, 256};
  x = x | pool | expect{13, 13, 512};
  x = x | fire{64, 256} | dropout{};
  x = x | conv2d{.filters = 1000, .kernel = 1, .pad = 1, .act = relu} | expect{15, 15, 1000};
  return x | global_average_pool{} | softmax{};
});

/// SqueezeNet v1.1 (the authors' smaller variant of 2016): 1,235,496 parameters. At 227 x 227 the pools need
/// Caffe's rule of rounding up.
///
/// Input {227, 227, 3}: BGR minus (104, 117, 123). Output {1, 1, 1000}: probabilities.
inline constexpr auto squeezenet_v1_1 = network({227, 227, 3}, [](value x) {
  using namespace squeezenet_parts;
  x = x | conv2d{.filters = 64, .kernel = 3, .stride = 2, .act = relu} | expect{113, 113, 64};
  x = x | pool | expect{56, 56, 64};
  x = x | fire{16, 64} | fire{16, 64};
  x = x | pool | expect{28, 28, 128};
  x = x | fire{32, 128} | fire{32, 128};
  x = x | pool | expect{14, 14, 256};
  x = x | fire{48, 192} | fire{48, 192} | fire{64, 256} | fire{64, 256} | dropout{};
  x = x | conv2d{.filters = 1000, .kernel = 1, .act = relu} | expect{14, 14, 1000};
  return x | global_average_pool{} | softmax{};
});

}  // namespace edgenn::networks
