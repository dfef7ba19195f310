// Every case with weights on the reference backend that stores them in fp16.
#include <doctest/doctest.h>

#include <edgenn/backends/reference.hpp>
#include <layers/run_case.hpp>

using namespace edgenn;
using namespace edgenn::tests;

// The sums are the same, but compilers may contract multiplications and additions differently.
constexpr double rounding_of_sums = 1e-5;

TEST_CASE("fp16 weights: the values of fp32 with the same rounded weights") {
  const auto in_fp16 =
      bound_cases<reference_fp16_weights, scope::networks_and_kernels, selection::with_weights>();
  const auto in_fp32 = bound_cases<reference, scope::kernels, selection::with_weights>();
  REQUIRE(in_fp16.size() > 0);
  REQUIRE(in_fp16.size() == in_fp32.size());
  for (std::size_t i = 0; i < in_fp16.size(); ++i) {
    auto rounded = in_fp32[i];
    for (float& w : rounded.data.weights) w = half{w};
    const std::vector<float> expected = run_kernel(rounded);
    const std::string differs =
        difference(run_network(in_fp16[i]), std::span<const float>{expected}, rounding_of_sums);
    CHECK_MESSAGE(differs.empty(), rounded.name, ": ", differs);
  }
}
