#pragma once
// What the tests of Winograd's convolutions share: layers on the instruction set EDGENN_TESTED_TAG and in
// fp64, and what rounding may do.
#include <doctest/doctest.h>

#include <cmath>
#include <edgenn/backends/cpu.hpp>
#include <edgenn/backends/reference.hpp>
#include <edgenn/model.hpp>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace edgenn::tests {

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

/// The matrices of one axis of a variant; those of the transforms of input and output from their results for
/// the unit vectors.
struct matrices {
  matrix input, kernel, output;  ///< B^T, G, A^T
};

template <int Points, int Outputs>
matrices matrices_of() {
  constexpr int taps = Points + 1 - Outputs;
  constexpr detail::winograd_kernel kernel = detail::kernel_transform<Points>(taps);
  matrices all{matrix(Points, std::vector<double>(Points)), {}, matrix(Outputs, std::vector<double>(Points))};
  for (const auto& row : kernel.g) {
    if (all.kernel.size() == Points) break;
    all.kernel.emplace_back(row, row + taps);
  }
  for (std::size_t j = 0; j < Points; ++j) {
    double unit[Points] = {}, to[Points], out[Outputs];
    unit[j] = 1;
    microkernels::winograd_points<Points>::template input<number>(unit, to);
    microkernels::winograd_outputs<number, Points, Outputs>(unit, out);
    for (std::size_t i = 0; i < Points; ++i) all.input[i][j] = to[i];
    for (std::size_t i = 0; i < Outputs; ++i) all.output[i][j] = out[i];
  }
  return all;
}

