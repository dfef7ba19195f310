// Pointwise convolutions by Strassen's algorithm on the instruction set EDGENN_TESTED_TAG: rounding errors,
// where a NaN goes, and which layers they compute.
#include <algorithm>
#include <bit>
#include <cpu/by_strassen.hpp>
#include <cpu/winograd_errors.hpp>
#include <cstdint>
#include <cstring>
#include <limits>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

using isa_of_tag = detail::isa_of_t<tag>;

template <conv2d L, shape In>
using strassen = kernel<by_strassen<tag>, op<L, L.output(In), In>>;

/// Sums over the halves of the products' operands: those of the magnitudes of what was added up to them, and
/// of the squares of their values.
struct sum_of_products {
  double magnitudes, squares;

  friend sum_of_products operator+(sum_of_products a, sum_of_products b) {
    return {a.magnitudes + b.magnitudes, a.squares + b.squares};
  }
};

/// A number and the sum of the magnitudes of what was added up to it.
struct term {
  double value, magnitude;

  explicit term(double v) : value{v}, magnitude{std::abs(v)} {}
  term(double v, double m) : value{v}, magnitude{m} {}
  friend term operator+(term a, term b) { return {a.value + b.value, a.magnitude + b.magnitude}; }
  friend term operator-(term a, term b) { return {a.value - b.value, a.magnitude + b.magnitude}; }
};

/// Of two pixels and two filters: what their outputs' errors are relative to, [pixel][filter].
struct block {
  sum_of_products c11, c12, c21, c22;
};

template <conv2d L, shape In>
block block_of(const data& d, int first_pixel, int second_pixel, int first_filter, int second_filter) {
  constexpr int half = In.c / 2;
  const auto a = [&d](int pixel, int k) {
    return term{static_cast<double>(d.x[static_cast<std::size_t>(pixel * In.c + k)])};
  };
  const auto b = [&d](int filter, int k) {
    const auto i = static_cast<std::size_t>(filter * In.c + k);
    return term{filter < L.filters ? static_cast<double>(d.weights[i]) : 0.};
  };
  const auto bias = [&d](int filter) {
    const auto i = static_cast<std::size_t>(L.filters * In.c + filter);
    const double v = L.bias && filter < L.filters ? static_cast<double>(d.weights[i]) : 0.;
    return sum_of_products{std::abs(v), v * v};
  };
  sum_of_products p[7] = {};
  for (int k = 0; k < half; ++k) {
    const term a11 = a(first_pixel, k), a12 = a(first_pixel, half + k);
    const term a21 = a(second_pixel, k), a22 = a(second_pixel, half + k);
    const term b11 = b(first_filter, k), b21 = b(first_filter, half + k);
    const term b12 = b(second_filter, k), b22 = b(second_filter, half + k);
    const term s1 = a21 + a22, s2 = s1 - a11, s3 = a11 - a21, s4 = a12 - s2;
    const term t1 = b12 - b11, t2 = b22 - t1, t3 = b22 - b12, t4 = t2 - b21;
    const term left[] = {a11, a12, s4, a22, s1, s2, s3}, right[] = {b11, b21, b22, t4, t1, t2, t3};
    for (int i = 0; i < 7; ++i)
      p[i] = p[i]
             + sum_of_products{left[i].magnitude * right[i].magnitude,
                               std::pow(left[i].value * right[i].value, 2)};
  }
  const sum_of_products first = bias(first_filter), second = bias(second_filter);
  const sum_of_products u2 = p[0] + p[5], u3 = u2 + p[6], p5 = p[4];
  return {first + p[0] + p[1], second + u2 + p5 + p[2], first + u3 + p[3], second + u3 + p5};
}

/// Every term of an output's sum is a product of sums of at most four inputs and, rounded once, of weights;
/// at most 3/2 as many additions as there are channels follow, and a few: so the error is below
/// (3/2 K + 8) u times the sum of the magnitudes (Higham 2002, sections 3.1 and 23.2.2). If roundings are
/// independent their squares add up: as in winograd_errors.hpp, u times the root of (3/2 K + 8) times the sum
/// of the squares is what the mean error must stay below.
template <conv2d L, shape In>
error_limits strassen_limits(const data& d) {
  constexpr detail::strassen_plan plan = strassen<L, In>::plan;
  const detail::strassen_cut<isa_of_tag> cut{plan.unit_size};
  const auto size = static_cast<std::size_t>(plan.unit_size * L.filters);
  error_limits result{std::vector<double>(size), std::vector<double>(size)};
  constexpr double roundings = 1.5 * In.c + 8, u = 0x1p-24;
  const auto put = [&result](int pixel, int filter, const sum_of_products& sum) {
    if (filter >= L.filters) return;
    const auto i = static_cast<std::size_t>(pixel * L.filters + filter);
    result.worst[i] = std::max(result.worst[i], roundings * u * sum.magnitudes);
    result.expected[i] = std::max(result.expected[i], std::sqrt(roundings * sum.squares) * u);
  };
  for (int i = 0; i < cut.pairs; ++i)
    for (int m = 0; m < cut[i].tile; ++m)
      for (int n = 0; n < plan.panels() * plan.columns; ++n) {
        const int first = cut[i].first + m, second = first + cut[i].rows - cut[i].tile;
        const int filter = n / plan.columns * 2 * plan.columns + n % plan.columns;
        const block b = block_of<L, In>(d, first, second, filter, filter + plan.columns);
        put(first, filter, b.c11);
        put(first, filter + plan.columns, b.c12);
        put(second, filter, b.c21);
        put(second, filter + plan.columns, b.c22);
      }
  return result;
}

