#pragma once
#include <edgenn/backends/cpu/vectors.hpp>
#include <edgenn/layers/pool2d.hpp>
#include <limits>

namespace edgenn {

template <class Isa, max_pool2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr window2d window = L.slide(In);
  static constexpr bool strided = true;
  /// As on the reference backend: pixels are written in storage order, never ahead of what is still to be
  /// read.
  static constexpr bool in_place = kernel<reference, op<L, Out, In>>::in_place;

  static void run(tensor_view<const float> x, tensor_view<float> y) {
    using v = microkernels::vec<Isa>;
    for (int oy = 0; oy < Out.h; ++oy) {
      const detail::tap_range rows = detail::taps_on_input(window.y, oy);
      for (int ox = 0; ox < Out.w; ++ox) {
        const detail::tap_range columns = detail::taps_on_input(window.x, ox);
        detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
          auto best = v::broadcast(-std::numeric_limits<float>::infinity());
          for (int ky = rows.first; ky < rows.end; ++ky)
            for (int kx = columns.first; kx < columns.end; ++kx) {
              const auto pixel =
                  detail::load_up_to<Isa>(&x(window.y.position(oy, ky), window.x.position(ox, kx), c), n);
              best = v::max_or_nan(best, pixel);
            }
          detail::store_up_to<Isa>(&y(oy, ox, c), best, n);
        });
      }
    }
  }
};

template <class Isa, average_pool2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr window2d window = L.slide(In);
  static constexpr bool strided = true;
  static constexpr bool in_place = kernel<reference, op<L, Out, In>>::in_place;

  static void run(tensor_view<const float> x, tensor_view<float> y) {
    using v = microkernels::vec<Isa>;
    const auto count = [](const window_axis& a, int o,
                          detail::tap_range r) {  // of inputs, or of those and padding
      int taps = 0;
      for (int k = 0; k < a.kernel; ++k) taps += a.position(o, k) < a.in + a.after;
      return L.count_padding ? taps : r.end - r.first;
    };
    for (int oy = 0; oy < Out.h; ++oy) {
      const detail::tap_range rows = detail::taps_on_input(window.y, oy);
      for (int ox = 0; ox < Out.w; ++ox) {
        const detail::tap_range columns = detail::taps_on_input(window.x, ox);
        const int divisor = count(window.y, oy, rows) * count(window.x, ox, columns);
        detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
          auto sum = v::zero();
          for (int ky = rows.first; ky < rows.end; ++ky)
            for (int kx = columns.first; kx < columns.end; ++kx)
              sum = v::add(sum, detail::load_up_to<Isa>(
                                    &x(window.y.position(oy, ky), window.x.position(ox, kx), c), n));
          detail::store_up_to<Isa>(&y(oy, ox, c), v::div(sum, v::broadcast(static_cast<float>(divisor))), n);
        });
      }
    }
  }
};

template <class Isa, global_average_pool L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y) {
    using v = microkernels::vec<Isa>;
    detail::for_each_vector<Isa>(In.c, [&](int c, int n) {
      auto sum = v::zero();
      for (int z = 0; z < In.d; ++z)
        for (int row = 0; row < In.h; ++row)
          for (int column = 0; column < In.w; ++column)
            sum = v::add(sum, detail::load_up_to<Isa>(&x(z, row, column, c), n));
      const auto size = v::broadcast(static_cast<float>(In.d * In.h * In.w));
      detail::store_up_to<Isa>(&y(0, 0, c), v::div(sum, size), n);
    });
  }
};

template <class Isa, global_max_pool L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y) {
    using v = microkernels::vec<Isa>;
    detail::for_each_vector<Isa>(In.c, [&](int c, int n) {
      auto best = detail::load_up_to<Isa>(&x(0, 0, 0, c), n);
      detail::for_each_pixel<In>([&](int z, int row, int column) {
        best = v::max_or_nan(best, detail::load_up_to<Isa>(&x(z, row, column, c), n));
      });
      detail::store_up_to<Isa>(&y(0, 0, c), best, n);
    });
  }
};

}  // namespace edgenn
