#pragma once
// What the tests of the CPU backend run. The kernels are compiled for each instruction set; the tests and the
// exact kernels are compiled once, without flags, and linked to each.
#include <layers/run_case.hpp>

namespace edgenn::tests {

/// A kernel of the CPU backend on one case.
struct tested_kernel {
  bound_case<float> on;
  int winograd_tile;   ///< the M that `with_winograd` names its variant by, 0 for none
  bool is_strassens;   ///< computed by Strassen's algorithm
  bool has_denormals;  ///< of the instruction set: if not, it takes zero for numbers below 2^-126
};

/// The cases of cases.hpp; the convolutions of shapes.hpp and its other cases; those of its convolutions that
/// `with_winograd<tag, M>` computes by Winograd's algorithms, M = 5 or 6; the same for M = 2 and 4, and with
/// M = 0 what any M could, computed directly; all that Strassen's algorithm computes, by it. Each function is
/// a file: one would take the compiler too long.
/// @{
std::vector<tested_kernel> tested_cases();
std::vector<tested_kernel> tested_convolutions();
std::vector<tested_kernel> tested_shapes();
std::vector<tested_kernel> tested_winograd(int m);
std::vector<tested_kernel> tested_small_winograd(int m);
std::vector<tested_kernel> tested_strassen();
/// @}

/// A case in fp64.
struct exact_kernel {
  bound_case<double> layer;
  bound_case<double> linear;  ///< the layer without its activation
};
const std::vector<exact_kernel>& exact_cases();
const std::vector<exact_kernel>& exact_shapes();

}  // namespace edgenn::tests
