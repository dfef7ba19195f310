#include <cpu/kernels_on.hpp>
#include <cpu/shapes.hpp>

std::vector<edgenn::tests::tested_kernel> edgenn::tests::tested_winograd(int m) {
  return m == 5 ? kernels_by_winograd<EDGENN_TESTED_TAG, 5, cases_of_shapes>()
                : kernels_by_winograd<EDGENN_TESTED_TAG, 6, cases_of_shapes>();
}
