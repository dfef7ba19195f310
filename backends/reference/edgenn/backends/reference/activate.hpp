#pragma once
#include <cmath>
#include <edgenn/backends/reference/tag.hpp>
#include <edgenn/layers/activate.hpp>

namespace edgenn {

namespace detail {

template <activation Act, class T>
T apply(T v) {
  constexpr T a = static_cast<T>(Act.a.value()), b = static_cast<T>(Act.b.value());
  if constexpr (Act.kind == activation_kind::relu)
    return v < T(0) ? T(0) : v;
  else if constexpr (Act.kind == activation_kind::leaky_relu)
    return v < T(0) ? a * v : v;
  else if constexpr (Act.kind == activation_kind::clip)
    return v < a ? a : v > b ? b : v;
  else if constexpr (Act.kind == activation_kind::sigmoid)
    return T(1) / (T(1) + std::exp(-v));
  else if constexpr (Act.kind == activation_kind::tanh)
    return std::tanh(v);
  else if constexpr (Act.kind == activation_kind::hard_sigmoid)
    return apply<activations::clip(0, 1)>(a * v + b);
  else if constexpr (Act.kind == activation_kind::hard_swish)
    return v * apply<activations::relu6>(v + T(3)) / T(6);
  else
    return v;
}

/// Calls `f(z, y, x, c)` for every element of a tensor of shape `S`, in storage order.
template <shape S, class F>
void for_each_element(F f) {
  for (int z = 0; z < S.d; ++z)
    for (int y = 0; y < S.h; ++y)
      for (int x = 0; x < S.w; ++x)
        for (int c = 0; c < S.c; ++c) f(z, y, x, c);
}

}  // namespace detail

template <class T, class W, activate L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    detail::for_each_element<Out>(
        [&](int z, int row, int col, int c) { y(z, row, col, c) = detail::apply<L.act>(x(z, row, col, c)); });
  }
};

template <class T, class W, prelu L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y, const W* slope) {
    detail::for_each_element<Out>([&](int z, int row, int col, int c) {
      const T v = x(z, row, col, c);
      y(z, row, col, c) = v < T(0) ? static_cast<T>(slope[c]) * v : v;
    });
  }
};

}  // namespace edgenn
