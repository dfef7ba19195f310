#pragma once
// Transforms of Winograd's convolutions, vectors of channels innermost.
#include <edgenn/backends/cpu/microkernels/vec.hpp>

namespace edgenn::microkernels {

/// Winograd's convolution in one dimension: M outputs of a kernel of R taps from N = M + R - 1 products, each
/// belonging to a point at which polynomials are evaluated (the last one is infinity). Only the points decide
/// how an input of N elements is transformed, so one set serves kernels of any length. Lavin & Gray 2016,
/// "Fast algorithms for convolutional neural networks", section 4.
///
/// - `finite` points, of which those from 1 on come in `pairs` p, -p, at most one stands `alone`;
/// - `scale`: products of a point are multiplied by it in the output's transform;
/// - `divisor`: and divided by it in the kernel's;
/// - `input`: the transform of N elements d to N elements t.
template <int N>
struct winograd_points;

/// Infinity: an ordinary product.
template <>
struct winograd_points<1> {
  static constexpr int finite = 0, pairs = 0;
  static constexpr bool alone = false;
  static constexpr double at[] = {0}, scale[] = {1}, divisor[] = {1};

  template <class V>
  static void input(const typename V::type* d, typename V::type* t) {
    t[0] = d[0];
  }
};

template <>
struct winograd_points<4> {
  static constexpr int finite = 3, pairs = 1;
  static constexpr bool alone = false;
  static constexpr double at[] = {0, 1, -1}, scale[] = {1, 1, 1}, divisor[] = {1, 2, 2};

  template <class V>
  static void input(const typename V::type* d, typename V::type* t) {
    t[0] = V::sub(d[0], d[2]);
    t[1] = V::add(d[1], d[2]);
    t[2] = V::sub(d[2], d[1]);
    t[3] = V::sub(d[3], d[1]);
  }
};

template <>
struct winograd_points<6> {
  static constexpr int finite = 5, pairs = 2;
  static constexpr bool alone = false;
  static constexpr double at[] = {0, 1, -1, 2, -2}, scale[] = {1, 1, 1, 1, 1},
                          divisor[] = {4, -6, -6, 24, 24};

  template <class V>
  static void input(const typename V::type* d, typename V::type* t) {
    const typename V::type two = V::broadcast(2), four = V::broadcast(4), minus_four = V::broadcast(-4),
                           minus_five = V::broadcast(-5), minus_two = V::broadcast(-2);
    const typename V::type even = V::fma(minus_four, d[2], d[4]), odd = V::fma(minus_four, d[1], d[3]);
    const typename V::type near = V::sub(d[4], d[2]), far = V::sub(d[3], d[1]);
    t[0] = V::fma(four, d[0], V::fma(minus_five, d[2], d[4]));
    t[1] = V::add(even, odd);
    t[2] = V::sub(even, odd);
    t[3] = V::fma(two, far, near);
    t[4] = V::fma(minus_two, far, near);
    t[5] = V::fma(four, d[1], V::fma(minus_five, d[3], d[5]));
  }
};

/// The points of six products and 1/2: their polynomials are those of the six, times x - 1/2.
template <>
struct winograd_points<7> {
  static constexpr int finite = 6, pairs = 2;
  static constexpr bool alone = true;
  static constexpr double at[] = {0, 1, -1, 2, -2, .5}, scale[] = {1, 1, 1, 1, 1, 1},
                          divisor[] = {-2, -3, 9, 36, -60, 45. / 32};

  template <class V>
  static void input(const typename V::type* d, typename V::type* t) {
    const typename V::type minus_half = V::broadcast(-.5f);
    typename V::type e[6];
#pragma GCC unroll 8
    for (int i = 0; i < 6; ++i) e[i] = V::fma(minus_half, d[i], d[i + 1]);
    winograd_points<6>::input<V>(e, t);
    t[6] = t[5];
    t[5] = V::fma(V::broadcast(4), d[1], V::fma(V::broadcast(-5), d[3], d[5]));
  }
};

template <>
struct winograd_points<8> {
  static constexpr int finite = 7, pairs = 3;
  static constexpr bool alone = false;
  static constexpr double at[] = {0, 1, -1, 2, -2, .5, -.5}, scale[] = {1, 1, 1, 1, 1, 32, 32},
                          divisor[] = {1, -4.5, -4.5, 90, 90, 45, 45};

