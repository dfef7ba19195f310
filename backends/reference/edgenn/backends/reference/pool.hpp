#pragma once
#include <edgenn/backends/reference/tag.hpp>
#include <edgenn/layers/pool2d.hpp>
#include <edgenn/layers/pool3d.hpp>
#include <limits>

namespace edgenn {

namespace detail {

/// The larger of two values; a NaN wins over everything.
template <class T>
constexpr T larger(T a, T b) {
  return b > a || b != b ? b : a;
}

/// Without padding no output lies after the first input that it or a later output reads, so a kernel that
/// goes through pixels in storage order may write over its contiguous input.
constexpr bool reads_ahead_of_writes(const window2d& w, shape in, shape out) {
  return w.y.before == 0 && w.x.before == 0 && out.w <= in.w && out.h <= in.h;
}

}  // namespace detail

template <class T, class W, max_pool2d L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr window2d window = L.slide(In);
  static constexpr bool strided = true, in_place = detail::reads_ahead_of_writes(window, In, Out);

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    for (int oy = 0; oy < Out.h; ++oy)
      for (int ox = 0; ox < Out.w; ++ox)
        for (int c = 0; c < Out.c; ++c) {
          T best = -std::numeric_limits<T>::infinity();
          for (int ky = 0; ky < L.window.h; ++ky)
            for (int kx = 0; kx < L.window.w; ++kx) {
              const int iy = window.y.position(oy, ky), ix = window.x.position(ox, kx);
              if (iy < 0 || iy >= In.h || ix < 0 || ix >= In.w) continue;
              best = detail::larger(best, x(iy, ix, c));
            }
          y(oy, ox, c) = best;
        }
  }
};

template <class T, class W, average_pool2d L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr window2d window = L.slide(In);
  static constexpr bool strided = true, in_place = detail::reads_ahead_of_writes(window, In, Out);

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    for (int oy = 0; oy < Out.h; ++oy)
      for (int ox = 0; ox < Out.w; ++ox)
        for (int c = 0; c < Out.c; ++c) {
          T sum = 0;
          int inputs = 0, inputs_and_padding = 0;
          for (int ky = 0; ky < L.window.h; ++ky)
            for (int kx = 0; kx < L.window.w; ++kx) {
              const int iy = window.y.position(oy, ky), ix = window.x.position(ox, kx);
              inputs_and_padding += iy < In.h + window.y.after && ix < In.w + window.x.after;
              if (iy < 0 || iy >= In.h || ix < 0 || ix >= In.w) continue;
              sum += x(iy, ix, c);
              ++inputs;
            }
          y(oy, ox, c) = sum / static_cast<T>(L.count_padding ? inputs_and_padding : inputs);
        }
  }
};

template <class T, class W, global_average_pool L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    for (int c = 0; c < In.c; ++c) {
      T sum = 0;
      for (int z = 0; z < In.d; ++z)
        for (int row = 0; row < In.h; ++row)
          for (int col = 0; col < In.w; ++col) sum += x(z, row, col, c);
      y(0, 0, c) = sum / static_cast<T>(In.d * In.h * In.w);
    }
  }
};

template <class T, class W, global_max_pool L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    for (int c = 0; c < In.c; ++c) {
      T best = x(0, 0, c);
      for (int z = 0; z < In.d; ++z)
        for (int row = 0; row < In.h; ++row)
          for (int col = 0; col < In.w; ++col) best = detail::larger(best, x(z, row, col, c));
      y(0, 0, c) = best;
    }
  }
};

template <class T, class W, max_pool3d L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    constexpr window3d window = L.slide(In);
    for (int oz = 0; oz < Out.d; ++oz)
      for (int oy = 0; oy < Out.h; ++oy)
        for (int ox = 0; ox < Out.w; ++ox)
          for (int c = 0; c < Out.c; ++c) {
            T best = -std::numeric_limits<T>::infinity();
            for (int kz = 0; kz < L.window.d; ++kz)
              for (int ky = 0; ky < L.window.h; ++ky)
                for (int kx = 0; kx < L.window.w; ++kx) {
                  const int iz = window.z.position(oz, kz), iy = window.y.position(oy, ky),
                            ix = window.x.position(ox, kx);
                  if (iz < 0 || iz >= In.d || iy < 0 || iy >= In.h || ix < 0 || ix >= In.w) continue;
                  best = detail::larger(best, x(iz, iy, ix, c));
                }
            y(oz, oy, ox, c) = best;
          }
  }
};

}  // namespace edgenn
