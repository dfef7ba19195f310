#pragma once
// What the tests of the CPU backend run. The kernels are compiled for each instruction set; the tests and the
// exact kernels are compiled once, without flags, and linked to each.
#include <layers/run_case.hpp>

namespace edgenn::tests {

/// A kernel of the CPU backend on one case.
struct tested_kernel {
  bound_case<float> on;
  int winograd_tile;  ///< M of the F(M x M, 3 x 3) that computes it, 0 for none
};

/// The cases of cases.hpp, of shapes.hpp, and those of shapes.hpp that F(M x M, 3 x 3) can compute, with the
/// M that is asked for; 0: computed directly.
/// @{
std::vector<tested_kernel> tested_cases();
std::vector<tested_kernel> tested_shapes();
std::vector<tested_kernel> tested_winograd(int m);
/// @}

/// A case in fp64.
struct exact_kernel {
  bound_case<double> layer;
  bound_case<double> linear;  ///< the layer without its activation
};
const std::vector<exact_kernel>& exact_cases();
const std::vector<exact_kernel>& exact_shapes();

}  // namespace edgenn::tests
