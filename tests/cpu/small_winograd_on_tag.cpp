#include <cpu/kernels_on.hpp>
#include <cpu/shapes.hpp>

std::vector<edgenn::tests::tested_kernel> edgenn::tests::tested_small_winograd(int m) {
  return m == 0   ? kernels_by_winograd<EDGENN_TESTED_TAG, 0, cases_of_shapes>()
         : m == 2 ? kernels_by_winograd<EDGENN_TESTED_TAG, 2, cases_of_shapes>()
                  : kernels_by_winograd<EDGENN_TESTED_TAG, 4, cases_of_shapes>();
}
