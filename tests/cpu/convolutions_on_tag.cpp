#include <cpu/kernels_on.hpp>
#include <cpu/shapes.hpp>

std::vector<edgenn::tests::tested_kernel> edgenn::tests::tested_convolutions() {
  return kernels_on<EDGENN_TESTED_TAG, convolutions_of<cases_of_shapes, true>>();
}
