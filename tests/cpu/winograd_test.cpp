// Winograd's convolutions on the instruction set EDGENN_TESTED_TAG: their matrices, their rounding errors,
// where a NaN goes, and which layers they compute.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <edgenn/backends/cpu.hpp>
#include <edgenn/backends/reference.hpp>
#include <edgenn/model.hpp>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace edgenn;

namespace {

using tag = EDGENN_TESTED_TAG;
using exact = basic_reference<double>;

/// The alphabet of the transforms on one double.
struct number {
  using type = double;
  static double broadcast(float v) { return static_cast<double>(v); }
  static double add(double a, double b) { return a + b; }
  static double sub(double a, double b) { return a - b; }
  static double mul(double a, double b) { return a * b; }
  static double fma(double a, double b, double c) { return a * b + c; }
};

using matrix = std::vector<std::vector<double>>;

/// The matrices of a variant in one dimension, from the transforms of the unit vectors.
struct matrices {
  matrix input, kernel, output;  ///< B^T, G, A^T
};

template <int M>
matrices matrices_of() {
  using transform = microkernels::winograd_1d<M>;
  constexpr int n = M + 2;
  matrices all{matrix(n, std::vector<double>(n)), {}, matrix(M, std::vector<double>(n))};
  for (const auto& row : transform::kernel) all.kernel.push_back({row[0], row[1], row[2]});
  for (std::size_t j = 0; j < n; ++j) {
    double unit[n] = {}, to[n], out[M];
    unit[j] = 1;
    transform::template input<number>(unit, to);
    transform::template output<number>(unit, out);
    for (std::size_t i = 0; i < n; ++i) all.input[i][j] = to[i];
    for (std::size_t i = 0; i < M; ++i) all.output[i][j] = out[i];
  }
  return all;
}

matrices matrices_of(int m) {
  return m == 2 ? matrices_of<2>() : m == 4 ? matrices_of<4>() : matrices_of<6>();
}

/// T X T^T, or with absolute values of all numbers.
matrix transformed(const matrix& t, const matrix& x, bool magnitudes) {
  const auto of = [magnitudes](double v) { return magnitudes ? std::abs(v) : v; };
  matrix y(t.size(), std::vector<double>(t.size()));
  for (std::size_t i = 0; i < t.size(); ++i)
    for (std::size_t j = 0; j < t.size(); ++j)
      for (std::size_t k = 0; k < x.size(); ++k)
        for (std::size_t l = 0; l < x.size(); ++l) y[i][j] += of(t[i][k]) * of(x[k][l]) * of(t[j][l]);
  return y;
}

/// A network of one convolution.
template <conv2d L, shape In>
inline constexpr auto network_of = network(In, [](value x) { return x | L; });

struct data {
  std::vector<float> x, weights;
};

data noise(shape in, int weight_count, bool positive) {
  std::mt19937 engine{static_cast<unsigned>(in.size() + weight_count)};
  const auto next = [&engine] {  // the sum of four uniform numbers: nearly normal
    double sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<double>(engine()) / 4294967296. - .5;
    return static_cast<float>(sum);
  };
  data d;
  for (int i = 0; i < in.size(); ++i) d.x.push_back(positive ? std::abs(next()) : next());
  for (int i = 0; i < weight_count; ++i) d.weights.push_back(next());
  return d;
}

template <const auto& Net, class Backend>
auto run(const data& d) {
  using model = edgenn::model<Net, Backend>;
  using element = typename Backend::element;
  using weight = typename Backend::weight;
  const std::vector<element> x(d.x.begin(), d.x.end());
  const std::vector<weight> weights(d.weights.begin(), d.weights.end());
  const std::span<const weight, model::weight_count> canonical{weights.data(), weights.size()};
  std::unique_ptr<model> net;
  struct alignas(64) line {
    std::byte bytes[64];
  };
  std::vector<line> packed(model::packed_bytes / sizeof(line) + 1);
  if constexpr (model::packed_bytes > 0) {
    const std::span<std::byte, model::packed_bytes> memory{packed.data()->bytes,
                                                           std::size_t{model::packed_bytes}};
    model::pack(canonical, memory);
    net = std::make_unique<model>(std::span<const std::byte, model::packed_bytes>{memory});
  } else {
    net = std::make_unique<model>(canonical);
  }
  const auto y =
      net->run(std::span<const element, std::size_t(model::template in<>.size())>{x.data(), x.size()});
  return std::vector<element>(y.begin(), y.end());
}

/// What rounding in F(M x M, 3 x 3) can do to each output before its activation.
struct error_limits {
  std::vector<double> worst;     ///< if all roundings conspire
  std::vector<double> expected;  ///< root mean square if they are independent, with room
};

/// Every term v_c u_c of an output's sum is rounded in the transforms of input and weights, in the products,
/// which C channels add up, and in the transform of the output. That is at most C + 20 roundings by u, half a
/// unit in the last place: 8 in each two-dimensional transform of F(6 x 6), 1 of the weights, 1 of the
/// product, 1 of the bias. So the error is below (C + 20) u |A^T|(|B^T d B| * |G g G^T|)|A|, with magnitudes
/// inside too and * by elements (Higham 2002, section 3.1). If roundings are independent their squares add
/// up: each has a variance of at most u^2 / 3, and the partial sums of random terms half the mean square of
/// whole ones; the root of the sum without this factor of 1 / 6 is what the mean error must stay below.
error_limits limits_of(const conv2d& l, shape in, const window2d& w, int m, const data& d) {
  const matrices t = matrices_of(m);
  const std::size_t n = static_cast<std::size_t>(m) + 2;
  const double u = 0x1p-24, roundings = in.c + 20.;
  const int out_size = w.y.out * w.x.out * l.filters;
  error_limits result{std::vector<double>(static_cast<std::size_t>(out_size)),
                      std::vector<double>(static_cast<std::size_t>(out_size))};
  std::vector<matrix> magnitudes, values;  // of the weights, [filter][channel]
  for (int f = 0; f < l.filters; ++f)
    for (int c = 0; c < in.c; ++c) {
      matrix g(3, std::vector<double>(3));
      for (int ky = 0; ky < 3; ++ky)
        for (int kx = 0; kx < 3; ++kx)
          g[std::size_t(ky)][std::size_t(kx)] =
              static_cast<double>(d.weights[std::size_t(((f * 3 + ky) * 3 + kx) * in.c + c)]);
      magnitudes.push_back(transformed(t.kernel, g, true));
      values.push_back(transformed(t.kernel, g, false));
    }
  for (int top = 0; top < w.y.out; top += m)
    for (int left = 0; left < w.x.out; left += m) {
      std::vector<matrix> x_magnitudes, x_values;
      for (int c = 0; c < in.c; ++c) {
        matrix tile(n, std::vector<double>(n));
        for (int i = 0; i < m + 2; ++i)
          for (int j = 0; j < m + 2; ++j) {
            const int y = top + i - w.y.before, x = left + j - w.x.before;
            if (y >= 0 && y < in.h && x >= 0 && x < in.w)
              tile[std::size_t(i)][std::size_t(j)] =
                  static_cast<double>(d.x[std::size_t((y * in.w + x) * in.c + c)]);
          }
        x_magnitudes.push_back(transformed(t.input, tile, true));
        x_values.push_back(transformed(t.input, tile, false));
      }
      for (int f = 0; f < l.filters; ++f) {
        matrix sums(n, std::vector<double>(n)), squares = sums;
        for (int c = 0; c < in.c; ++c) {
          const auto of = static_cast<std::size_t>(f * in.c + c), at = static_cast<std::size_t>(c);
          for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
              sums[i][j] += magnitudes[of][i][j] * x_magnitudes[at][i][j];
              squares[i][j] += std::pow(values[of][i][j] * x_values[at][i][j], 2);
            }
        }
        const double bias =
            l.bias ? std::abs(static_cast<double>(d.weights[std::size_t(l.filters * 9 * in.c + f)])) : 0;
        for (int i = 0; i < m && top + i < w.y.out; ++i)
          for (int j = 0; j < m && left + j < w.x.out; ++j) {
            double worst = bias, mean_square = bias * bias;
            for (std::size_t k = 0; k < n; ++k)
              for (std::size_t o = 0; o < n; ++o) {
                const double a = std::abs(t.output[std::size_t(i)][k] * t.output[std::size_t(j)][o]);
                worst += a * sums[k][o];
                mean_square += a * a * squares[k][o];
              }
            const auto at = static_cast<std::size_t>(((top + i) * w.x.out + left + j) * l.filters + f);
            result.worst[at] = roundings * u * worst;
            result.expected[at] = std::sqrt(roundings * mean_square) * u;
          }
      }
    }
  return result;
}

