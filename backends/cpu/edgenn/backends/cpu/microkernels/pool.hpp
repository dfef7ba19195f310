#pragma once
#include <edgenn/backends/cpu/microkernels/vec.hpp>

namespace edgenn::microkernels {

/// A row of windows over a few rows of an image.
struct pool_row {
  const float* const* rows;  ///< [window height], the starts of the rows
  int pixel_stride;          ///< floats from one pixel of those rows to the next
  int columns;               ///< of those rows
  int before;                ///< the first window starts so many columns before the image
  int out_columns, out_pixel_stride;
  int channels;
};

/// The maximum over windows of 2 x 2 pixels, 2 columns apart: each pixel is read once, in the order of
/// memory. All windows lie on the image.
template <class Isa>
[[gnu::noinline]] void max_pool_2x2_row(const pool_row& job, float* y) {
  using v = vec<Isa>;
  const float *above = job.rows[0], *below = job.rows[1];
  const int pixel = job.pixel_stride, channels = job.channels, rest = channels % v::width;
  for (int o = 0; o < job.out_columns; ++o) {
    const auto best_of = [&](auto load, int c) {
      const auto top = v::max_or_nan(load(above + c), load(above + pixel + c));
      return v::max_or_nan(top, v::max_or_nan(load(below + c), load(below + pixel + c)));
    };
    int c = 0;
    for (; c + v::width <= channels; c += v::width)
      v::store(y + c, best_of([](const float* p) { return v::load(p); }, c));
    if (rest > 0)
      v::store_first(y + c, best_of([&](const float* p) { return v::load_first(p, rest); }, c), rest);
    above += 2 * pixel;
    below += 2 * pixel;
    y += job.out_pixel_stride;
  }
}

/// The maximum over windows of `Size` x `Size` pixels that overlap, `Stride` columns apart. Columns outside
/// the image are replaced by the nearest ones, which change no maximum that has those in its window. The
/// windows share each column's maximum.
template <class Isa, int Size, int Stride>
[[gnu::noinline]] void max_pool_row(const pool_row& job, float* y) {
  using v = vec<Isa>;
  constexpr int kept = Size - Stride;
  static_assert(kept > 0);
  // `Vectors` vectors of channels from c on, or `n` channels.
  const auto pool = [&]<int Vectors>(int c, int n) {
    const auto load = [&](const float* p) {
      if constexpr (Vectors > 1)
        return v::load(p);
      else
        return n == v::width ? v::load(p) : v::load_first(p, n);
    };
    typename v::type highest[Size][Vectors];
    const auto take_column = [&](int k, int x) {
      const int inside = x < 0 ? 0 : x >= job.columns ? job.columns - 1 : x;
      const int at = inside * job.pixel_stride + c;
#pragma GCC unroll 4
      for (int j = 0; j < Vectors; ++j) highest[k][j] = load(job.rows[0] + at + j * v::width);
#pragma GCC unroll 4
      for (int row = 1; row < Size; ++row)
#pragma GCC unroll 4
        for (int j = 0; j < Vectors; ++j)
          highest[k][j] = v::max_or_nan(highest[k][j], load(job.rows[row] + at + j * v::width));
    };
#pragma GCC unroll 4
    for (int k = 0; k < kept; ++k) take_column(k + Stride, k - job.before);
    for (int o = 0; o < job.out_columns; ++o) {
#pragma GCC unroll 4
      for (int k = 0; k < kept; ++k)
#pragma GCC unroll 4
        for (int j = 0; j < Vectors; ++j) highest[k][j] = highest[k + Stride][j];
#pragma GCC unroll 4
      for (int k = kept; k < Size; ++k) take_column(k, o * Stride - job.before + k);
#pragma GCC unroll 4
      for (int j = 0; j < Vectors; ++j) {
        auto best = highest[0][j];
#pragma GCC unroll 4
        for (int k = 1; k < Size; ++k) best = v::max_or_nan(best, highest[k][j]);
        float* to = y + o * job.out_pixel_stride + c + j * v::width;
        if (Vectors > 1 || n == v::width)
          v::store(to, best);
        else
          v::store_first(to, best, n);
      }
    }
  };
  constexpr int block = v::registers >= 32 ? 4 : 2;
  int c = 0;
  for (; c + block * v::width <= job.channels; c += block * v::width)
    pool.template operator()<block>(c, v::width);
  if (block > 2 && c + 2 * v::width <= job.channels) {
    pool.template operator()<2>(c, v::width);
    c += 2 * v::width;
  }
  for (; c < job.channels; c += v::width)
    pool.template operator()<1>(c, job.channels - c < v::width ? job.channels - c : v::width);
}

}  // namespace edgenn::microkernels
