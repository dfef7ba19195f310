#include <cpu/kernels_on.hpp>
#include <type_traits>

static_assert(std::is_same_v<edgenn::native, edgenn::EDGENN_TESTED_TAG>);

std::vector<edgenn::tests::tested_kernel> edgenn::tests::tested_cases() {
  return kernels_on<EDGENN_TESTED_TAG, cases_of_layers>();
}
