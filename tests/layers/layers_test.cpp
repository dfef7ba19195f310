// Every case of cases.hpp on the reference backend: against golden values, and through every kind of view.
#include <doctest/doctest.h>

#include <edgenn/backends/reference.hpp>
#include <golden/golden.hpp>
#include <layers/run_case.hpp>
#include <set>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

/// Rounding of fp32 sums of up to a hundred terms in another order, and of the C library's exp, tanh and pow.
constexpr double golden_tolerance = 1e-5;

const std::vector<bound_case<float>>& cases() {
  static const auto all = bound_cases<reference>();
  return all;
}

}  // namespace

TEST_CASE("cases and golden outputs correspond, and names are unique") {
  std::set<std::string_view> names;
  for (const auto& c : cases()) {
    CHECK_MESSAGE(names.insert(c.name).second, c.name, ": another case has this name");
    CHECK_MESSAGE(!golden(c.name).values.empty(), c.name, ": no golden output: run make_golden.py");
  }
  for (int i = 0; i < golden_count(); ++i)
    CHECK_MESSAGE(names.count(golden(i).name) == 1, golden(i).name, ": golden output without a case");
}

TEST_CASE("every layer of the library has a case") {
  std::set<std::string_view> layers;
  for (const auto& c : cases()) layers.insert(c.layer_name);
  const std::string_view all = EDGENN_LAYER_NAMES;  // separated by commas
  REQUIRE(!all.empty());
  for (std::size_t from = 0; from < all.size();) {
    const std::size_t to = std::min(all.find(',', from), all.size());
    const std::string_view name = all.substr(from, to - from);
    CHECK_MESSAGE(layers.count(name) == 1, name, ": a layer without a case in cases.hpp");
    from = to + 1;
  }
}

TEST_CASE("fp32: golden shapes and values") {
  for (const auto& c : cases()) {
    const golden_output expected = golden(c.name);
    CHECK_MESSAGE(c.out == expected.extents, c.name, ": the shape differs from the golden one");
    const std::string differs = difference(run_network(c), expected.values, golden_tolerance);
    CHECK_MESSAGE(differs.empty(), c.name, ": ", differs);
  }
}

TEST_CASE("fp64: golden values") {
  for (const auto& c : bound_cases<basic_reference<double>, scope::kernels>()) {
    const std::string differs = difference(run_kernel(c), golden(c.name).values, golden_tolerance);
    CHECK_MESSAGE(differs.empty(), c.name, ": ", differs);
  }
}

TEST_CASE("views with gaps: the bits of contiguous ones, and the gaps stay as they are") {
  for (const auto& c : cases()) {
    if (!c.is_strided) continue;
    const auto found = run_with_gaps(c);
    CHECK_MESSAGE(equal_bits(found.values, run_network(c)), c.name, ": other bits");
    CHECK_MESSAGE(found.gaps_untouched, c.name, ": wrote into a gap");
  }
}

TEST_CASE("in place: the bits of separate memory") {
  for (const auto& c : cases()) {
    if (!c.is_in_place) continue;
    for (std::size_t k = 0; k < c.in.size(); ++k)
      if (c.in[k].size() >= c.out.size())
        CHECK_MESSAGE(equal_bits(run_kernel(c, static_cast<int>(k)), run_network(c)), c.name, ": other bits");
  }
}

TEST_CASE("NaN, infinities, denormals and huge inputs and weights: no access out of range") {
  using limits = std::numeric_limits<float>;
  constexpr float strange[] = {limits::quiet_NaN(),
                               limits::infinity(),
                               -limits::infinity(),
                               limits::denorm_min(),
                               limits::max(),
                               limits::lowest(),
                               -0.0f,
                               1.0f};
  for (auto c : cases()) {
    if (!c.is_strided) continue;
    std::size_t i = 0;
    for (std::vector<float>& x : c.data.inputs)
      for (float& v : x) v = strange[i++ % std::size(strange)];
    for (float& w : c.data.weights) w = strange[i++ % std::size(strange)];
    CHECK_MESSAGE(run_with_gaps(c).gaps_untouched, c.name, ": wrote into a gap");
  }
}
