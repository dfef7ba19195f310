// Depthwise and pointwise convolutions as one layer have the bits of two layers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cpu/run_networks.hpp>
#include <edgenn/backends/cpu.hpp>

namespace edgenn::tests {

using tag = EDGENN_TESTED_TAG;

/// Models that use separable_conv2d everywhere, and nowhere.
struct everywhere : tag {
  using fallback = tag;
};
struct nowhere : tag {
  using fallback = tag;
};

}  // namespace edgenn::tests

template <edgenn::separable_conv2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<edgenn::tests::everywhere, edgenn::op<L, Out, In>>
    : edgenn::kernel<edgenn::tests::tag, edgenn::op<L, Out, In>> {
  static constexpr bool stands_in = true;
};
template <edgenn::separable_conv2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<edgenn::tests::nowhere, edgenn::op<L, Out, In>>
    : edgenn::kernel<edgenn::tests::tag, edgenn::op<L, Out, In>> {
  static constexpr bool stands_in = false;
};

namespace edgenn::tests {

namespace {

template <int Kernel, int Stride, int Filters>
constexpr value separable(value x) {
  x = x | depthwise_conv2d{.kernel = Kernel, .stride = Stride, .pad = same, .act = relu6};
  return x | conv2d{.filters = Filters, .kernel = 1, .act = relu6};
}

// Blocks of all rows and of some, odd and even ones; channels with and without gaps between the pixels.
constexpr auto large = network({60, 52, 8}, [](value x) {
  x = separable<3, 1, 64>(x);
  x = separable<3, 1, 35>(x);
  x = separable<3, 2, 128>(x);
  x = separable<5, 1, 24>(x);
  return separable<3, 2, 17>(x);
});
constexpr auto odd = network({27, 21, 64}, [](value x) {
  x = separable<3, 1, 64>(x);
  x = separable<5, 2, 40>(x);
  x = x | depthwise_conv2d{.kernel = 3, .dilation = 2, .pad = 2, .multiplier = 2, .act = hard_swish};
  x = x | conv2d{.filters = 33, .kernel = 1, .bias = false, .act = hard_swish};
  return separable<3, 1, 5>(x);
});

template <const auto& Net>
void check_bits(int layers) {
  using one = model<Net, everywhere>;
  using two = model<Net, nowhere>;
  CHECK(one::graph.node_count == layers + 1);
  CHECK(two::graph.node_count == 2 * layers + 1);
  const std::vector<float> weights = draw_whole<Net>("weights");
  generator random{"input"};
  std::vector<float> x(static_cast<std::size_t>(Net[0].out.size()));
  for (float& v : x) v = random.next();
  const auto fused = run_whole<Net, everywhere>(x, weights), apart = run_whole<Net, nowhere>(x, weights);
  CHECK(equal_bits(fused, apart));
  CHECK(std::any_of(fused.begin(), fused.end(), [](float v) { return v != 0; }));
}

}  // namespace

TEST_CASE("one layer has the bits of two") {
  check_bits<large>(5);
  check_bits<odd>(4);
}

}  // namespace edgenn::tests
