#include <cpu/kernels_on.hpp>

std::vector<edgenn::tests::tested_kernel> edgenn::tests::tested_cases() {
  return kernels_on<EDGENN_TESTED_TAG, cases_of_layers>();
}
