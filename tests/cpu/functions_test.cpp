// The functions of the microkernels against the C library in fp64: the errors that they state.
#include <doctest/doctest.h>

#include <cmath>
#include <edgenn/backends/cpu.hpp>
#include <limits>
#include <vector>

using namespace edgenn;

namespace {

using instructions = detail::isa_of_t<EDGENN_TESTED_TAG>;
using vec = microkernels::vec<instructions>;
constexpr float infinity = std::numeric_limits<float>::infinity();

/// `f` of one number; all lanes must agree.
template <class F>
float at(F f, float x) {
  float lanes[vec::width];
  vec::store(lanes, f(vec::broadcast(x)));
  for (const float lane : lanes)
    if (!(lane == lanes[0]) && !(std::isnan(lane) && std::isnan(lanes[0]))) return 12345;
  return lanes[0];
}

/// The largest relative error of `f` at the numbers `x`.
template <class F, class Exact>
double worst_error(F f, Exact exact, const std::vector<float>& x) {
  double worst = 0;
  for (const float v : x) {
    const double expected = exact(static_cast<double>(v));
    const double error = std::abs(static_cast<double>(at(f, v)) - expected) / std::abs(expected);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/// Numbers of the same distance, shifted so that few are round.
std::vector<float> evenly(float first, float last, int count) {
  std::vector<float> x;
  const float step = (last - first) / static_cast<float>(count);
  for (int i = 0; i < count; ++i) x.push_back(first + (static_cast<float>(i) + 0.371f) * step);
  return x;
}
/// Numbers of the same ratio.
std::vector<float> by_magnitude(float first, float last, int count) {
  std::vector<float> x;
  for (const float e : evenly(std::log2(first), std::log2(last), count)) x.push_back(std::exp2(e));
  return x;
}

}  // namespace

TEST_CASE("exp") {
  const auto exp = [](auto x) { return microkernels::exp<instructions>(x); };
  CHECK(worst_error(
            exp, [](double x) { return std::exp(x); }, evenly(-86.9f, 87.9f, 30000))
        < 2e-7);
  CHECK(at(exp, 0.0f) == 1.0f);
  CHECK(at(exp, -87.0f) > 0);
  CHECK(at(exp, -87.1f) == 0.0f);
  CHECK(at(exp, -infinity) == 0.0f);
  CHECK(std::isfinite(at(exp, 88.0f)));
  CHECK(at(exp, infinity) == infinity);
  CHECK(std::isnan(at(exp, std::nanf(""))));
}

TEST_CASE("tanh") {
  const auto tanh = [](auto x) { return microkernels::tanh<instructions>(x); };
  const auto exact = [](double x) { return std::tanh(x); };
  CHECK(worst_error(tanh, exact, evenly(-10, 10, 30000)) < 1e-6);
  CHECK(worst_error(tanh, exact, by_magnitude(1e-30f, 1, 10000)) < 1e-6);
  CHECK(at(tanh, 0.0f) == 0.0f);
  CHECK(at(tanh, infinity) == 1.0f);
  CHECK(at(tanh, -infinity) == -1.0f);
  CHECK(std::isnan(at(tanh, std::nanf(""))));
}

TEST_CASE("t^-0.75") {
  const auto power = [](auto t) { return microkernels::power_of_minus_three_quarters<instructions>(t); };
  const auto exact = [](double t) { return std::pow(t, -0.75); };
  CHECK(worst_error(power, exact, evenly(1, 4, 30000)) < 5e-7);
  CHECK(worst_error(power, exact, by_magnitude(1e-30f, 3.4e38f, 30000)) < 5e-7);
  CHECK(at(power, infinity) == 0.0f);
  CHECK(std::isnan(at(power, -1.0f)));
  CHECK(std::isnan(at(power, std::nanf(""))));
}

TEST_CASE("all halves widen exactly") {
  int wrong = 0;
  for (int first = 0; first < 65536; first += vec::width) {
    half stored[vec::width];
    float widened[vec::width];
    for (int i = 0; i < vec::width; ++i) stored[i].bits = static_cast<std::uint16_t>(first + i);
    vec::store(widened, vec::load_half(stored));
    for (int i = 0; i < vec::width; ++i) {
      const float expected = stored[i];
      wrong += std::isnan(expected)
                   ? !std::isnan(widened[i])
                   : widened[i] != expected || std::signbit(widened[i]) != std::signbit(expected);
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("all bfloat16 widen exactly") {
  int wrong = 0;
  for (int first = 0; first < 65536; first += vec::width) {
    bfloat16 stored[vec::width];
    float widened[vec::width];
    for (int i = 0; i < vec::width; ++i) stored[i].bits = static_cast<std::uint16_t>(first + i);
    vec::store(widened, vec::load_bfloat16(stored));
    for (int i = 0; i < vec::width; ++i)
      wrong += std::bit_cast<std::uint32_t>(widened[i]) != std::uint32_t{stored[i].bits} << 16;
  }
  CHECK(wrong == 0);
}
