#include <cpu/by_strassen.hpp>
#include <cpu/kernels_on.hpp>
#include <cpu/shapes.hpp>

namespace {

/// The convolutions of `List` that Strassen's algorithm computes.
template <class List>
struct strassen_layers {
  template <class F>
  void operator()(F f) const {
    List{}([&f]<auto Layer, edgenn::shape In, edgenn::shape... More>(
        const edgenn::tests::layer_case<Layer, In, More...>& c) {
      if constexpr (requires { edgenn::detail::strassen_applies(Layer, In); })
        if constexpr (edgenn::detail::strassen_applies(Layer, In)) f(c);
    });
  }
};

}  // namespace

std::vector<edgenn::tests::tested_kernel> edgenn::tests::tested_strassen() {
  return kernels_on<by_strassen<EDGENN_TESTED_TAG>, strassen_layers<cases_of_shapes>>();
}
