// Whole networks on one instruction set against the reference backend.
#include <doctest/doctest.h>

#include <algorithm>
#include <cases.hpp>
#include <cmath>
#include <cpu/networks.hpp>
#include <string>

using namespace edgenn::tests;

TEST_CASE("whole networks: the results of the reference backend") {
  const auto tested = networks_on_tag(), reference = networks_on_reference();
  REQUIRE(tested.size() == reference.size());
  for (std::size_t i = 0; i < tested.size(); ++i) {
    const std::string name = tested[i].name;
    INFO(name);
    generator random{name};
    std::vector<float> x(static_cast<std::size_t>(tested[i].input_size));
    for (float& v : x) v = 2 * random.next();
    const std::vector<float> weights = tested[i].draw_weights();
    REQUIRE(weights.size() == static_cast<std::size_t>(tested[i].weight_count));
    const std::vector<float> found = tested[i].run(x, weights), expected = reference[i].run(x, weights);
    REQUIRE(found.size() == expected.size());
    // The outputs are probabilities: unequal ones, or the logits would have lost the signal.
    const auto [least, most] = std::minmax_element(expected.begin(), expected.end());
    CHECK(*most > 1.1f * *least);
    double worst = 0;
    for (std::size_t k = 0; k < found.size(); ++k) {
      const double error = std::abs(static_cast<double>(found[k]) - static_cast<double>(expected[k]));
      worst = std::fmax(worst, std::isnan(error) ? HUGE_VAL : error / static_cast<double>(expected[k]));
    }
    CHECK(worst < 1e-4);
  }
}