inline matrix product(const matrix& a, const matrix& b) {
  matrix y(a.size(), std::vector<double>(b[0].size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < b.size(); ++k)
      for (std::size_t j = 0; j < b[0].size(); ++j) y[i][j] += a[i][k] * b[k][j];
  return y;
}

inline matrix transposed(const matrix& a) {
  matrix y(a[0].size(), std::vector<double>(a.size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a[0].size(); ++j) y[j][i] = a[i][j];
  return y;
}

inline matrix magnitudes_of(matrix a) {
  for (auto& row : a)
    for (double& v : row) v = std::abs(v);
  return a;
}

/// Y X X^T, the transform of both axes, or with absolute values of all numbers.
inline matrix transformed(const matrix& y, const matrix& middle, const matrix& x, bool magnitudes) {
  if (!magnitudes) return product(product(y, middle), transposed(x));
  return product(product(magnitudes_of(y), magnitudes_of(middle)), transposed(magnitudes_of(x)));
}

/// A network of one convolution.
template <conv2d L, shape In>
inline constexpr auto network_of = network(In, [](value x) { return x | L; });

struct data {
  std::vector<float> x, weights;
};

inline data noise(shape in, int weight_count, bool positive) {
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

/// What rounding in a variant can do to each output before its activation.
struct error_limits {
  std::vector<double> worst;     ///< if all roundings conspire
  std::vector<double> expected;  ///< root mean square if they are independent, with room
};

/// Every term v_k u_k of an output's sum is rounded in the transforms of input and weights, in the products,
/// which D numbers add up (channels, times the parts that a long kernel falls into), and in the transform of
/// the output. That is at most D + 20 roundings by u, half a unit in the last place: 8 in each
/// two-dimensional transform with 8 points, 1 of the weights, 1 of the product, 1 of the bias. So the error
/// is below (D + 20) u |A^T|(|B^T d B| * |G g G^T|)|A|, with magnitudes inside too and * by elements (Higham
/// 2002, section 3.1). If roundings are independent their squares add up: each has a variance of at most
/// u^2 / 3, and the partial sums of random terms half the mean square of whole ones; the root of the sum
/// without this factor of 1 / 6 is what the mean error must stay below.
inline error_limits limits_of(const conv2d& l, shape in, const window2d& w, const detail::winograd_plan& plan,
                              const matrices& ty, const matrices& tx, const data& d) {
  const int channels = in.c / l.groups, group_filters = l.filters / l.groups, depth = plan.depth();
  const auto ny = std::size_t(plan.y.points), nx = std::size_t(plan.x.points);
  const double u = 0x1p-24, roundings = depth + 20.;
  const int out_size = w.y.out * w.x.out * l.filters;
  error_limits result{std::vector<double>(static_cast<std::size_t>(out_size)),
                      std::vector<double>(static_cast<std::size_t>(out_size))};
  struct pair {
    matrix magnitudes, values;
  };
  std::vector<pair> weights;  // [filter][part of y][part of x][channel]
  for (int f = 0; f < l.filters; ++f)
    for (int py = 0; py < plan.y.parts; ++py)
      for (int px = 0; px < plan.x.parts; ++px)
        for (int c = 0; c < channels; ++c) {
          matrix g(std::size_t(plan.y.taps), std::vector<double>(std::size_t(plan.x.taps)));
          for (int a = 0; a < plan.y.taps; ++a)
            for (int b = 0; b < plan.x.taps; ++b) {
              const int ky = py * plan.y.taps + a, kx = px * plan.x.taps + b;
              if (ky < l.kernel.h && kx < l.kernel.w)
                g[std::size_t(a)][std::size_t(b)] = static_cast<double>(
                    d.weights[std::size_t(((f * l.kernel.h + ky) * l.kernel.w + kx) * channels + c)]);
            }
          weights.push_back(
              {transformed(ty.kernel, g, tx.kernel, true), transformed(ty.kernel, g, tx.kernel, false)});
        }
  const int grid_y = plan.tiles_y + plan.y.parts - 1, grid_x = plan.tiles_x + plan.x.parts - 1;
  std::vector<pair> tiles;  // [grid row][grid column][channel]
  for (int ty_ = 0; ty_ < grid_y; ++ty_)
    for (int tx_ = 0; tx_ < grid_x; ++tx_)
      for (int c = 0; c < in.c; ++c) {
        matrix tile(ny, std::vector<double>(nx));
        for (int i = 0; i < plan.y.points; ++i)
          for (int j = 0; j < plan.x.points; ++j) {
            const int y = ty_ * plan.y.outputs + i - w.y.before, x = tx_ * plan.x.outputs + j - w.x.before;
            if (y >= 0 && y < in.h && x >= 0 && x < in.w)
              tile[std::size_t(i)][std::size_t(j)] =
                  static_cast<double>(d.x[std::size_t((y * in.w + x) * in.c + c)]);
          }
        tiles.push_back(
            {transformed(ty.input, tile, tx.input, true), transformed(ty.input, tile, tx.input, false)});
      }
  for (int row = 0; row < plan.tiles_y; ++row)
    for (int column = 0; column < plan.tiles_x; ++column)
      for (int f = 0; f < l.filters; ++f) {
        matrix sums(ny, std::vector<double>(nx)), squares = sums;
        for (int k = 0; k < depth; ++k) {
          const int c = k % channels, px = k / channels % plan.x.parts, py = k / channels / plan.x.parts;
          const pair& v = tiles[std::size_t(((row + py) * grid_x + column + px) * in.c
                                            + f / group_filters * channels + c)];
          const pair& g = weights[std::size_t(f * depth + k)];
          for (std::size_t i = 0; i < ny; ++i)
            for (std::size_t j = 0; j < nx; ++j) {
              sums[i][j] += g.magnitudes[i][j] * v.magnitudes[i][j];
              squares[i][j] += std::pow(g.values[i][j] * v.values[i][j], 2);
            }
        }
        const std::size_t weight_count = std::size_t(l.filters * l.kernel.h * l.kernel.w * channels);
        const double bias =
            l.bias ? std::abs(static_cast<double>(d.weights[weight_count + std::size_t(f)])) : 0;
        for (int i = 0; i < plan.y.outputs && row * plan.y.outputs + i < w.y.out; ++i)
          for (int j = 0; j < plan.x.outputs && column * plan.x.outputs + j < w.x.out; ++j) {
            double worst = bias, mean_square = bias * bias;
            for (std::size_t k = 0; k < ny; ++k)
              for (std::size_t o = 0; o < nx; ++o) {
                const double a = std::abs(ty.output[std::size_t(i)][k] * tx.output[std::size_t(j)][o]);
                worst += a * sums[k][o];
                mean_square += a * a * squares[k][o];
              }
            const auto at = static_cast<std::size_t>(
                ((row * plan.y.outputs + i) * w.x.out + column * plan.x.outputs + j) * l.filters + f);
            result.worst[at] = roundings * u * worst;
            result.expected[at] = std::sqrt(roundings * mean_square) * u;
          }
      }
  return result;
}

inline double root_mean_square(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum / static_cast<double>(v.size()));
}

inline std::string title_of(const detail::winograd_plan& plan, const conv2d& l, shape in) {
  const auto axis = [](const detail::winograd_axis& a) {
    const std::string times = a.parts == 1 ? "" : " in " + std::to_string(a.parts) + " parts";
    return "F(" + std::to_string(a.outputs) + "," + std::to_string(a.taps) + ")" + times;
  };
  return axis(plan.y) + " by " + axis(plan.x) + " on " + std::to_string(in.h) + "x" + std::to_string(in.w)
         + "x" + std::to_string(in.c) + ", " + std::to_string(l.filters) + " filters";
}

/// The layer on `Backend` has errors within their limits and `more`. Their root mean square is measured if
/// `all_linear`. False if there is no such variant.
template <class Backend, conv2d L, shape In>
bool check_variant(const data& d, const std::vector<double>& expected, double more, bool all_linear) {
  using K = kernel<Backend, op<L, L.output(In), In>>;
  if constexpr (requires { K::plan; }) {
    constexpr detail::winograd_plan plan = K::plan;
    const matrices y = matrices_of<plan.y.points, plan.y.outputs>(),
                   x = matrices_of<plan.x.points, plan.x.outputs>();
    const error_limits allowed = limits_of(L, In, L.window(In), plan, y, x, d);
    const std::vector<float> found = run<network_of<L, In>, Backend>(d);
    REQUIRE(found.size() == expected.size());
    std::vector<double> errors;
    std::size_t beyond = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      errors.push_back(std::abs(static_cast<double>(found[i]) - expected[i]));
      beyond += !(errors.back() <= allowed.worst[i] + more);
    }
    const std::string title = title_of(plan, L, In);
    CHECK_MESSAGE(beyond == 0, title, ": ", beyond, " errors are beyond their bound");
    if (!all_linear) return true;
    if (errors.size() >= 100)  // otherwise a mean says little
      CHECK_MESSAGE(root_mean_square(errors) <= root_mean_square(allowed.expected), title,
                    ": the errors' root mean square");
    MESSAGE(title, ": relative rms error ", root_mean_square(errors) / root_mean_square(expected), ", limit ",
            root_mean_square(allowed.expected) / root_mean_square(expected));
    return true;
  } else {
    return false;
  }
}

/// With every M that computes the layer by Winograd's algorithms, at least one.
template <conv2d L, shape In>
void check_variants(bool positive, double more = 0) {
  constexpr const auto& net = network_of<L, In>;
  const data d = noise(In, net.weight_count, positive);
  const std::vector<double> expected = run<net, exact>(d);
  constexpr bool linear = L.act == activations::none;
  int variants = 0;
  variants += check_variant<with_winograd<tag, 2>, L, In>(d, expected, more, linear);
  variants += check_variant<with_winograd<tag, 4>, L, In>(d, expected, more, linear);
  variants += check_variant<with_winograd<tag, 5>, L, In>(d, expected, more, linear);
  variants += check_variant<with_winograd<tag, 6>, L, In>(d, expected, more, linear);
  CHECK(variants > 0);
}

}  // namespace edgenn::tests
