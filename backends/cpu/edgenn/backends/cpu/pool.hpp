#pragma once
#include <edgenn/backends/cpu/microkernels/pool.hpp>
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

  static void run(tensor_view<const float> x, tensor_view<float> y, share part = {}) {
    const share::range rows = detail::undivided_in_place(part, x, y).of(Out.h);
    for (int oy = rows.first; oy < rows.end; ++oy)
      if constexpr (is_common)
        run_row_of_common_window(x, y, oy);
      else
        run_row(x, y, oy);
  }

 private:
  using v = microkernels::vec<Isa>;
  /// 2 x 2 windows side by side and 3 x 3 windows that overlap, in which nothing is left to be found out at
  /// run time.
  static constexpr bool is_apart = L.dilation == extent{1} && L.window == extent{2} && L.stride.w == 2
                                   && window.x.before == 0 && 2 * Out.w <= In.w;
  static constexpr bool overlaps =
      L.dilation == extent{1} && L.window == extent{3} && (L.stride.w == 1 || L.stride.w == 2);
  static constexpr bool is_common = is_apart || overlaps;

  static void run_row_of_common_window(tensor_view<const float> x, tensor_view<float> y, int oy) {
    const float* rows[L.window.h];
    for (int ky = 0; ky < L.window.h; ++ky) {
      // Rows outside the image are replaced by the nearest ones: those are in the window.
      const int iy = window.y.position(oy, ky);
      rows[ky] = &x(iy < 0 ? 0 : iy >= In.h ? In.h - 1 : iy, 0, 0);
    }
    const microkernels::pool_row job{rows,  x.pixel_stride, In.w, window.x.before,
                                     Out.w, y.pixel_stride, In.c};
    if constexpr (is_apart)
      microkernels::max_pool_2x2_row<Isa>(job, &y(oy, 0, 0));
    else
      microkernels::max_pool_row<Isa, 3, L.stride.w>(job, &y(oy, 0, 0));
  }

  static void run_row(tensor_view<const float> x, tensor_view<float> y, int oy) {
    const detail::tap_range rows = detail::taps_on_input(window.y, oy);
    for (int ox = 0; ox < Out.w; ++ox) {
      const detail::tap_range columns = detail::taps_on_input(window.x, ox);
      detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
        auto best = v::broadcast(-std::numeric_limits<float>::infinity());
        for (int ky = rows.first; ky < rows.end; ++ky)
          for (int kx = columns.first; kx < columns.end; ++kx)
            best = v::max_or_nan(best, detail::load_up_to<Isa>(
                                           &x(window.y.position(oy, ky), window.x.position(ox, kx), c), n));
        detail::store_up_to<Isa>(&y(oy, ox, c), best, n);
      });
    }
  }
};

template <class Isa, average_pool2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr window2d window = L.slide(In);
  static constexpr bool strided = true;
  static constexpr bool in_place = kernel<reference, op<L, Out, In>>::in_place;

  static void run(tensor_view<const float> x, tensor_view<float> y, share part = {}) {
    using v = microkernels::vec<Isa>;
    const auto count = [](const window_axis& a, int o,
                          detail::tap_range r) {  // of inputs, or of those and padding
      int taps = 0;
      for (int k = 0; k < a.kernel; ++k) taps += a.position(o, k) < a.in + a.after;
      return L.count_padding ? taps : r.end - r.first;
    };
    const share::range out_rows = detail::undivided_in_place(part, x, y).of(Out.h);
    for (int oy = out_rows.first; oy < out_rows.end; ++oy) {
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

namespace detail {

/// Calls `f.template operator()<Vectors>(c, n)` for a share of the channels [0, channels): for 8 vectors from
/// c on, else for n channels of one. A kernel that goes through all pixels for each call then finds a few
/// cache lines side by side. `load_of<Isa, Vectors>` loads one of those vectors.
template <class Isa, class F>
void for_each_channel_block(int channels, share part, F f) {
  constexpr int width = microkernels::vec<Isa>::width, block = 8 * width;
  const share::range r = part.of(channels, width);
  int c = r.first;
  for (; c + block <= r.end; c += block) f.template operator()<8>(c, width);
  for (; c < r.end; c += width) f.template operator()<1>(c, r.end - c < width ? r.end - c : width);
}
template <class Isa, int Vectors>
auto load_of(const float* p, int n) {
  if constexpr (Vectors > 1)
    return microkernels::vec<Isa>::load(p);
  else
    return load_up_to<Isa>(p, n);
}

}  // namespace detail

template <class Isa, global_average_pool L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y, share part = {}) {
    using v = microkernels::vec<Isa>;
    detail::for_each_channel_block<Isa>(In.c, part, [&]<int Vectors>(int c, int n) {
      typename v::type sum[Vectors];
      for (auto& s : sum) s = v::zero();
      detail::for_each_pixel<In>([&](int z, int row, int column) {
#pragma GCC unroll 8
        for (int j = 0; j < Vectors; ++j)
          sum[j] = v::add(sum[j], detail::load_of<Isa, Vectors>(&x(z, row, column, c + j * v::width), n));
      });
      const auto size = v::broadcast(static_cast<float>(In.d * In.h * In.w));
      for (int j = 0; j < Vectors; ++j)
        detail::store_up_to<Isa>(&y(0, 0, c + j * v::width), v::div(sum[j], size), n);
    });
  }
};

template <class Isa, global_max_pool L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y, share part = {}) {
    using v = microkernels::vec<Isa>;
    detail::for_each_channel_block<Isa>(In.c, part, [&]<int Vectors>(int c, int n) {
      typename v::type best[Vectors];
      for (auto& b : best) b = v::broadcast(-std::numeric_limits<float>::infinity());
      detail::for_each_pixel<In>([&](int z, int row, int column) {
#pragma GCC unroll 8
        for (int j = 0; j < Vectors; ++j)
          best[j] =
              v::max_or_nan(best[j], detail::load_of<Isa, Vectors>(&x(z, row, column, c + j * v::width), n));
      });
      for (int j = 0; j < Vectors; ++j) detail::store_up_to<Isa>(&y(0, 0, c + j * v::width), best[j], n);
    });
  }
};

}  // namespace edgenn