double root_mean_square(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum / static_cast<double>(v.size()));
}

/// Measured, relative to the root mean square of the exact outputs, with 16 to 130 channels: 1.5e-7 to 3.3e-7
/// with F(2x2), 0.8e-6 to 1.2e-6 with F(4x4), 1.4e-6 to 2.8e-6 with F(6x6).
template <conv2d L, shape In>
void check_errors(bool positive) {
  constexpr const auto& net = network_of<L, In>;
  constexpr window2d window = L.window(In);
  const data d = noise(In, net.weight_count, positive);
  const std::vector<double> expected = run<net, exact>(d);
  const auto check = [&](int m, const std::vector<float>& found) {
    const error_limits allowed = limits_of(L, In, window, m, d);
    REQUIRE(found.size() == expected.size());
    std::vector<double> errors;
    std::size_t beyond = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      errors.push_back(std::abs(static_cast<double>(found[i]) - expected[i]));
      beyond += !(errors.back() <= allowed.worst[i]);
    }
    const std::string title = "F(" + std::to_string(m) + "x" + std::to_string(m) + ") on "
                              + std::to_string(In.h) + "x" + std::to_string(In.w) + "x" + std::to_string(In.c)
                              + ", " + std::to_string(L.filters) + " filters";
    CHECK_MESSAGE(beyond == 0, title, ": ", beyond, " errors are beyond their bound");
    if (errors.size() >= 100)  // otherwise a mean says little
      CHECK_MESSAGE(root_mean_square(errors) <= root_mean_square(allowed.expected), title,
                    ": the errors' root mean square");
    MESSAGE(title, ": relative rms error ", root_mean_square(errors) / root_mean_square(expected), ", limit ",
            root_mean_square(allowed.expected) / root_mean_square(expected));
  };
  check(2, run<net, with_winograd<tag, 2>>(d));
  check(4, run<net, with_winograd<tag, 4>>(d));
  check(6, run<net, with_winograd<tag, 6>>(d));
}

}  // namespace

