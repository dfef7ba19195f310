#pragma once
#include <cmath>
#include <edgenn/backends/reference/activate.hpp>
#include <edgenn/backends/reference/pool.hpp>
#include <edgenn/layers/affine.hpp>
#include <edgenn/layers/normalization.hpp>

namespace edgenn {

template <class T, class W, softmax L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    for (int z = 0; z < Out.d; ++z)
      for (int row = 0; row < Out.h; ++row)
        for (int col = 0; col < Out.w; ++col) {
          T top = x(z, row, col, 0), sum = 0;
          for (int c = 1; c < Out.c; ++c) top = detail::larger(top, x(z, row, col, c));
          for (int c = 0; c < Out.c; ++c)
            sum += y(z, row, col, c) = static_cast<T>(std::exp(x(z, row, col, c) - top));
          for (int c = 0; c < Out.c; ++c) y(z, row, col, c) /= sum;
        }
  }
};

template <class T, class W, lrn L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    constexpr int reach = L.size / 2;
    constexpr T scale = static_cast<T>(L.scale()), k = static_cast<T>(L.k.value()),
                beta = static_cast<T>(L.beta.value());
    detail::for_each_element<Out>([&](int z, int row, int col, int c) {
      T squares = 0;
      for (int n = c - reach; n <= c + reach; ++n)
        if (n >= 0 && n < Out.c) squares += x(z, row, col, n) * x(z, row, col, n);
      y(z, row, col, c) = x(z, row, col, c) / std::pow(k + scale * squares, beta);
    });
  }
};

template <class T, class W, batch_norm L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y, const W* weights) {
    const W *scale = weights, *offset = scale + Out.c, *mean = offset + Out.c, *variance = mean + Out.c;
    detail::for_each_element<Out>([&](int z, int row, int col, int c) {
      const T factor = static_cast<T>(scale[c])
                       / std::sqrt(static_cast<T>(variance[c]) + static_cast<T>(L.epsilon.value()));
      y(z, row, col, c) = detail::apply<L.act>((x(z, row, col, c) - static_cast<T>(mean[c])) * factor
                                               + static_cast<T>(offset[c]));
    });
  }
};

template <class T, class W, affine L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y, const W* weights) {
    const W *scale = weights, *offset = weights + (L.scale ? Out.c : 0);
    detail::for_each_element<Out>([&](int z, int row, int col, int c) {
      T v = x(z, row, col, c);
      if (L.scale) v *= static_cast<T>(scale[c]);
      if (L.offset) v += static_cast<T>(offset[c]);
      y(z, row, col, c) = detail::apply<L.act>(v);
    });
  }
};

}  // namespace edgenn
