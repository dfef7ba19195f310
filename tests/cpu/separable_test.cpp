// Depthwise and pointwise convolutions as one layer have the bits of two layers, or nearly so.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
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

/// By Strassen's algorithm on some instruction sets, which pairs other pixels in blocks of some rows.
constexpr auto wide = network({60, 52, 128}, [](value x) { return separable<3, 1, 128>(x); });

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

TEST_CASE("one layer has the results of two, up to rounding, if it is computed by Strassen's algorithm") {
  const std::vector<float> weights = draw_whole<wide>("weights");
  generator random{"input"};
  std::vector<float> x(static_cast<std::size_t>(wide[0].out.size()));
  for (float& v : x) v = random.next();
  const auto fused = run_whole<wide, everywhere>(x, weights), apart = run_whole<wide, nowhere>(x, weights);
  REQUIRE(fused.size() == apart.size());
  double error = 0, squares = 0;
  for (std::size_t i = 0; i < fused.size(); ++i) {
    const double expected = static_cast<double>(apart[i]);
    error += std::pow(static_cast<double>(fused[i]) - expected, 2);
    squares += expected * expected;
  }
  CHECK(squares > 0);
  CHECK(error <= squares * 1e-6 * 1e-6);
}

TEST_CASE("without Winograd's and Strassen's algorithms the weights of both keep their size") {
  constexpr separable_conv2d layer{.filters = 128, .kernel = 3, .pad = same};
  constexpr shape in{60, 52, 128};
  using direct = kernel<without_winograd<tag>, op<layer, layer.output(in), in>>;
  using smaller = kernel<smallest<tag>, op<layer, layer.output(in), in>>;
  constexpr int weights = (128 * 128 + 128 + 128 * 9 + 128) * 4;
  CHECK(direct::packed_bytes == weights);
  CHECK(smaller::packed_bytes == weights);
  using fastest = kernel<tag, op<layer, layer.output(in), in>>;
  constexpr bool by_strassen = microkernels::vec<detail::isa_of_t<tag>>::width >= 8;
  CHECK(fastest::packed_bytes == weights + (by_strassen ? (128 * 128 * 3 / 4 + 128) * 4 : 0));
}

}  // namespace edgenn::tests