template <conv2d L, shape In>
void check_errors(bool positive) {
  const data d = noise(In, network_of<L, In>.weight_count, positive);
  const std::vector<double> expected = run<network_of<L, In>, exact>(d);
  const std::vector<float> found = run<network_of<L, In>, by_strassen<tag>>(d);
  REQUIRE(found.size() == expected.size());
  const error_limits allowed = strassen_limits<L, In>(d);
  std::vector<double> errors;
  std::size_t beyond = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    errors.push_back(std::abs(static_cast<double>(found[i]) - expected[i]));
    beyond += !(errors.back() <= allowed.worst[i]);
  }
  const std::string title = std::to_string(In.h * In.w) + " pixels, " + std::to_string(In.c) + " channels, "
                            + std::to_string(L.filters) + " filters";
  CHECK_MESSAGE(beyond == 0, title, ": ", beyond, " errors are beyond their bound");
  if (L.act != activations::none) return;
  const double relative = root_mean_square(errors) / root_mean_square(expected);
  if (errors.size() >= 100) {  // otherwise a mean says little
    CHECK_MESSAGE(root_mean_square(errors) <= root_mean_square(allowed.expected), title,
                  ": the errors' root mean square");
    // what tag.hpp states, for 32 channels or more
    CHECK_MESSAGE(relative <= 5e-8 * std::sqrt(std::max(In.c, 32)), title, ": ", relative);
  }
  MESSAGE(title, ": relative rms error ", relative, ", limit ",
          root_mean_square(allowed.expected) / root_mean_square(expected));
}

}  // namespace

TEST_CASE("rounding errors are within their bounds") {
  check_errors<conv2d{.filters = 1, .kernel = 1}, shape{1, 1, 2}>(false);
  check_errors<conv2d{.filters = 17, .kernel = 1, .bias = false}, shape{3, 5, 6}>(false);
  check_errors<conv2d{.filters = 64, .kernel = 1}, shape{14, 14, 32}>(true);
  check_errors<conv2d{.filters = 65, .kernel = 1}, shape{13, 13, 64}>(false);
  check_errors<conv2d{.filters = 128, .kernel = 1, .act = activations::relu}, shape{7, 7, 130}>(false);
  check_errors<conv2d{.filters = 96, .kernel = 1}, shape{7, 8, 512}>(false);
  check_errors<conv2d{.filters = 300, .kernel = 1}, shape{9, 9, 300}>(true);
}

// The filters that are mixed are scaled to each other: a large one must not spoil the small one's outputs.
TEST_CASE("errors are in proportion to each filter's own outputs") {
  constexpr shape in{9, 12, 64};
  constexpr conv2d l{.filters = 64, .kernel = 1};
  constexpr const auto& net = network_of<l, in>;
  data d = noise(in, net.weight_count, false);
  for (int filter = 0; filter < l.filters; ++filter) {
    const float scale = std::ldexp(1.f, (filter * 7) % 64 - 32);
    for (int k = 0; k < in.c; ++k) d.weights[static_cast<std::size_t>(filter * in.c + k)] *= scale;
    d.weights[static_cast<std::size_t>(l.filters * in.c + filter)] *= scale;
  }
  const std::vector<double> expected = run<net, exact>(d);
  const std::vector<float> found = run<net, by_strassen<tag>>(d);
  for (int filter = 0; filter < l.filters; ++filter) {
    std::vector<double> errors, values;
    for (std::size_t i = static_cast<std::size_t>(filter); i < found.size(); i += l.filters) {
      errors.push_back(static_cast<double>(found[i]) - expected[i]);
      values.push_back(expected[i]);
    }
    CHECK_MESSAGE(root_mean_square(errors) <= 2 * 5e-8 * std::sqrt(in.c) * root_mean_square(values),
                  "filter ", filter);
  }
}