TEST_CASE("the transforms of one dimension compute a convolution") {
  std::mt19937 engine{1};
  for (const int m : {2, 4, 6}) {
    const matrices t = matrices_of(m);
    const auto n = static_cast<std::size_t>(m) + 2;
    std::vector<double> x(n), kernel(3);
    for (double& v : x) v = static_cast<int>(engine() % 201) - 100;
    for (double& v : kernel) v = static_cast<int>(engine() % 201) - 100;
    for (std::size_t o = 0; o + 2 < n; ++o) {
      double found = 0;
      for (std::size_t i = 0; i < n; ++i) {
        double v = 0, u = 0;
        for (std::size_t j = 0; j < n; ++j) v += t.input[i][j] * x[j];
        for (std::size_t j = 0; j < 3; ++j) u += t.kernel[i][j] * kernel[j];
        found += t.output[o][i] * v * u;
      }
      const double expected = x[o] * kernel[0] + x[o + 1] * kernel[1] + x[o + 2] * kernel[2];
      // the numbers on the way are below 10^7, so fp64 rounds them by less than 10^-8
      CHECK(std::abs(found - expected) < 1e-7);
    }
  }
}

namespace {

/// The activation of `L` has slopes of at most 1, and rounds its results, which are at most 6, by a few
/// units.
template <conv2d L, shape In>
void check_activation() {
  constexpr const auto& net = network_of<L, In>;
  constexpr window2d window = L.window(In);
  const data d = noise(In, net.weight_count, false);
  const std::vector<double> expected = run<net, exact>(d);
  const auto check = [&](int m, const std::vector<float>& found) {
    const error_limits allowed = limits_of(L, In, window, m, d);
    REQUIRE(found.size() == expected.size());
    std::size_t beyond = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
      beyond += !(std::abs(static_cast<double>(found[i]) - expected[i]) <= allowed.worst[i] + 6 * 0x1p-21);
    CHECK_MESSAGE(beyond == 0, "F(", m, "): ", beyond, " errors are beyond their bound");
  };
  check(2, run<net, with_winograd<tag, 2>>(d));
  check(4, run<net, with_winograd<tag, 4>>(d));
  check(6, run<net, with_winograd<tag, 6>>(d));
}

}  // namespace

TEST_CASE("rounding errors are within their bounds") {
  check_errors<conv2d{.filters = 1, .kernel = 3, .pad = 1}, shape{1, 1, 1}>(false);
  check_errors<conv2d{.filters = 3, .kernel = 3, .pad = 1}, shape{2, 2, 3}>(false);
  check_errors<conv2d{.filters = 5, .kernel = 3, .bias = false}, shape{3, 3, 5}>(false);
  check_errors<conv2d{.filters = 17, .kernel = 3, .pad = 1}, shape{13, 11, 33}>(true);
  check_errors<conv2d{.filters = 33, .kernel = 3, .pad = sides{.top = 2, .right = 5}}, shape{9, 10, 16}>(
      false);
  check_errors<conv2d{.filters = 8, .kernel = 3, .pad = 1}, shape{14, 14, 130}>(true);
  check_errors<conv2d{.filters = 4, .kernel = 3, .pad = same}, shape{52, 53, 17}>(false);  // several blocks
}

