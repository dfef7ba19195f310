#pragma once
#include <cpu/kernels.hpp>
#include <edgenn/backends/cpu.hpp>

namespace edgenn::tests {

/// The M that `with_winograd` names `Kernel` by if it is one of Winograd's, 0 for others.
template <class Kernel>
constexpr int tile_of() {
  if constexpr (requires { Kernel::plan.m; })
    return Kernel::plan.m;
  else
    return 0;
}

/// Whether `Kernel` is Strassen's algorithm, or the pointwise convolution in it.
template <class Kernel>
constexpr bool is_strassens = requires {
  Kernel::plan.sum_pitch();
}
|| requires { Kernel::pointwise::plan.sum_pitch(); };

/// The convolutions of `List`, or all but those.
template <class List, bool Convolutions>
struct convolutions_of {
  template <class F>
  void operator()(F f) const {
    List{}([&f]<auto Layer, shape... In>(const layer_case<Layer, In...>& c) {
      if constexpr (std::is_same_v<std::remove_const_t<decltype(Layer)>, conv2d> == Convolutions) f(c);
    });
  }
};

constexpr conv2d convolution_of(const conv2d& l) { return l; }
constexpr conv2d convolution_of(const pooled_conv2d& l) { return l.convolution(); }

/// The convolutions of `List` that `with_winograd<Backend, M>` computes by Winograd's algorithms; with M = 0
/// those to which any of them applies.
template <class List, int M>
struct winograd_layers {
  template <class F>
  void operator()(F f) const {
    List{}([&f]<auto Layer, shape... In>(const layer_case<Layer, In...>& c) {
      if constexpr (requires { convolution_of(Layer); }) {
        constexpr conv2d l = convolution_of(Layer);
        if constexpr (M == 0 ? detail::winograd_applies(l) : !detail::asked_winograd(l, M).direct()) f(c);
      }
    });
  }
};

template <class Backend, class List>
std::vector<tested_kernel> kernels_on();

/// The cases of `List` that F(M x M, 3 x 3) computes on `Backend`, by it.
template <class Backend, int M, class List>
std::vector<tested_kernel> kernels_by_winograd() {
  return kernels_on<with_winograd<Backend, M>, winograd_layers<List, M>>();
}

/// The cases of `List` on `Backend`, one of the CPU backend's tags.
template <class Backend, class List>
std::vector<tested_kernel> kernels_on() {
  std::vector<tested_kernel> tested;
  for (auto& c : bound_cases<Backend, scope::kernels, selection::all, List>())
    tested.push_back({std::move(c), 0, false, !std::is_base_of_v<basic_cpu<isa::neon32>, Backend>});
  auto next = tested.begin();
  List{}([&next]<class Case>(const Case&) {
    next->winograd_tile = tile_of<kernel<Backend, typename Case::op>>();
    next++->is_strassens = is_strassens<kernel<Backend, typename Case::op>>;
  });
  return tested;
}

}  // namespace edgenn::tests
