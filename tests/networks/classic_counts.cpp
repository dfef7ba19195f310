// AlexNet, VGG-16, GoogLeNet and SqueezeNet: parameters and operations of their authors' files, the shapes of
// what lies between, and arenas; the person CNN likewise. The compiler checks them all; no kernel of these
// networks is compiled.
#include <doctest/doctest.h>

#include <edgenn.hpp>
#include <edgenn/networks/alexnet.hpp>
#include <edgenn/networks/googlenet.hpp>
#include <edgenn/networks/person_cnn.hpp>
#include <edgenn/networks/squeezenet.hpp>
#include <edgenn/networks/vgg16.hpp>

namespace {

using namespace edgenn;
using networks::alexnet, networks::alexnet_ungrouped, networks::googlenet, networks::vgg16;
using networks::squeezenet_v1_0, networks::squeezenet_v1_1;

/// The nodes of `Net` that are an `L`, counted from 0.
template <layer L, int N>
constexpr const node& nth(const basic_graph<N>& net, int n) {
  for (int i = net.input_count; i < net.node_count; ++i)
    if (net[i].layer.template is<L>() && n-- == 0) return net[i];
  return net[net.node_count];  // there is none: no constant expression
}

template <int N>
constexpr int biases(const basic_graph<N>& net) {
  int sum = 0;
  for (int i = 0; i < net.node_count; ++i)
    if (net[i].layer.template is<conv2d>() || net[i].layer.template is<dense>()) sum += net[i].out.c;
  return sum;
}

template <const auto& Net>
constexpr long long arena_bytes = model<Net, reference>::arena_bytes;
template <const auto& Net>
constexpr bool arena_is_minimal = arena_bytes<Net> == model<Net, reference>::plan.lower_bound_bytes;

constexpr long long tenths_of_millions(long long macs) { return (macs + 50'000) / 100'000; }

// AlexNet: 60,954,656 weights and 10,568 biases.
static_assert(alexnet.weight_count == 60'954'656 + 10'568 && biases(alexnet) == 10'568);
static_assert(alexnet.macs() == 724'406'816);
static_assert(alexnet_ungrouped.weight_count == 62'378'344 && biases(alexnet_ungrouped) == 10'568);
static_assert(alexnet_ungrouped.macs() == 1'135'256'096);
static_assert(networks::alexnet_without_lrn.weight_count == alexnet.weight_count);

constexpr bool alexnet_is_that_of_caffe() {
  constexpr shape maps[] = {{55, 55, 96}, {27, 27, 256}, {13, 13, 384}, {13, 13, 384}, {13, 13, 256}};
  constexpr long long macs[] = {1054, 2239, 1495, 1121, 748};
  constexpr int weights[] = {34'848, 307'200, 884'736, 663'552, 442'368};
  for (int i = 0; i < 5; ++i) {
    const node& n = nth<conv2d>(alexnet, i);
    if (n.out != maps[i] || tenths_of_millions(n.macs) != macs[i]) return false;
    if (n.weight_count != weights[i] + maps[i].c) return false;
  }
  return nth<max_pool2d>(alexnet, 0).out == shape{27, 27, 96}
         && nth<max_pool2d>(alexnet, 1).out == shape{13, 13, 256}
         && nth<max_pool2d>(alexnet, 2).out == shape{6, 6, 256}
         && nth<dense>(alexnet, 0).weight_count == 37'748'736 + 4096
         && nth<dense>(alexnet, 1).weight_count == 16'777'216 + 4096
         && nth<dense>(alexnet, 2).weight_count == 4'096'000 + 1000;
}
static_assert(alexnet_is_that_of_caffe());
// The first response normalisation needs its input and its output at once.
static_assert(arena_bytes<alexnet> == 2 * 55 * 55 * 96 * 4);
static_assert(arena_is_minimal<alexnet> && arena_is_minimal<alexnet_ungrouped>);

// VGG-16: 138,344,128 weights and 13,416 biases.
static_assert(vgg16.weight_count == 138'344'128 + 13'416 && biases(vgg16) == 13'416);
static_assert(vgg16.macs() == 15'470'264'320);

constexpr bool vgg16_is_configuration_d() {
  constexpr int sides[] = {224, 224, 112, 112, 56, 56, 56, 28, 28, 28, 14, 14, 14};
  constexpr int filters[] = {64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512};
  for (int i = 0; i < 13; ++i)
    if (nth<conv2d>(vgg16, i).out != shape{sides[i], sides[i], filters[i]}) return false;
  return nth<max_pool2d>(vgg16, 4).out == shape{7, 7, 512} && nth<dense>(vgg16, 0).out == shape{.c = 4096};
}
static_assert(vgg16_is_configuration_d());
static_assert(arena_bytes<vgg16> == 2 * 224 * 224 * 64 * 4 && arena_is_minimal<vgg16>);

// GoogLeNet without its auxiliary classifiers.
static_assert(googlenet.weight_count == 6'998'552 && googlenet.macs() == 1'582'671'872);
static_assert(networks::googlenet_without_lrn.macs() == googlenet.macs());

constexpr bool googlenet_is_table_1() {
  constexpr shape modules[] = {{28, 28, 256}, {28, 28, 480}, {14, 14, 512}, {14, 14, 512}, {14, 14, 512},
                               {14, 14, 528}, {14, 14, 832}, {7, 7, 832},   {7, 7, 1024}};
  for (int i = 0; i < 9; ++i)
    if (nth<concat_layer>(googlenet, i).out != modules[i]) return false;
  return nth<conv2d>(googlenet, 0).out == shape{112, 112, 64}
         && nth<conv2d>(googlenet, 2).out == shape{56, 56, 192}
         && nth<max_pool2d>(googlenet, 0).out == shape{56, 56, 64}
         && nth<global_average_pool>(googlenet, 0).out == shape{.c = 1024};
}
static_assert(googlenet_is_table_1());
static_assert(arena_is_minimal<googlenet> && arena_is_minimal<networks::googlenet_without_lrn>);

// SqueezeNet v1.0: 1,244,448 weights and 3,976 biases. Its maps: 227, 111, 55, 27, 13, 15 pixels wide.
static_assert(squeezenet_v1_0.weight_count == 1'244'448 + 3'976 && biases(squeezenet_v1_0) == 3'976);
static_assert(squeezenet_v1_0.macs() == 861'339'936);
// SqueezeNet v1.1: 227, 113, 56, 28, 14, 14; without rounding up it would end with 13.
static_assert(squeezenet_v1_1.weight_count == 1'235'496);
static_assert(squeezenet_v1_1.macs() == 387'747'520);

template <int N>
constexpr bool has_maps(const basic_graph<N>& net, shape first, shape pool_1, shape pool_2, shape pool_3,
                        shape last) {
  return nth<conv2d>(net, 0).out == first && nth<max_pool2d>(net, 0).out == pool_1
         && nth<max_pool2d>(net, 1).out == pool_2 && nth<max_pool2d>(net, 2).out == pool_3
         && nth<conv2d>(net, 25).out == last && nth<concat_layer>(net, 7).out.c == 512;
}
static_assert(has_maps(squeezenet_v1_0, {111, 111, 96}, {55, 55, 96}, {27, 27, 256}, {13, 13, 512},
                       {15, 15, 1000}));
static_assert(has_maps(squeezenet_v1_1, {113, 113, 64}, {56, 56, 64}, {28, 28, 128}, {14, 14, 256},
                       {14, 14, 1000}));
static_assert(arena_is_minimal<squeezenet_v1_0> && arena_is_minimal<squeezenet_v1_1>);

// The person CNN: 3,732,832 weights and 1,410 biases. Windows of its last convolution: 43 x 71.
using networks::person_cnn;
static_assert(person_cnn.weight_count == 3'732'832 + 1'410 && biases(person_cnn) == 1'410);
static_assert(person_cnn.macs() == 18'855'852'544);

constexpr bool person_cnn_has_maps() {
  constexpr shape maps[] = {{476, 636, 32}, {234, 314, 64}, {115, 155, 96}, {113, 153, 96},
                            {111, 151, 96}, {43, 71, 512},  {43, 71, 512},  {43, 71, 2}};
  for (int i = 0; i < 8; ++i)
    if (nth<conv2d>(person_cnn, i).out != maps[i]) return false;
  return nth<max_pool2d>(person_cnn, 2).out == shape{55, 75, 96};
}
static_assert(person_cnn_has_maps() && arena_is_minimal<person_cnn>);

TEST_CASE("variants of a network have fingerprints of their own") {
  CHECK(fingerprint(alexnet) != fingerprint(alexnet_ungrouped));
  CHECK(fingerprint(alexnet) != fingerprint(networks::alexnet_without_lrn));
  CHECK(fingerprint(squeezenet_v1_0) != fingerprint(squeezenet_v1_1));
}

}  // namespace
