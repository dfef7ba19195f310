// Winograd's convolutions on the instruction set EDGENN_TESTED_TAG: their matrices, the rounding errors of
// kernels of three taps, and which layers they compute.
#include <cpu/winograd_errors.hpp>
#include <utility>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

/// One dimension: a kernel of Points + 1 - Outputs taps.
template <int Points, int Outputs>
void check_matrices(std::mt19937& engine) {
  const matrices t = matrices_of<Points, Outputs>();
  std::vector<double> x(Points), kernel(Points + 1 - Outputs);
  for (double& v : x) v = static_cast<int>(engine() % 201) - 100;
  for (double& v : kernel) v = static_cast<int>(engine() % 201) - 100;
  for (std::size_t o = 0; o < Outputs; ++o) {
    double found = 0, expected = 0;
    for (std::size_t i = 0; i < Points; ++i) {
      double v = 0, u = 0;
      for (std::size_t j = 0; j < Points; ++j) v += t.input[i][j] * x[j];
      for (std::size_t j = 0; j < kernel.size(); ++j) u += t.kernel[i][j] * kernel[j];
      found += t.output[o][i] * v * u;
    }
    for (std::size_t j = 0; j < kernel.size(); ++j) expected += x[o + j] * kernel[j];
    // the numbers on the way are below 10^7, so fp64 rounds them by less than 10^-8
    CHECK_MESSAGE(std::abs(found - expected) < 1e-7, Points, " points, ", Outputs, " outputs");
  }
}

}  // namespace

TEST_CASE("the transforms of one dimension compute a convolution") {
  std::mt19937 engine{1};
  const auto all =
      [&engine]<int Points, int... O>(std::integer_sequence<int, Points>, std::integer_sequence<int, O...>) {
    (check_matrices<Points, O + 1>(engine), ...);
  };
  all(std::integer_sequence<int, 1>{}, std::make_integer_sequence<int, 1>{});
  all(std::integer_sequence<int, 4>{}, std::make_integer_sequence<int, 4>{});
  all(std::integer_sequence<int, 6>{}, std::make_integer_sequence<int, 6>{});
  all(std::integer_sequence<int, 7>{}, std::make_integer_sequence<int, 7>{});
  all(std::integer_sequence<int, 8>{}, std::make_integer_sequence<int, 8>{});
}

// Measured, relative to the root mean square of the exact outputs, with 16 to 130 channels: 1.5e-7 to
// 3.3e-7 with F(2x2), 0.8e-6 to 1.2e-6 with F(4x4), 1.1e-6 to 2.2e-6 with F(5x5), 1.4e-6 to 2.8e-6 with
// F(6x6). Kernels of five: 1.2e-6 with F(2x2), 1.6e-6 with F(3x3), 2.1e-6 with F(4x4); of thirteen in parts
// of four 2.7e-6.
TEST_CASE("rounding errors are within their bounds: kernels of three") {
  check_variants<conv2d{.filters = 1, .kernel = 3, .pad = 1}, shape{1, 1, 1}>(false);
  check_variants<conv2d{.filters = 3, .kernel = 3, .pad = 1}, shape{2, 2, 3}>(false);
  check_variants<conv2d{.filters = 5, .kernel = 3, .bias = false}, shape{3, 3, 5}>(false);
  check_variants<conv2d{.filters = 17, .kernel = 3, .pad = 1}, shape{13, 11, 33}>(true);
  check_variants<conv2d{.filters = 33, .kernel = 3, .pad = sides{.top = 2, .right = 5}}, shape{9, 10, 16}>(
      false);
  check_variants<conv2d{.filters = 8, .kernel = 3, .pad = 1}, shape{14, 14, 130}>(true);
  check_variants<conv2d{.filters = 4, .kernel = 3, .pad = same}, shape{52, 53, 17}>(false);  // several blocks
  check_variants<conv2d{.filters = 74, .kernel = 3, .pad = 1, .groups = 2}, shape{11, 13, 34}>(false);
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
  CHECK(tile_of<with_winograd<tag, 4>, conv2d{.filters = 64, .kernel = 1}, image>() == 0);
  CHECK(tile_of<with_winograd<tag, 2>, conv2d{.filters = 64, .kernel = 5}, image>() == 0);
  // kernels that are not 3x3, and in groups
  CHECK(tile_of<with_winograd<tag, 4>, conv2d{.filters = 64, .kernel = 3, .groups = 2}, image>() == 4);
  CHECK(tile_of<with_winograd<tag, 4>, conv2d{.filters = 64, .kernel = {3, 1}}, image>() == 4);
  CHECK(tile_of<with_winograd<tag, 6>, conv2d{.filters = 64, .kernel = 5}, image>() == 6);
  CHECK(tile_of<tag, conv2d{.filters = 64, .kernel = 5}, image>() > 0);
  CHECK(tile_of<tag, conv2d{.filters = 64, .kernel = 5, .groups = 2}, image>() > 0);
  CHECK(tile_of<tag, conv2d{.filters = 64, .kernel = {13, 5}}, image>() > 0);
  CHECK(tile_of<without_winograd<tag>, conv2d{.filters = 64, .kernel = {13, 5}}, image>() == 0);
  // in any order with other wrappers
  CHECK(tile_of<without_winograd<with_threads<tag, 2>>, plain, image>() == 0);
  CHECK(tile_of<with_threads<without_winograd<tag>, 2>, plain, image>() == 0);
  CHECK(tile_of<with_winograd<with_threads<tag, 2>, 2>, plain, image>() == 2);
  CHECK(tile_of<without_winograd<with_dense_weights<tag, bfloat16>>, plain, image>() == 0);
  CHECK(tile_of<with_winograd<smallest<tag>, 2>, plain, image>() == 2);
  CHECK(tile_of<smallest<with_winograd<tag, 2>>, plain, image>() == 0);
}

TEST_CASE("without Winograd's algorithms weights keep their size") {
  constexpr const auto& net = network_of<plain, image>;
  // up to the padding to whole vectors, of which 64 filters need none
  CHECK(model<net, without_winograd<tag>>::packed_bytes == net.weight_count * 4);
  CHECK(model<net, with_winograd<tag, 4>>::packed_bytes == (64 * 64 * 36 + 64) * 4);
}
