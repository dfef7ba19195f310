#pragma once
#include <edgenn/backends/reference/activate.hpp>
#include <edgenn/layers/dense.hpp>

namespace edgenn {

template <class T, class W, dense L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y, const W* weights) {
    const W* bias = weights + L.units * In.size();
    for (int u = 0; u < L.units; ++u) {
      T sum = L.bias ? static_cast<T>(bias[u]) : T(0);
      const W* w = weights + u * In.size();
      detail::for_each_element<In>(
          [&](int z, int row, int col, int c) { sum += x(z, row, col, c) * static_cast<T>(*w++); });
      y(0, 0, u) = detail::apply<L.act>(sum);
    }
  }
};

}  // namespace edgenn