namespace {

constexpr conv2d nan_layer{.filters = 20, .kernel = 3, .pad = 1, .act = activations::relu};
constexpr shape nan_image{25, 26, 18};

template <int M>
void check_nan() {
  constexpr const auto& net = network_of<nan_layer, nan_image>;
  constexpr int h = nan_image.h, w = nan_image.w, c = nan_image.c, filters = nan_layer.filters;
  const data clean = noise(nan_image, net.weight_count, false);
  const std::vector<float> before = run<net, with_winograd<tag, M>>(clean);
  for (const int y : {0, 7, 24})
    for (const int x : {0, 12, 25}) {
      data d = clean;
      d.x[std::size_t((y * w + x) * c + c - 1)] = std::numeric_limits<float>::quiet_NaN();
      const std::vector<float> found = run<net, with_winograd<tag, M>>(d);
      int lost = 0, spread = 0;
      for (int oy = 0; oy < h; ++oy)
        for (int ox = 0; ox < w; ++ox)
          for (int f = 0; f < filters; ++f) {
            const auto i = static_cast<std::size_t>((oy * w + ox) * filters + f);
            if (std::abs(oy - y) <= 1 && std::abs(ox - x) <= 1) lost += !std::isnan(found[i]);
            const int top = oy / M * M - 1, left = ox / M * M - 1;  // of the tile's input
            const bool reads = y >= top && y < top + M + 2 && x >= left && x < left + M + 2;
            if (!reads) spread += std::memcmp(&found[i], &before[i], sizeof(float)) != 0;
          }
      CHECK_MESSAGE(lost == 0, "F(", M, "), NaN at ", y, ", ", x);
      CHECK_MESSAGE(spread == 0, "F(", M, "), NaN at ", y, ", ", x);
    }
}

}  // namespace

TEST_CASE("activations, clamps and others") {
  check_activation<conv2d{.filters = 18, .kernel = 3, .pad = 1, .act = activations::relu6},
                   shape{9, 7, 20}>();
  check_activation<conv2d{.filters = 18, .kernel = 3, .pad = 1, .act = activations::sigmoid},
                   shape{9, 7, 20}>();
}

TEST_CASE("a NaN reaches all outputs that depend on it, and only tiles that read it") {
  check_nan<2>();
  check_nan<4>();
  check_nan<6>();
}

namespace {

template <class Backend, conv2d L, shape In>
constexpr int tile_of() {
  using K = kernel<Backend, op<L, L.output(In), In>>;
  if constexpr (requires { K::plan; })
    return K::plan.m;
  else
    return 0;
}

constexpr conv2d plain{.filters = 64, .kernel = 3, .pad = 1};
constexpr shape image{56, 56, 64};

}  // namespace

TEST_CASE("which layers are computed by which variant") {
  // four times fewer multiplications in a layer with many channels: none of the others can be faster
  CHECK(tile_of<tag, plain, image>() >= 4);
  CHECK(tile_of<without_winograd<tag>, plain, image>() == 0);
  CHECK(tile_of<with_winograd<tag, 2>, plain, image>() == 2);
  CHECK(tile_of<with_winograd<tag, 4>, plain, image>() == 4);
  CHECK(tile_of<with_winograd<tag, 6>, plain, image>() == 6);
  // a single pixel, and a single channel in and out: transforms are dearer than what they save
  CHECK(tile_of<tag, plain, shape{1, 1, 64}>() == 0);
  CHECK(tile_of<tag, conv2d{.filters = 1, .kernel = 3, .pad = 1}, shape{56, 56, 1}>() == 0);
  // what the algorithms cannot compute, even if asked to
  CHECK(tile_of<with_winograd<tag, 4>, conv2d{.filters = 64, .kernel = 3, .stride = 2}, image>() == 0);
  CHECK(tile_of<with_winograd<tag, 4>, conv2d{.filters = 64, .kernel = 3, .dilation = 2}, image>() == 0);
  CHECK(tile_of<with_winograd<tag, 4>, conv2d{.filters = 64, .kernel = 3, .groups = 2}, image>() == 0);
  CHECK(tile_of<with_winograd<tag, 4>, conv2d{.filters = 64, .kernel = {3, 1}}, image>() == 0);
  CHECK(tile_of<with_winograd<tag, 4>, conv2d{.filters = 64, .kernel = 5}, image>() == 0);
}

TEST_CASE("without Winograd's algorithms weights keep their size") {
  constexpr const auto& net = network_of<plain, image>;
  // up to the padding to whole vectors, of which 64 filters need none
  CHECK(model<net, without_winograd<tag>>::packed_bytes == net.weight_count * 4);
  CHECK(model<net, with_winograd<tag, 4>>::packed_bytes == (64 * 64 * 36 + 64) * 4);
}
