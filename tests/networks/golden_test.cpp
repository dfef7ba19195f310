// Whole networks against ONNX Runtime.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <networks/golden.hpp>
#include <string>
#include <synthetic.hpp>

using namespace edgenn::tests;

namespace {

#include <networks/golden.inc>

/// Relative to the largest element of an output, or for projections to its norm.
constexpr double tolerance = 1e-4;

/// The sum of all elements, each with the sign of a random number.
double projection(const std::vector<float>& y, std::uint64_t seed) {
  bench::random_numbers numbers{seed};
  double sum = 0;
  for (const float v : y) sum += static_cast<double>(numbers.symmetric(1) < 0 ? -v : v);
  return sum;
}

void check(const network_on_backend& net) {
  INFO(std::string{net.name});
  const auto* const found = std::find_if(std::begin(networks), std::end(networks),
                                         [&](const golden_network& g) { return g.name == net.name; });
  REQUIRE(found != std::end(networks));
  const golden_network& golden = *found;
  const std::vector<float> y = net.run();
  REQUIRE(y.size() == static_cast<std::size_t>(golden.count));
  double worst = 0;
  for (int k = 0; k < golden.sample_count; ++k) {
    const golden_sample& s = samples[golden.first_sample + k];
    const double error = std::abs(static_cast<double>(y[static_cast<std::size_t>(s.element)]) - s.value);
    worst = std::isnan(error) ? HUGE_VAL : std::fmax(worst, error / golden.largest);
  }
  CHECK(worst < tolerance);
  for (std::uint64_t k = 0; k < std::size(golden.projections); ++k)
    CHECK(std::abs(projection(y, k) - golden.projections[k]) < tolerance * golden.norm);
}

}  // namespace

TEST_CASE("small networks: the results of ONNX Runtime") {
  for (const network_on_backend& net : small_networks()) check(net);
}

TEST_CASE("networks with the least memory or divided among threads: the results of ONNX Runtime") {
  for (const network_on_backend& net : networks_under_policies()) check(net);
}

#if EDGENN_TEST_LARGE_NETWORKS
TEST_CASE("large networks: the results of ONNX Runtime") {
  for (const network_on_backend& net : large_networks()) check(net);
}
#endif
