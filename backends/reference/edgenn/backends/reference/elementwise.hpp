#pragma once
#include <edgenn/backends/reference/activate.hpp>
#include <edgenn/layers/elementwise.hpp>

namespace edgenn {

template <class T, class W, add_layer L, shape Out, shape A, shape B>
struct kernel<basic_reference<T, W>, op<L, Out, A, B>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const T> a, tensor_view<const T> b, tensor_view<T> y) {
    detail::for_each_element<Out>([&](int z, int row, int col, int c) {
      y(z, row, col, c) = detail::apply<L.act>(a(z, row, col, c) + b(z, row, col, c));
    });
  }
};

template <class T, class W, multiply_layer L, shape Out, shape A, shape B>
struct kernel<basic_reference<T, W>, op<L, Out, A, B>> {
  static constexpr bool in_place = A == B, strided = true;

  static void run(tensor_view<const T> a, tensor_view<const T> b, tensor_view<T> y) {
    detail::for_each_element<Out>([&](int z, int row, int col, int c) {
      const T factor = b(B.d == 1 ? 0 : z, B.h == 1 ? 0 : row, B.w == 1 ? 0 : col, B.c == 1 ? 0 : c);
      y(z, row, col, c) = detail::apply<L.act>(a(z, row, col, c) * factor);
    });
  }
};

}  // namespace edgenn
