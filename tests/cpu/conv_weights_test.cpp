// Large convolutions whose weights are stored in 16 bits.
#include <doctest/doctest.h>

#include <cmath>
#include <cpu/run_networks.hpp>
#include <edgenn/backends/cpu.hpp>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

using tag = EDGENN_TESTED_TAG;

constexpr auto square =
    network<4>({9, 11, 200}, [](value x) { return x | conv2d{.filters = 170, .kernel = 3, .act = relu}; });
constexpr auto padded_square =
    network<4>({7, 5, 200}, [](value x) { return x | conv2d{.filters = 170, .kernel = 3, .pad = same}; });
constexpr auto whole_map = network<4>({14, 6, 64}, [](value x) {
  return x | conv2d{.filters = 100, .kernel = {12, 4}};
});
constexpr auto groups =
    network<4>({6, 6, 400}, [](value x) { return x | conv2d{.filters = 202, .kernel = 3, .groups = 2}; });
constexpr auto pooled = network<4>({16, 14, 200}, [](value x) {
  return x | conv2d{.filters = 170, .kernel = 3, .act = relu} | max_pool2d{.window = 2, .stride = 2};
});
constexpr auto small =
    network<4>({9, 11, 20}, [](value x) { return x | conv2d{.filters = 17, .kernel = 3}; });

template <const auto& Net, class Stored>
std::vector<float> rounded(std::vector<float> weights) {
  const int biases = Net[1].out.c;
  for (int i = 0; i < Net.weight_count - biases; ++i) {
    float& w = weights[static_cast<std::size_t>(i)];
    w = static_cast<float>(Stored{w});
  }
  return weights;
}

/// Root mean square of the differences, relative to that of `expected`.
double relative_error(const std::vector<float>& found, const std::vector<float>& expected) {
  double squares = 0, errors = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double e = static_cast<double>(expected[i]), error = static_cast<double>(found[i]) - e;
    squares += e * e;
    errors += error * error;
  }
  return std::sqrt(errors / squares);
}

template <const auto& Net, class Stored, class Backend>
void check(double of_winograd) {
  const std::vector<float> weights = draw_whole<Net>("conv weights");
  std::vector<float> x(static_cast<std::size_t>(Net[0].out.size()));
  generator random{"input"};
  for (float& v : x) v = 2 * random.next();
  using narrow = with_conv_weights<Backend, Stored>;
  constexpr long long bytes = model<Net, narrow>::packed_bytes, all = model<Net, Backend>::packed_bytes;
  CHECK(bytes < all * 52 / 100);
  const auto found = run_whole<Net, narrow>(x, weights);
  // A direct convolution has the bits of one with rounded weights.
  if (of_winograd == 0) CHECK(found == run_whole<Net, Backend>(x, rounded<Net, Stored>(weights)));
  const double limit = of_winograd > 0 ? of_winograd : std::is_same_v<Stored, half> ? 4e-4 : 3e-3;
  const double error = relative_error(found, run_whole<Net, reference>(x, weights));
  CHECK(error < limit);
  CHECK(error > limit / 50);
}

TEST_CASE("direct convolutions have the bits of rounded weights") {
  using direct = without_winograd<tag>;
  check<square, half, direct>(0);
  check<padded_square, half, direct>(0);
  check<whole_map, half, direct>(0);
  check<groups, half, direct>(0);
  check<square, bfloat16, direct>(0);
  check<groups, bfloat16, direct>(0);
}

TEST_CASE("Winograd's algorithms: the errors that conv_weights.hpp states") {
  check<square, half, with_winograd<tag, 2>>(1e-3);
  check<square, half, with_winograd<tag, 4>>(5e-3);
  check<square, half, with_winograd<tag, 6>>(5e-3);
  check<padded_square, half, with_winograd<tag, 4>>(5e-3);
  check<groups, half, with_winograd<tag, 4>>(5e-3);
  check<whole_map, half, with_winograd<tag, 5>>(5e-3);
  check<pooled, half, with_winograd<tag, 4>>(5e-3);
  check<square, bfloat16, with_winograd<tag, 4>>(2e-2);
}

TEST_CASE("small weights, and those of other backends, stay as they are") {
  using narrow = with_conv_weights<tag, half>;
  static_assert(model<small, narrow>::packed_bytes == model<small, tag>::packed_bytes);
  static_assert(model<square, smallest<narrow>>::packed_bytes
                < model<square, smallest<tag>>::packed_bytes * 52 / 100);
  static_assert(model<square, with_conv_weights<reference, half>>::packed_bytes == 0);
}

}  // namespace
