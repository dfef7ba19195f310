#include <cpu/kernels_on.hpp>
#include <cpu/shapes.hpp>

namespace edgenn::tests {

namespace {

/// The convolutions of `List` that Winograd's algorithms can compute.
template <class List>
struct winograd_layers {
  template <class F>
  void operator()(F f) const {
    List{}([&f]<auto Layer, shape... In>(const layer_case<Layer, In...>& c) {
      if constexpr (requires { detail::winograd_applies(Layer); })
        if constexpr (detail::winograd_applies(Layer)) f(c);
    });
  }
};

}  // namespace

std::vector<tested_kernel> tested_winograd(int m) {
  using list = winograd_layers<cases_of_shapes>;
  switch (m) {
    case 2:
      return kernels_on<with_winograd<EDGENN_TESTED_TAG, 2>, list>();
    case 4:
      return kernels_on<with_winograd<EDGENN_TESTED_TAG, 4>, list>();
    case 6:
      return kernels_on<with_winograd<EDGENN_TESTED_TAG, 6>, list>();
    default:
      return kernels_on<with_winograd<EDGENN_TESTED_TAG, 0>, list>();
  }
}

}  // namespace edgenn::tests
