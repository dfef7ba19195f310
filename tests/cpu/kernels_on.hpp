#pragma once
#include <cpu/kernels.hpp>
#include <edgenn/backends/cpu.hpp>

namespace edgenn::tests {

/// M of the F(M x M, 3 x 3) that `Kernel` is, 0 for none.
template <class Kernel>
constexpr int tile_of() {
  if constexpr (requires { Kernel::plan.m; })
    return Kernel::plan.m;
  else
    return 0;
}

/// The cases of `List` on `Backend`, one of the CPU backend's tags.
template <class Backend, class List>
std::vector<tested_kernel> kernels_on() {
  std::vector<tested_kernel> tested;
  for (auto& c : bound_cases<Backend, scope::kernels, selection::all, List>())
    tested.push_back({std::move(c), 0});
  auto next = tested.begin();
  List{}([&next]<class Case>(const Case&) {
    next++->winograd_tile = tile_of<kernel<Backend, typename Case::op>>();
  });
  return tested;
}

}  // namespace edgenn::tests