TEST_CASE("a bias that is infinite stays with its filter") {
  constexpr shape in{5, 7, 18};
  constexpr conv2d l{.filters = 70, .kernel = 1};
  constexpr const auto& net = network_of<l, in>;
  data d = noise(in, net.weight_count, false);
  d.weights[static_cast<std::size_t>(l.filters * in.c + 3)] = std::numeric_limits<float>::infinity();
  const std::vector<float> found = run<net, by_strassen<tag>>(d);
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::isinf(found[i]) == (i % l.filters == 3));
}

// Two others if the pixel belongs to both tiles of a pair, which have some in common if there are few.
TEST_CASE("a NaN reaches all outputs of its pixel, and of no more than two others") {
  constexpr shape in{5, 7, 18};
  constexpr conv2d l{.filters = 70, .kernel = 1, .act = activations::relu};
  constexpr const auto& net = network_of<l, in>;
  constexpr int pixels = in.h * in.w;
  const data clean = noise(in, net.weight_count, false);
  const std::vector<float> before = run<net, by_strassen<tag>>(clean);
  for (const int pixel : {0, 3, 12, 17, 34})
    for (const int channel : {0, 8, 9, 17}) {
      data d = clean;
      d.x[static_cast<std::size_t>(pixel * in.c + channel)] = std::numeric_limits<float>::quiet_NaN();
      const std::vector<float> found = run<net, by_strassen<tag>>(d);
      int lost = 0, spread = 0;
      for (int m = 0; m < pixels; ++m) {
        const auto* const row = &found[static_cast<std::size_t>(m * l.filters)];
        const auto* const old = &before[static_cast<std::size_t>(m * l.filters)];
        if (m == pixel)
          lost +=
              static_cast<int>(std::count_if(row, row + l.filters, [](float v) { return !std::isnan(v); }));
        else
          spread += std::memcmp(row, old, sizeof(float) * l.filters) != 0;
      }
      CHECK_MESSAGE(lost == 0, "NaN in pixel ", pixel, ", channel ", channel);
      CHECK_MESSAGE(spread <= 2, "NaN in pixel ", pixel, ", channel ", channel);
    }
}

namespace {

template <class Backend, conv2d L, shape In>
constexpr bool by_strassens() {
  using K = kernel<Backend, op<L, L.output(In), In>>;
  return requires { K::plan.sum_pitch(); };
}

constexpr conv2d pointwise{.filters = 256, .kernel = 1};
constexpr shape image{28, 28, 256};

}  // namespace

TEST_CASE("which layers are computed by Strassen's algorithm") {
  constexpr bool pays = microkernels::vec<isa_of_tag>::width >= 8;
  CHECK(by_strassens<tag, pointwise, image>() == pays);
  CHECK(by_strassens<with_threads<tag, 2>, pointwise, image>() == pays);
  // not if convolutions are to be computed directly
  CHECK(!by_strassens<without_winograd<tag>, pointwise, image>());
  CHECK(!by_strassens<with_winograd<tag, 4>, pointwise, image>());
  CHECK(!by_strassens<smallest<tag>, pointwise, image>());
  CHECK(!by_strassens<without_winograd<with_threads<tag, 2>>, pointwise, image>());
  // sums that are dearer than what they save, and weights that few pixels share
  CHECK(!by_strassens<tag, conv2d{.filters = 16, .kernel = 1}, shape{28, 28, 16}>());
  CHECK(!by_strassens<tag, pointwise, shape{1, 1, 256}>());
  CHECK(!by_strassens<tag, pointwise, shape{3, 3, 256}>());
  // what the algorithm does not compute
  CHECK(!by_strassens<tag, pointwise, shape{28, 28, 255}>());
  CHECK(!by_strassens<tag, conv2d{.filters = 256, .kernel = 1, .stride = 2}, image>());
  CHECK(!by_strassens<tag, conv2d{.filters = 256, .kernel = 1, .pad = 1}, image>());
  CHECK(!by_strassens<tag, conv2d{.filters = 256, .kernel = 1, .groups = 2}, image>());
  CHECK(!by_strassens<tag, conv2d{.filters = 256, .kernel = {1, 2}}, image>());
}

TEST_CASE("weights grow by three quarters, or keep their size") {
  constexpr const auto& net = network_of<pointwise, image>;
  CHECK(model<net, by_strassen<tag>>::packed_bytes == (256 * 256 * 7 / 4 + 2 * 256) * 4);
  CHECK(model<net, without_winograd<tag>>::packed_bytes == (256 * 256 + 256) * 4);
}
