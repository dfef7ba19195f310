#include <cpu/kernels.hpp>
#include <cpu/shapes.hpp>
#include <edgenn/backends/reference.hpp>

namespace edgenn::tests {

namespace {

template <class List>
std::vector<exact_kernel> exact() {
  using fp64 = basic_reference<double>;
  auto layers = bound_cases<fp64, scope::kernels, selection::all, List>();
  auto linear = bound_cases<fp64, scope::kernels, selection::all, without_activations<List>>();
  std::vector<exact_kernel> kernels;
  for (std::size_t i = 0; i < layers.size(); ++i)
    kernels.push_back({std::move(layers[i]), std::move(linear[i])});
  return kernels;
}

}  // namespace

const std::vector<exact_kernel>& exact_cases() {
  static const auto kernels = exact<cases_of_layers>();
  return kernels;
}
const std::vector<exact_kernel>& exact_shapes() {
  static const auto kernels = exact<cases_of_shapes>();
  return kernels;
}

}  // namespace edgenn::tests
