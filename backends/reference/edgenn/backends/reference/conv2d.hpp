#pragma once
#include <edgenn/backends/reference/activate.hpp>
#include <edgenn/layers/conv2d.hpp>
#include <edgenn/layers/depthwise_conv2d.hpp>

namespace edgenn {

template <class T, class W, conv2d L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y, const W* weights) {
    constexpr window2d window = L.window(In);
    constexpr int channels = In.c / L.groups, filters_per_group = L.filters / L.groups;
    constexpr int taps = L.kernel.h * L.kernel.w * channels;
    const W* bias = weights + L.filters * taps;
    for (int oy = 0; oy < Out.h; ++oy)
      for (int ox = 0; ox < Out.w; ++ox)
        for (int f = 0; f < Out.c; ++f) {
          T sum = L.bias ? static_cast<T>(bias[f]) : T(0);
          const W* w = weights + f * taps;
          const int first_channel = f / filters_per_group * channels;
          for (int ky = 0; ky < L.kernel.h; ++ky)
            for (int kx = 0; kx < L.kernel.w; ++kx, w += channels) {
              const int iy = window.y.position(oy, ky), ix = window.x.position(ox, kx);
              if (iy < 0 || iy >= In.h || ix < 0 || ix >= In.w) continue;
              const T* pixel = &x(iy, ix, first_channel);
              for (int c = 0; c < channels; ++c) sum += pixel[c] * static_cast<T>(w[c]);
            }
          y(oy, ox, f) = detail::apply<L.act>(sum);
        }
  }
};

template <class T, class W, depthwise_conv2d L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y, const W* weights) {
    constexpr window2d window = L.window(In);
    const W* bias = weights + L.kernel.h * L.kernel.w * Out.c;
    for (int oy = 0; oy < Out.h; ++oy)
      for (int ox = 0; ox < Out.w; ++ox)
        for (int f = 0; f < Out.c; ++f) {
          T sum = L.bias ? static_cast<T>(bias[f]) : T(0);
          for (int ky = 0; ky < L.kernel.h; ++ky)
            for (int kx = 0; kx < L.kernel.w; ++kx) {
              const int iy = window.y.position(oy, ky), ix = window.x.position(ox, kx);
              if (iy < 0 || iy >= In.h || ix < 0 || ix >= In.w) continue;
              sum +=
                  x(iy, ix, f / L.multiplier) * static_cast<T>(weights[(ky * L.kernel.w + kx) * Out.c + f]);
            }
          y(oy, ox, f) = detail::apply<L.act>(sum);
        }
  }
};

}  // namespace edgenn
