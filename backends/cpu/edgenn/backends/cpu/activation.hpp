#pragma once
#include <edgenn/backends/cpu/microkernels/activation.hpp>
#include <edgenn/backends/cpu/vectors.hpp>

namespace edgenn::detail {

/// Applies `Act` to n adjacent elements.
template <class Isa, activation Act>
void activate_run(float* y, int n) {
  for_each_vector<Isa>(n, [&](int i, int width) {
    store_up_to<Isa>(y + i, microkernels::activate<Isa, Act>(load_up_to<Isa>(y + i, width)), width);
  });
}

}  // namespace edgenn::detail
