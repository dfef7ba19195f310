// Layers of well-known networks, one by one: weights and activations are in the caches as far as they fit.
#include "measure.hpp"

namespace {

using edgenn::conv2d;
using edgenn::dense;
using edgenn::depthwise_conv2d;
using edgenn::extent;
using edgenn::max_pool2d;
using edgenn::relu;
using edgenn::shape;
using edgenn::value;

/// A network of one layer.
template <auto Layer, shape In>
inline constexpr auto one_layer = edgenn::network(In, [](value x) { return x | Layer; });

template <auto Layer, shape In>
void add(const char* name) {
  bench::add<one_layer<Layer, In>, edgenn::native>(name, bench::widest_isa_name);
}

template <int Filters, int Kernel, int Stride = 1>
inline constexpr auto conv =
    conv2d{.filters = Filters, .kernel = Kernel, .stride = Stride, .pad = Kernel / 2, .act = relu};
template <int Kernel, int Stride>
inline constexpr auto depthwise =
    depthwise_conv2d{.kernel = Kernel, .stride = Stride, .pad = Kernel / 2, .act = relu};
template <int Window, int Stride>
inline constexpr auto max_pool = max_pool2d{.window = Window, .stride = Stride};

void add_pointwise() {
  add<conv<64, 1>, shape{112, 112, 32}>("conv/mobilenet_v1_100_224_l03");
  add<conv<128, 1>, shape{56, 56, 64}>("conv/mobilenet_v1_100_224_l05");
  add<conv<128, 1>, shape{56, 56, 128}>("conv/mobilenet_v1_100_224_l07");
  add<conv<256, 1>, shape{28, 28, 128}>("conv/mobilenet_v1_100_224_l09");
  add<conv<256, 1>, shape{28, 28, 256}>("conv/mobilenet_v1_100_224_l11");
  add<conv<512, 1>, shape{14, 14, 256}>("conv/mobilenet_v1_100_224_l13");
  add<conv<512, 1>, shape{14, 14, 512}>("conv/mobilenet_v1_100_224_l15");
  add<conv<1024, 1>, shape{7, 7, 512}>("conv/mobilenet_v1_100_224_l25");
  add<conv<1024, 1>, shape{7, 7, 1024}>("conv/mobilenet_v1_100_224_l27");
  add<conv<256, 1>, shape{56, 56, 64}>("conv/resnet50_conv2_expand");
  add<conv<512, 1, 2>, shape{56, 56, 256}>("conv/resnet50_conv3_shortcut");
}

void add_first_layers() {
  add<conv<32, 3, 2>, shape{224, 224, 3}>("conv/mobilenet_v1_100_224_l01");
  add<conv<64, 7, 2>, shape{224, 224, 3}>("conv/resnet50_conv1");
  add<conv2d{.filters = 96, .kernel = 11, .stride = 4, .act = relu}, shape{227, 227, 3}>(
      "conv/alexnet_conv1");
  add<conv2d{.filters = 20, .kernel = 5}, shape{28, 28, 1}>("conv/lenet5_conv1");
}

void add_spatial() {
  add<conv<64, 3>, shape{224, 224, 64}>("conv/vgg16_conv1_2");
  add<conv<128, 3>, shape{112, 112, 128}>("conv/vgg16_conv2_2");
  add<conv<256, 3>, shape{56, 56, 256}>("conv/vgg16_conv3_2");
  add<conv<512, 3>, shape{28, 28, 512}>("conv/vgg16_conv4_2");
  add<conv<512, 3>, shape{14, 14, 512}>("conv/vgg16_conv5_2");
  add<conv<64, 3>, shape{56, 56, 64}>("conv/resnet50_conv2_3x3");
  add<conv<128, 3, 2>, shape{56, 56, 128}>("conv/resnet50_conv3_3x3_stride2");
  add<conv<64, 3>, shape{56, 56, 16}>("conv/squeezenet_v1_1_fire2_expand3x3");
  add<conv<96, 5>, shape{28, 28, 32}>("conv/googlenet_3b_5x5");
  add<conv2d{.filters = 256, .kernel = 5, .pad = 2, .groups = 2, .act = relu}, shape{27, 27, 96}>(
      "conv/alexnet_conv2");
  add<conv2d{.filters = 512, .kernel = extent{13, 5}, .act = relu}, shape{55, 75, 96}>("conv/person_conv6");
}

void add_depthwise() {
  add<depthwise<3, 1>, shape{112, 112, 32}>("depthwise/mobilenet_v1_100_224_l02");
  add<depthwise<3, 2>, shape{112, 112, 64}>("depthwise/mobilenet_v1_100_224_l04");
  add<depthwise<3, 1>, shape{28, 28, 256}>("depthwise/mobilenet_v1_100_224_l10");
  add<depthwise<3, 1>, shape{14, 14, 512}>("depthwise/mobilenet_v1_100_224_l14");
  add<depthwise<3, 1>, shape{7, 7, 1024}>("depthwise/mobilenet_v1_100_224_l26");
  add<depthwise<5, 1>, shape{28, 28, 40}>("depthwise/mobilenet_v3_5x5");
}

void add_others() {
  add<max_pool<2, 2>, shape{224, 224, 64}>("max_pool/vgg16_pool1");
  add<max_pool<3, 2>, shape{55, 55, 96}>("max_pool/alexnet_pool1");
  add<max_pool2d{.window = 3, .stride = 1, .pad = 1}, shape{28, 28, 192}>("max_pool/googlenet_3a");
  add<edgenn::max_pool3d{.window = {3, 7, 3}}, shape{320, 240, 1, 26}>("max_pool3d/scales_26");
  add<edgenn::global_average_pool{}, shape{7, 7, 1024}>("average_pool/mobilenet_v1_100_224");
  add<edgenn::lrn{}, shape{55, 55, 96}>("lrn/alexnet_norm1");
  add<edgenn::softmax{}, shape{1, 1, 1000}>("softmax/1000");
  add<dense{.units = 1000}, shape{1, 1, 1024}>("dense/mobilenet_v1_100_224");
  add<dense{.units = 500, .act = relu}, shape{4, 4, 50}>("dense/lenet5_fc1");
  add<dense{.units = 4096, .act = relu}, shape{1, 1, 4096}>("dense/vgg16_fc7");
}

void add_single_operations() {
  add<conv<1000, 1>, shape{1000, 1, 1000}>("product/1000x1000x1000");
  add<conv2d{.filters = 200, .kernel = 3}, shape{240, 320, 3}>("conv/200_filters_3x3");
  add<conv2d{.filters = 200, .kernel = 5}, shape{240, 320, 3}>("conv/200_filters_5x5");
  add<conv2d{.filters = 200, .kernel = 7}, shape{240, 320, 3}>("conv/200_filters_7x7");
  add<conv2d{.filters = 200, .kernel = 9}, shape{240, 320, 3}>("conv/200_filters_9x9");
  add<conv2d{.filters = 200, .kernel = 11}, shape{240, 320, 3}>("conv/200_filters_11x11");
  add<max_pool<2, 2>, shape{240, 320, 200}>("max_pool/200_maps_2x2");
}

}  // namespace

int main(int count, char** arguments) {
  add_pointwise();
  add_first_layers();
  add_spatial();
  add_depthwise();
  add_others();
  add_single_operations();
  return bench::run_all(count, arguments);
}
