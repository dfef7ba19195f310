// Every case of cases.hpp on the eigen backend, against the golden values.
#include <doctest/doctest.h>

#include <edgenn/backends/eigen.hpp>
#include <golden/golden.hpp>
#include <layers/run_case.hpp>

using namespace edgenn;
using namespace edgenn::tests;

TEST_CASE("eigen: golden values") {
  int cases = 0;
  for (const auto& c : bound_cases<eigen>()) {
    const std::string differs = difference(run_network(c), golden(c.name).values, 1e-5);
    CHECK_MESSAGE(differs.empty(), c.name, ": ", differs);
    ++cases;
  }
  CHECK(cases > 0);
}

using convolution = op<conv2d{.filters = 4, .kernel = 3}, shape{6, 6, 4}, shape{8, 8, 2}>;
using pooling = op<max_pool2d{.window = 2, .stride = 2}, shape{4, 4, 2}, shape{8, 8, 2}>;
static_assert(implements<eigen, convolution>);
static_assert(supports<eigen, pooling> && !implements<eigen, pooling>);
