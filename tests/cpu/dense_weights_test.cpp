// Dense layers whose weights are stored in 16 bits.
#include <doctest/doctest.h>

#include <algorithm>
#include <cases.hpp>
#include <cmath>
#include <edgenn/backends/cpu.hpp>
#include <layers/run_case.hpp>
#include <string>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

struct dense_cases {
  template <class F>
  void operator()(F f) const {
    f(layer_case<dense{.units = 1}, shape{.c = 1}>{"one weight"});
    f(layer_case<dense{.units = 3, .bias = false}, shape{.c = 7}>{"no bias"});
    f(layer_case<dense{.units = 17, .act = relu}, shape{2, 3, 4}>{"an image"});
    f(layer_case<dense{.units = 61, .act = activations::sigmoid}, shape{.c = 33}>{"sigmoid"});
    f(layer_case<dense{.units = 129}, shape{.c = 65}>{"a pair of panels and one vector"});
    f(layer_case<dense{.units = 300, .act = relu6}, shape{5, 5, 4}>{"an image and many units"});
  }
};

/// `c` with each weight of the kernel tensor, not the bias, rounded to `Stored`.
template <class Stored>
case_data with_rounded_weights(const bound_case<double>& c) {
  case_data data = c.data;
  const auto kernel = static_cast<std::size_t>(c.out.size()) * static_cast<std::size_t>(c.in[0].size());
  for (std::size_t i = 0; i < kernel; ++i) data.weights[i] = static_cast<float>(Stored{data.weights[i]});
  return data;
}

/// The case without its activation, on other data.
bound_case<double> on(const bound_case<double>& c, const case_data& data) {
  bound_case<double> other = c;
  other.data = data;
  return other;
}

/// What |w x| sums up to, for each output.
std::vector<double> magnitudes(const bound_case<double>& c) {
  case_data data = c.data;
  for (float& v : data.inputs[0]) v = std::abs(v);
  for (float& v : data.weights) v = std::abs(v);
  return run_kernel(on(c, data));
}

template <class Stored>
void check(double unit, double smallest) {
  using backend = with_dense_weights<EDGENN_TESTED_TAG, Stored>;
  const auto found = bound_cases<backend, scope::networks_and_kernels, selection::all, dense_cases>();
  const auto exact = bound_cases<basic_reference<double>, scope::kernels, selection::all, dense_cases>();
  const auto wide = bound_cases<EDGENN_TESTED_TAG, scope::kernels, selection::all, dense_cases>();
  for (std::size_t k = 0; k < found.size(); ++k) {
    INFO(found[k].name);
    CHECK(found[k].is_own);
    const int columns = wide[k].packed_bytes / 4 / (found[k].in[0].size() + 1);
    CHECK(found[k].packed_bytes == columns * 4 + (wide[k].packed_bytes - columns * 4) / 2);

    const std::vector<float> y = run_network(found[k]);
    const std::vector<double> rounded = run_kernel(on(exact[k], with_rounded_weights<Stored>(exact[k])));
    const std::vector<double> unrounded = run_kernel(exact[k]), sums = magnitudes(exact[k]);
    double inputs = 0;
    for (const float v : found[k].data.inputs[0]) inputs += std::abs(static_cast<double>(v));
    for (std::size_t i = 0; i < y.size(); ++i) {
      // With the weights that are stored the arithmetic is that of fp32: n u sum |w x| (Higham 2002, 3.1),
      // and no activation here has a slope above 1. Sums of magnitudes went through the activation, so those
      // that it bounds are taken from the inputs: weights lie below 0.5.
      const double sum = std::max(sums[i], 0.5 * inputs + 0.5), n = found[k].in[0].size() + 16.0;
      const double of_arithmetic = n * 0x1p-24 * sum;
      CHECK(std::abs(static_cast<double>(y[i]) - rounded[i]) <= of_arithmetic);
      CHECK(std::abs(static_cast<double>(y[i]) - unrounded[i])
            <= of_arithmetic + unit * sum + smallest * inputs);
    }
  }
}

/// The one output of a dense layer with one weight.
template <class Stored>
float product(float weight, float x) {
  using backend = with_dense_weights<EDGENN_TESTED_TAG, Stored>;
  using kernel = edgenn::kernel<backend, op<dense{.units = 1, .bias = false}, shape{}, shape{}>>;
  aligned_memory packed{kernel::packed_bytes, backend::alignment};
  kernel::pack(&weight, packed.data());
  float y = 0;
  kernel::run(tensor_view<const float>::contiguous(&x, shape{}), tensor_view<float>::contiguous(&y, shape{}),
              packed.data());
  return y;
}

}  // namespace

TEST_CASE("half: the stated error") { check<half>(0x1p-11, 0x1p-25); }

TEST_CASE("bfloat16: the stated error") { check<bfloat16>(0x1p-9, 0); }

TEST_CASE("weights beyond the range of a half") {
  CHECK(product<half>(65504.0f, 1.0f) == 65504.0f);
  CHECK(std::isinf(product<half>(70000.0f, 1.0f)));
  CHECK(std::isnan(product<half>(std::nanf(""), 1.0f)));
  CHECK(product<half>(0x1p-24f, 1024.0f) == 0x1p-14f);
}

TEST_CASE("bfloat16 has the range of a float") {
  CHECK(product<bfloat16>(0x1p120f, 0x1p-120f) == 1.0f);
  CHECK(product<bfloat16>(0x1p-120f, 0x1p120f) == 1.0f);
  CHECK(std::isinf(product<bfloat16>(3.4e38f, 1.0f)));
  CHECK(std::isnan(product<bfloat16>(std::nanf(""), 1.0f)));
}

TEST_CASE("bfloat16 rounds to nearest, ties to even") {
  CHECK(static_cast<float>(bfloat16{1.0f}) == 1.0f);
  CHECK(static_cast<float>(bfloat16{1.0f + 0x1p-8f}) == 1.0f);                      // a tie
  CHECK(static_cast<float>(bfloat16{1.0f + 0x1p-7f + 0x1p-8f}) == 1.0f + 0x1p-6f);  // a tie
  CHECK(static_cast<float>(bfloat16{1.0f + 0x1p-8f + 0x1p-20f}) == 1.0f + 0x1p-7f);
  CHECK(static_cast<float>(bfloat16{-1.5f}) == -1.5f);
}

TEST_CASE("only dense layers change") {
  using backend = with_dense_weights<EDGENN_TESTED_TAG, half>;
  using other = op<softmax{}, shape{.c = 5}, shape{.c = 5}>;
  CHECK(!implements<backend, other>);
  CHECK(supports<backend, other>);
  using convolution = op<conv2d{.filters = 4, .kernel = 3}, shape{3, 3, 4}, shape{5, 5, 4}>;
  CHECK(supports<with_dense_weights<without_winograd<EDGENN_TESTED_TAG>, bfloat16>, convolution>);
}

TEST_CASE("under the policies of models weights stay small") {
  using layer = op<dense{.units = 64}, shape{.c = 64}, shape{.c = 128}>;
  using backend = with_dense_weights<EDGENN_TESTED_TAG, half>;
  CHECK(kernel<backend, layer>::packed_bytes == 64 * 4 + 64 * 128 * 2);
  CHECK(kernel<smallest<backend>, layer>::packed_bytes == 64 * 4 + 64 * 128 * 2);
  CHECK(kernel<with_threads<backend, 2>, layer>::packed_bytes == 64 * 4 + 64 * 128 * 2);
}
