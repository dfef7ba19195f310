#pragma once
// Transforms of Winograd's convolutions F(m x m, 3 x 3), vectors of channels innermost.
#include <edgenn/backends/cpu/microkernels/vec.hpp>

namespace edgenn::microkernels {

/// F(M, 3) in one dimension: the transforms of an input of M + 2 elements and of as many products, and the
/// matrix G of the kernel's transform. Lavin & Gray 2016, "Fast algorithms for convolutional neural
/// networks", section 4.
template <int M>
struct winograd_1d;

/// Points 0, 1, -1, infinity.
template <>
struct winograd_1d<2> {
  static constexpr double kernel[4][3] = {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};

  template <class V>
  static void input(const typename V::type* d, typename V::type* t) {
    t[0] = V::sub(d[0], d[2]);
    t[1] = V::add(d[1], d[2]);
    t[2] = V::sub(d[2], d[1]);
    t[3] = V::sub(d[3], d[1]);
  }
  template <class V>
  static void output(const typename V::type* t, typename V::type* y) {
    y[0] = V::add(t[0], V::add(t[1], t[2]));
    y[1] = V::add(t[3], V::sub(t[1], t[2]));
  }
};

/// Points 0, 1, -1, 2, -2, infinity.
template <>
struct winograd_1d<4> {
  static constexpr double kernel[6][3] = {{1. / 4, 0, 0},
                                          {-1. / 6, -1. / 6, -1. / 6},
                                          {-1. / 6, 1. / 6, -1. / 6},
                                          {1. / 24, 1. / 12, 1. / 6},
                                          {1. / 24, -1. / 12, 1. / 6},
                                          {0, 0, 1}};

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
  template <class V>
  static void output(const typename V::type* t, typename V::type* y) {
    const typename V::type two = V::broadcast(2), four = V::broadcast(4), eight = V::broadcast(8);
    const typename V::type a = V::add(t[1], t[2]), b = V::sub(t[1], t[2]);
    const typename V::type c = V::add(t[3], t[4]), d = V::sub(t[3], t[4]);
    y[0] = V::add(t[0], V::add(a, c));
    y[1] = V::fma(two, d, b);
    y[2] = V::fma(four, c, a);
    y[3] = V::add(t[5], V::fma(eight, d, b));
  }
};

/// Points 0, 1, -1, 2, -2, 1/2, -1/2, infinity.
template <>
struct winograd_1d<6> {
  static constexpr double kernel[8][3] = {{1, 0, 0},
                                          {-2. / 9, -2. / 9, -2. / 9},
                                          {-2. / 9, 2. / 9, -2. / 9},
                                          {1. / 90, 1. / 45, 2. / 45},
                                          {1. / 90, -1. / 45, 2. / 45},
                                          {1. / 45, 1. / 90, 1. / 180},
                                          {1. / 45, -1. / 90, 1. / 180},
                                          {0, 0, 1}};

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
  template <class V>
  static void output(const typename V::type* t, typename V::type* y) {
    const auto scaled = [](float by, typename V::type a, typename V::type b) {
      return V::fma(V::broadcast(by), a, b);
    };
    const typename V::type a = V::add(t[1], t[2]), b = V::sub(t[1], t[2]);
    const typename V::type c = V::add(t[3], t[4]), d = V::sub(t[3], t[4]);
    const typename V::type e = V::add(t[5], t[6]), f = V::sub(t[5], t[6]);
    y[0] = scaled(32, e, V::add(t[0], V::add(a, c)));
    y[1] = scaled(2, d, scaled(16, f, b));
    y[2] = scaled(4, c, scaled(8, e, a));
    y[3] = scaled(8, d, scaled(4, f, b));
    y[4] = scaled(16, c, scaled(2, e, a));
    y[5] = scaled(32, d, V::add(t[7], V::add(b, f)));
  }
};

/// The part [top, bottom) x [left, right) of a tile: what lies inside the image.
struct tile_part {
  int top, bottom, left, right;
};

/// B^T d B for the (M + 2) x (M + 2) pixels that begin `origin` floats from `x`, of which those outside
/// `inside` are zero (and not read). Element (i, j) of the result goes to position i * (M + 2) + j; what lies
/// between `channels` and the next whole vector is zero.
template <class Isa, int M, bool Whole>
[[gnu::noinline]] void winograd_input(const float* x, int origin, int pixel_pitch, int row_pitch,
                                      tile_part inside, int channels, float* v, int position_pitch) {
  using V = vec<Isa>;
  constexpr int n = M + 2;
  for (int c = 0; c < channels; c += V::width) {
    const int left = channels - c;
    typename V::type half[n][n];  // [column][row]
#pragma GCC unroll 1
    for (int j = 0; j < n; ++j) {
      typename V::type d[n];
#pragma GCC unroll 8
      for (int i = 0; i < n; ++i) {
        if (!Whole && (i < inside.top || i >= inside.bottom || j < inside.left || j >= inside.right)) {
          d[i] = V::zero();
          continue;
        }
        const float* at = x + (origin + i * row_pitch + j * pixel_pitch + c);
        d[i] = left >= V::width ? V::load(at) : V::load_first(at, left);
        if (j >= 2) __builtin_prefetch(at + M * pixel_pitch);  // what the next tile does not share
      }
      winograd_1d<M>::template input<V>(d, half[j]);
    }
#pragma GCC unroll 1
    for (int i = 0; i < n; ++i) {
      typename V::type d[n], t[n];
#pragma GCC unroll 8
      for (int j = 0; j < n; ++j) d[j] = half[j][i];
      winograd_1d<M>::template input<V>(d, t);
#pragma GCC unroll 8
      for (int j = 0; j < n; ++j) V::store(v + (i * n + j) * position_pitch + c, t[j]);
    }
  }
}

/// y = clamp(bias + A^T m A) for the products `m` of one tile and `channels` channels; the first `rows` x
/// `columns` pixels are written.
template <class Isa, int M>
[[gnu::noinline]] void winograd_output(const float* m, int position_pitch, const float* bias, float* y,
                                       int pixel_pitch, int row_pitch, int rows, int columns, int channels,
                                       float low, float high) {
  using V = vec<Isa>;
  constexpr int n = M + 2;
  const typename V::type lowest = V::broadcast(low), highest = V::broadcast(high);
  for (int c = 0; c < channels; c += V::width) {
    const int left = channels - c;
    const typename V::type start = V::load(bias + c);
    typename V::type half[n][M];  // [column][row]
#pragma GCC unroll 1
    for (int j = 0; j < n; ++j) {
      typename V::type t[n];
#pragma GCC unroll 8
      for (int i = 0; i < n; ++i) t[i] = V::load(m + (i * n + j) * position_pitch + c);
      winograd_1d<M>::template output<V>(t, half[j]);
    }
#pragma GCC unroll 1
    for (int i = 0; i < rows; ++i) {
      typename V::type t[n], out[M];
#pragma GCC unroll 8
      for (int j = 0; j < n; ++j) t[j] = half[j][i];
      winograd_1d<M>::template output<V>(t, out);
#pragma GCC unroll 8
      for (int j = 0; j < M; ++j) {
        if (j >= columns) break;
        float* at = y + i * row_pitch + j * pixel_pitch + c;
        __builtin_prefetch(at + M * pixel_pitch, 1);  // the next tile
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
