// The networks' parameters, multiply-accumulate operations, shapes and arenas. The compiler checks them all;
// no kernel of these networks is compiled.
#include <doctest/doctest.h>

#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/networks/lenet_300_100.hpp>
#include <edgenn/networks/mobilenet_v1.hpp>

namespace {

using namespace edgenn;

template <const auto& Net>
constexpr int biases() {
  int sum = 0;
  for (int i = 0; i < Net.node_count; ++i) {
    const any_layer& l = Net[i].layer;
    if (l.is<conv2d>() || l.is<depthwise_conv2d>() || l.is<dense>()) sum += Net[i].out.c;
  }
  return sum;
}
template <const auto& Net>
constexpr int parameters_without_biases = Net.weight_count - biases<Net>();

template <const auto& Net>
constexpr bool arena_is_minimal =
    model<Net, reference>::arena_bytes == model<Net, reference>::plan.lower_bound_bytes;

// LeNet-5, Caffe's variant: 430,500 weights and 580 biases.
constexpr const auto& lenet5 = networks::lenet5;
static_assert(parameters_without_biases<networks::lenet5> == 430'500 && biases<networks::lenet5>() == 580);
static_assert(lenet5.weight_count == 431'080 && lenet5.macs() == 2'293'000);
static_assert(lenet5[1].out == shape{24, 24, 20} && lenet5[2].out == shape{12, 12, 20});
static_assert(lenet5[3].out == shape{8, 8, 50} && lenet5[4].out == shape{4, 4, 50});
static_assert(lenet5[5].out == shape{1, 1, 500} && lenet5[6].out == shape{1, 1, 10});
static_assert(model<networks::lenet5, reference>::arena_bytes == 24 * 24 * 20 * 4);
static_assert(arena_is_minimal<networks::lenet5>);
static_assert(model<networks::lenet5, reference>::weight_bytes == 1'724'320);
static_assert(model<networks::lenet5, reference_fp16_weights>::weight_bytes == 862'160);

// LeNet-300-100: 266,200 weights and 410 biases.
constexpr const auto& lenet_300_100 = networks::lenet_300_100;
static_assert(parameters_without_biases<networks::lenet_300_100> == 266'200
              && biases<networks::lenet_300_100>() == 410);
static_assert(lenet_300_100.weight_count == 266'610 && lenet_300_100.macs() == 266'200);
static_assert(lenet_300_100[0].out == shape{28, 28, 1} && lenet_300_100[4].out == shape{1, 1, 10});
static_assert(model<networks::lenet_300_100, reference>::arena_bytes == (300 + 100) * 4);
static_assert(arena_is_minimal<networks::lenet_300_100>);

// MobileNet v1, 1.0-224: 4,209,088 weights without biases; 10,944 channels of folded batch norms and 1,000
// classes have a bias.
using networks::mobilenet_v1;
constexpr const auto& mobilenet = mobilenet_v1<100, 224>;
static_assert(&mobilenet == &mobilenet_v1<>);
static_assert(mobilenet.macs() == 568'740'352);
static_assert(mobilenet.weight_count == 4'209'088 + 10'944 + 1'000);
static_assert(mobilenet.node_count == 1 + 28 + 2);  // 28 layers, the mean, softmax

constexpr int sides[] = {112, 112, 56, 56, 28, 28, 14, 14, 14, 14, 14, 14, 7, 7};
constexpr int channels[] = {32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024};
constexpr bool maps_are_those_of_the_paper() {
  for (int block = 0; block < 14; ++block)
    if (mobilenet[1 + 2 * block].out != shape{sides[block], sides[block], channels[block]}) return false;
  return true;
}
static_assert(maps_are_those_of_the_paper());

// The paper's table 2: shares of the operations, in hundredths of a per cent. Its 1.19 for the first
// convolution is a misprint for 1.91: only so do the shares add up to 100.
template <layer L>
constexpr long long share_of_macs(int kernel) {
  long long sum = 0;
  for (int i = 1; i < mobilenet.node_count; ++i)
    if (mobilenet[i].layer.is<L>()) {
      if constexpr (requires(L l) { l.kernel; })
        if (mobilenet[i].layer.as<L>().kernel != extent{kernel}) continue;
      sum += mobilenet[i].macs;
    }
  return (sum * 10'000 + mobilenet.macs() / 2) / mobilenet.macs();
}
static_assert(share_of_macs<conv2d>(1) == 94'86 && share_of_macs<conv2d>(3) == 1'91);
static_assert(share_of_macs<depthwise_conv2d>(3) == 3'06 && share_of_macs<dense>(0) == 18);

// One separable block of 14 x 14 x 512: table 3's 52.3 million operations, 0.27 million weights.
static_assert((mobilenet[14].macs + mobilenet[15].macs + 50'000) / 100'000 == 523);
static_assert((mobilenet[14].weight_count + mobilenet[15].weight_count - 2 * 512 + 5'000) / 10'000 == 27);

/// Operations in units of 0.1 million, parameters in units of 1,000: as in the paper without the folded batch
/// norms, but with the classes' bias.
template <int WidthPercent, int Resolution>
constexpr bool variant_is(long long tenths_of_millions, int thousands) {
  constexpr auto& net = mobilenet_v1<WidthPercent, Resolution>;
  return (net.macs() + 50'000) / 100'000 == tenths_of_millions
         && (parameters_without_biases<mobilenet_v1<WidthPercent, Resolution>> + 1'000 + 500) / 1'000
                == thousands
         && net[0].out == shape{Resolution, Resolution, 3} && net[net.output(0)].out == shape{1, 1, 1000};
}
static_assert(variant_is<100, 224>(568'7, 4'210) && variant_is<100, 192>(418'1, 4'210));
static_assert(variant_is<100, 160>(290'7, 4'210) && variant_is<100, 128>(186'4, 4'210));
static_assert(variant_is<75, 224>(325'4, 2'569) && variant_is<75, 192>(239'3, 2'569));
static_assert(variant_is<75, 160>(166'4, 2'569) && variant_is<75, 128>(106'8, 2'569));
static_assert(variant_is<50, 224>(149'5, 1'321) && variant_is<50, 192>(110'0, 1'321));
static_assert(variant_is<50, 160>(76'5, 1'321) && variant_is<50, 128>(49'2, 1'321));
static_assert(variant_is<25, 224>(41'0, 465) && variant_is<25, 192>(30'2, 465));
static_assert(variant_is<25, 160>(21'1, 465) && variant_is<25, 128>(13'6, 465));

// The first pointwise convolution needs its input and its output at once: nothing needs more.
static_assert(model<mobilenet_v1<>, reference>::arena_bytes == 112 * 112 * (32 + 64) * 4);
static_assert(arena_is_minimal<mobilenet_v1<>>);
static_assert(arena_is_minimal<mobilenet_v1<75, 192>>);
static_assert(arena_is_minimal<mobilenet_v1<50, 160>>);
static_assert(arena_is_minimal<mobilenet_v1<25, 128>>);
static_assert(model<mobilenet_v1<25, 128>, reference>::arena_bytes == 64 * 64 * (8 + 16) * 4);

TEST_CASE("networks of one shape have fingerprints of their own") {
  CHECK(fingerprint(networks::lenet5) != fingerprint(networks::lenet_300_100));
  CHECK(fingerprint(mobilenet_v1<100, 224>) != fingerprint(mobilenet_v1<100, 192>));
  CHECK(fingerprint(mobilenet_v1<100, 224>) != fingerprint(mobilenet_v1<75, 224>));
}

}  // namespace
