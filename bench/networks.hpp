#pragma once
// The networks that are measured, under the names by which the programs of this folder know them.
#include <edgenn.hpp>
#include <edgenn/networks/alexnet.hpp>
#include <edgenn/networks/googlenet.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/networks/lenet_300_100.hpp>
#include <edgenn/networks/mobilenet_v1.hpp>
#include <edgenn/networks/person_cnn.hpp>
#include <edgenn/networks/squeezenet.hpp>
#include <edgenn/networks/vgg16.hpp>

namespace bench {

/// Next to no work: what a call costs.
inline constexpr auto one_call =
    edgenn::network({.c = 10}, [](edgenn::value x) { return x | edgenn::dense{.units = 10}; });

/// Single operations: 200 filters over an image, a product of matrices as a pointwise convolution, a
/// pool in two and one in three dimensions.
template <int Kernel>
inline constexpr auto filters_200 = edgenn::network({240, 320, 3}, [](edgenn::value x) {
  return x | edgenn::conv2d{.filters = 200, .kernel = Kernel};
});
inline constexpr auto product_1000x1000x1000 = edgenn::network(
    {1000, 1, 1000}, [](edgenn::value x) { return x | edgenn::conv2d{.filters = 1000, .kernel = 1}; });
inline constexpr auto max_pool_of_200_maps = edgenn::network(
    {240, 320, 200}, [](edgenn::value x) { return x | edgenn::max_pool2d{.window = 2, .stride = 2}; });
inline constexpr auto max_pool_of_26_scales = edgenn::network({320, 240, 1, 26}, [](edgenn::value x) {
  return x | edgenn::max_pool3d{.window = {3, 7, 3}};
});

namespace networks {

inline constexpr const auto& call = one_call;
inline constexpr const auto& lenet_300_100 = edgenn::networks::lenet_300_100;
inline constexpr const auto& lenet5 = edgenn::networks::lenet5;
inline constexpr const auto& mobilenet_v1_25_128 = edgenn::networks::mobilenet_v1<25, 128>;
inline constexpr const auto& mobilenet_v1_25_128_caffe =
    edgenn::networks::mobilenet_v1<25, 128, edgenn::networks::mobilenet::padded_as::caffe>;
inline constexpr const auto& mobilenet_v1_50_160 = edgenn::networks::mobilenet_v1<50, 160>;
inline constexpr const auto& mobilenet_v1_75_192 = edgenn::networks::mobilenet_v1<75, 192>;
inline constexpr const auto& mobilenet_v1_100_224 = edgenn::networks::mobilenet_v1<100, 224>;
inline constexpr const auto& squeezenet_v1_0 = edgenn::networks::squeezenet_v1_0;
inline constexpr const auto& squeezenet_v1_1 = edgenn::networks::squeezenet_v1_1;
inline constexpr const auto& alexnet = edgenn::networks::alexnet;
inline constexpr const auto& alexnet_ungrouped = edgenn::networks::alexnet_ungrouped;
inline constexpr const auto& googlenet = edgenn::networks::googlenet;
inline constexpr const auto& googlenet_without_lrn = edgenn::networks::googlenet_without_lrn;
inline constexpr const auto& vgg16 = edgenn::networks::vgg16;
inline constexpr const auto& person = edgenn::networks::person_cnn;
inline constexpr const auto& product_1000 = product_1000x1000x1000;
inline constexpr const auto& filters_3x3 = filters_200<3>;
inline constexpr const auto& filters_5x5 = filters_200<5>;
inline constexpr const auto& filters_7x7 = filters_200<7>;
inline constexpr const auto& filters_9x9 = filters_200<9>;
inline constexpr const auto& filters_11x11 = filters_200<11>;
inline constexpr const auto& max_pool_2x2 = max_pool_of_200_maps;
inline constexpr const auto& max_pool_3x7x3 = max_pool_of_26_scales;

}  // namespace networks
}  // namespace bench