  template <class V>
  static void input(const typename V::type* d, typename V::type* t) {
    const auto scaled = [](float by, typename V::type a, typename V::type b) {
      return V::fma(V::broadcast(by), a, b);
    };
    t[0] = scaled(5.25f, V::sub(d[4], d[2]), V::sub(d[0], d[6]));
    t[7] = scaled(5.25f, V::sub(d[3], d[5]), V::sub(d[7], d[1]));
    const auto pair = [](typename V::type even, typename V::type odd, typename V::type* to) {
      to[0] = V::add(even, odd);
      to[1] = V::sub(even, odd);
    };
    pair(scaled(-4.25f, d[4], V::add(d[2], d[6])), scaled(-4.25f, d[3], V::add(d[1], d[5])), t + 1);
    const typename V::type middle = V::mul(V::broadcast(-2.5f), d[3]);
    pair(scaled(.25f, d[2], scaled(-1.25f, d[4], d[6])), scaled(.5f, d[1], scaled(2, d[5], middle)), t + 3);
    pair(scaled(4, d[2], scaled(-5, d[4], d[6])), scaled(2, d[1], scaled(.5f, d[5], middle)), t + 5);
  }
};

/// The `power`-th power of the point `k` of N, as the transforms of the kernel and of the output have it:
/// infinity has only the `last` one.
template <int N>
constexpr double winograd_power(int k, int power, int last) {
  if (k == N - 1) return power == last ? 1 : 0;
  double value = 1;
  for (int i = 0; i < power; ++i) value *= winograd_points<N>::at[k];
  return value;
}

/// The transform of `N` products to `M` outputs.
template <class V, int N, int M>
[[gnu::always_inline]] inline void winograd_outputs(const typename V::type* t, typename V::type* y) {
  using points = winograd_points<N>;
  if constexpr (N == 1) {
    y[0] = t[0];
  } else {
    struct factors {
      float of[M][N];
    };
    static constexpr factors f = [] {
      factors all{};
      for (int i = 0; i < M; ++i)
        for (int k = 0; k < N - 1; ++k)
          all.of[i][k] = static_cast<float>(points::scale[k] * winograd_power<N>(k, i, M - 1));
      return all;
    }();
    typename V::type sum[points::pairs], difference[points::pairs];
#pragma GCC unroll 8
    for (int p = 0; p < points::pairs; ++p) {
      sum[p] = V::add(t[2 * p + 1], t[2 * p + 2]);
      difference[p] = V::sub(t[2 * p + 1], t[2 * p + 2]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i) {
      typename V::type y_i = i % 2 == 0 ? sum[0] : difference[0];  // of 1 and -1
      if (i == 0) y_i = V::add(y_i, t[0]);
      if (i == M - 1) y_i = V::add(y_i, t[N - 1]);
#pragma GCC unroll 8
      for (int p = 1; p < points::pairs; ++p)
        y_i = V::fma(V::broadcast(f.of[i][2 * p + 1]), i % 2 == 0 ? sum[p] : difference[p], y_i);
      if constexpr (points::alone) y_i = V::fma(V::broadcast(f.of[i][N - 2]), t[N - 2], y_i);
      y[i] = y_i;
    }
  }
}

/// The part [top, bottom) x [left, right) of a tile: what lies inside the image.
struct tile_part {
  int top, bottom, left, right;
};

/// Where a tile's input lies: its first pixel is `origin` floats from `x`, the next tile's `step` pixels to
/// the right.
struct winograd_source {
  const float* x;
  int pixel_pitch, row_pitch, step, channels;
};

/// B^T d B for Ny x Nx pixels, of which those outside `inside` are zero (and not read). Element (i, j) of the
/// result goes to position i * Nx + j; what lies between the last channel and the next whole vector is zero.
template <class Isa, int Ny, int Nx, bool Whole>
[[gnu::noinline]] void winograd_input(const winograd_source& source, int origin, tile_part inside, float* v,
                                      int position_pitch) {
  using V = vec<Isa>;
  const winograd_source from = source;  // which no store can change
  for (int c = 0; c < from.channels; c += V::width) {
    const int left = from.channels - c;
    typename V::type half[Nx][Ny];  // [column][row]
#pragma GCC unroll 1
    for (int j = 0; j < Nx; ++j) {
      typename V::type d[Ny];
#pragma GCC unroll 8
      for (int i = 0; i < Ny; ++i) {
        if (!Whole && (i < inside.top || i >= inside.bottom || j < inside.left || j >= inside.right)) {
          d[i] = V::zero();
          continue;
        }
        const float* at = from.x + (origin + i * from.row_pitch + j * from.pixel_pitch + c);
        d[i] = left >= V::width ? V::load(at) : V::load_first(at, left);
        // what the next tile does not share, too early for the first-level cache
        if (j >= Nx - from.step) __builtin_prefetch(at + from.step * from.pixel_pitch, 0, 2);
      }
      winograd_points<Ny>::template input<V>(d, half[j]);
    }
#pragma GCC unroll 1
    for (int i = 0; i < Ny; ++i) {
      typename V::type d[Nx], t[Nx];
#pragma GCC unroll 8
      for (int j = 0; j < Nx; ++j) d[j] = half[j][i];
      winograd_points<Nx>::template input<V>(d, t);
#pragma GCC unroll 8
      for (int j = 0; j < Nx; ++j) V::store(v + (i * Nx + j) * position_pitch + c, t[j]);
    }
  }
}

/// Where a tile's results go: `rows` x `columns` pixels of `channels`, clamped to [low, high].
struct winograd_target {
  float* y;
  int pixel_pitch, row_pitch, rows, columns, channels;
  float low, high;
};

/// y = clamp(bias + A^T m A) for the products `m` of one tile. `Pooled`: clamp(bias + maxima of A^T m A in
/// squares of 2 x 2), which is the same as the maxima of y. A NaN in a square is its maximum.
template <class Isa, int Ny, int My, int Nx, int Mx, bool Pooled = false>
[[gnu::noinline]] void winograd_output(const float* m, int position_pitch, const float* bias,
                                       const winograd_target& target) {
  using V = vec<Isa>;
  constexpr int pool = Pooled ? 2 : 1, columns = Mx / pool;
  const winograd_target to = target;  // which no store can change
  const typename V::type lowest = V::broadcast(to.low), highest = V::broadcast(to.high);
  for (int c = 0; c < to.channels; c += V::width) {
    const int left = to.channels - c;
    const typename V::type start = V::load(bias + c);
    typename V::type half[Nx][My];  // [column][row]
#pragma GCC unroll 1
    for (int j = 0; j < Nx; ++j) {
      typename V::type t[Ny];
#pragma GCC unroll 8
      for (int i = 0; i < Ny; ++i) t[i] = V::load(m + (i * Nx + j) * position_pitch + c);
      winograd_outputs<V, Ny, My>(t, half[j]);
    }
#pragma GCC unroll 1
    for (int i = 0; i < to.rows; ++i) {
      typename V::type out[columns];
#pragma GCC unroll 2
      for (int r = 0; r < pool; ++r) {
        typename V::type t[Nx], row[Mx];
#pragma GCC unroll 8
        for (int j = 0; j < Nx; ++j) t[j] = half[j][pool * i + r];
        winograd_outputs<V, Nx, Mx>(t, row);
#pragma GCC unroll 8
        for (int j = 0; j < columns; ++j) {
          typename V::type best = row[pool * j];
          if constexpr (Pooled) best = V::max_or_nan(best, row[pool * j + 1]);
          out[j] = r == 0 ? best : V::max_or_nan(out[j], best);
        }
      }
#pragma GCC unroll 8
      for (int j = 0; j < columns; ++j) {
        if (j >= to.columns) break;
        float* at = to.y + i * to.row_pitch + j * to.pixel_pitch + c;
        // the next tile, into the second-level cache
        __builtin_prefetch(at + columns * to.pixel_pitch, 0, 2);
        const typename V::type clamped = V::min(highest, V::max(lowest, V::add(start, out[j])));
        if (left >= V::width)
          V::store(at, clamped);
        else
          V::store_first(at, clamped, left);
      }
    }
  }
}

}  // namespace edgenn::microkernels
