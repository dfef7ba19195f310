// A convolution and the maxima of its outputs as one layer have the bits of two layers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cpu/run_networks.hpp>
#include <edgenn/backends/cpu.hpp>

namespace edgenn::tests {

using tag = EDGENN_TESTED_TAG;

/// Models that never use pooled_conv2d.
template <class Backend>
struct apart : Backend {
  using fallback = Backend;
};

}  // namespace edgenn::tests

template <class Backend, edgenn::pooled_conv2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<edgenn::tests::apart<Backend>, edgenn::op<L, Out, In>>
    : edgenn::kernel<Backend, edgenn::op<L, Out, In>> {
  static constexpr bool stands_in = false;
};

namespace edgenn::tests {

namespace {

constexpr max_pool2d squares{.window = 2, .stride = 2};

// Images of several blocks of tiles, of some tiles, of parts of them; odd ones; filters that end in a panel.
constexpr auto pyramid = network({67, 90, 3}, [](value x) {
  x = x | conv2d{.filters = 20, .kernel = 3, .pad = 1, .act = relu} | squares;
  x = x | conv2d{.filters = 70, .kernel = 3, .pad = 1, .groups = 2} | squares;
  x = x | conv2d{.filters = 33, .kernel = 5, .pad = 2, .bias = false, .act = relu6} | squares;
  return x | conv2d{.filters = 16, .kernel = {3, 1}, .pad = {1, 0}, .act = relu} | squares;
});

template <class Backend>
constexpr int pooled_layers() {
  int count = 0;
  constexpr const auto& graph = model<pyramid, Backend>::graph;
  for (int i = 0; i < graph.node_count; ++i) count += graph[i].layer.template is<pooled_conv2d>();
  return count;
}

template <class Backend>
void check_bits() {
  CHECK(pooled_layers<apart<Backend>>() == 0);
  const std::vector<float> weights = draw_whole<pyramid>("weights");
  generator random{"input"};
  std::vector<float> x(static_cast<std::size_t>(pyramid[0].out.size()));
  for (float& v : x) v = random.next();
  const auto one = run_whole<pyramid, Backend>(x, weights),
             two = run_whole<pyramid, apart<Backend>>(x, weights);
  CHECK(equal_bits(one, two));
  CHECK(std::any_of(one.begin(), one.end(), [](float v) { return v != 0; }));
}

}  // namespace

TEST_CASE("one layer has the bits of two") {
  check_bits<tag>();
  check_bits<with_winograd<tag, 2>>();
  check_bits<with_winograd<tag, 4>>();
  check_bits<with_winograd<tag, 6>>();
}

TEST_CASE("which convolutions take in a pooling") {
  // all but that of 3 x 1, whose tiles are one column wide
  CHECK(pooled_layers<with_winograd<tag, 6>>() == 3);
  // nor that of 5 x 5, for which there is none with so few products
  CHECK(pooled_layers<with_winograd<tag, 2>>() == 2);
  CHECK(pooled_layers<with_winograd<tag, 5>>() == 0);  // squares would lie in two tiles, of 5 or 3 columns
  CHECK(pooled_layers<without_winograd<tag>>() == 0);
  CHECK(pooled_layers<smallest<tag>>() == 0);
}

}  // namespace edgenn::tests
