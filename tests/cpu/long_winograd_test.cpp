// Winograd's convolutions of other kernels than those of three taps, and their activations.
#include <cpu/winograd_errors.hpp>

using namespace edgenn;
using namespace edgenn::tests;

TEST_CASE("rounding errors are within their bounds: kernels of five") {
  check_variants<conv2d{.filters = 1, .kernel = 5, .pad = 2}, shape{1, 1, 1}>(false);
  check_variants<conv2d{.filters = 19, .kernel = 5}, shape{12, 12, 20}>(false);
  check_variants<conv2d{.filters = 8, .kernel = 5, .pad = 2}, shape{27, 26, 48}>(true);
  check_variants<conv2d{.filters = 9, .kernel = 5, .pad = 2, .groups = 3}, shape{14, 9, 51}>(false);
}

TEST_CASE("rounding errors are within their bounds: oblong and long kernels") {
  check_variants<conv2d{.filters = 6, .kernel = {1, 3}, .pad = {0, 1}}, shape{4, 17, 18}>(false);
  check_variants<conv2d{.filters = 6, .kernel = {7, 1}, .pad = {3, 0}}, shape{17, 5, 18}>(false);
  check_variants<conv2d{.filters = 5, .kernel = {3, 5}}, shape{10, 14, 17}>(false);
  check_variants<conv2d{.filters = 5, .kernel = {2, 4}}, shape{10, 14, 17}>(false);
  check_variants<conv2d{.filters = 3, .kernel = {13, 5}}, shape{121, 41, 16}>(false);  // several blocks
  check_variants<conv2d{.filters = 3, .kernel = {13, 5}}, shape{31, 5, 16}>(false);    // one tile in a row
  check_variants<conv2d{.filters = 3, .kernel = {5, 13}, .pad = {2, 6}}, shape{9, 30, 17}>(false);
  check_variants<conv2d{.filters = 4, .kernel = 9, .pad = 4, .groups = 2}, shape{12, 13, 6}>(false);
}

TEST_CASE("activations, clamps and others") {
  // They have slopes of at most 1, and round their results, which are at most 6, by a few units.
  check_variants<conv2d{.filters = 18, .kernel = 3, .pad = 1, .act = activations::relu6}, shape{9, 7, 20}>(
      false, 6 * 0x1p-21);
  check_variants<conv2d{.filters = 18, .kernel = 3, .pad = 1, .act = activations::sigmoid}, shape{9, 7, 20}>(
      false, 6 * 0x1p-21);
}
