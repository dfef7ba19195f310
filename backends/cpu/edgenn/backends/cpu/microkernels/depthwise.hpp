#pragma once
#include <cstddef>
#include <edgenn/backends/cpu/microkernels/vec.hpp>
#include <edgenn/window.hpp>

namespace edgenn::microkernels {

#if defined(__AVX512VL__) && defined(__AVX2__) && defined(__FMA__)
/// Half a vector, for layers of few channels. A type of its own, because the functions that are compiled for
/// it need AVX-512 and must not be taken for those of a file for AVX2.
struct half_of_avx512 {};
template <>
struct vec<half_of_avx512> : vec<isa::avx2> {};
#endif

/// A depthwise convolution, from the first of some vectors of channels on.
struct depthwise_job {
  window2d window;
  const float* x;                ///< the first pixel of the input
  int pixel_pitch, row_pitch;    ///< of the input, in floats
  float* y;                      ///< the first output
  int out_pitch, out_row_pitch;  ///< floats from one output to the next and from row to row
  const float* weights;          ///< [vectors][kernel height][kernel width][width]
  const float* bias;             ///< [vectors][width]
  float low, high;               ///< the result is clamped to [low, high]
};

namespace detail {

/// `channels` are loaded and stored, at most the width; `Whole`: that many.
/// @{
template <class Isa, bool Whole>
typename vec<Isa>::type load_channels(const float* x, [[maybe_unused]] int channels) {
  if constexpr (Whole)
    return vec<Isa>::load(x);
  else
    return vec<Isa>::load_first(x, channels);
}
template <class Isa, bool Whole>
void store_channels(float* y, typename vec<Isa>::type value, [[maybe_unused]] int channels) {
  if constexpr (Whole)
    vec<Isa>::store(y, value);
  else
    vec<Isa>::store_first(y, value, channels);
}
/// @}

/// The weights at `p`. Few registers are better left to the compiler.
template <class Isa>
typename vec<Isa>::type loaded(const float* p) {
  using v = vec<Isa>;
  return v::registers >= 32 ? v::in_register(v::load(p)) : v::load(p);
}

/// `n`, of which the compiler knows nothing. Else it computes all multiples of a pitch once, has too few
/// registers for them and keeps them in memory.
inline std::ptrdiff_t opaque(std::ptrdiff_t n) {
  asm("" : "+r"(n));
  return n;
}

/// `Rows` x `Columns` outputs of one vector of channels, the first one at (oy, ox), of whose columns of input
/// the first `Left` and the last `Right` lie beside the image. Every input pixel is loaded once.
template <class Isa, int Kernel, int Stride, int Rows, int Columns, int Left, int Right, bool Whole>
[[gnu::always_inline]] inline void depthwise_tile(const depthwise_job& job, int channels, int oy, int ox) {
  using v = vec<Isa>;
  const int iy = job.window.y.position(oy, 0), ix = job.window.x.position(ox, Left);
  const std::ptrdiff_t pitch = job.pixel_pitch;
  const typename v::type bias = v::load(job.bias);
  typename v::type sum[Rows][Columns];
#pragma GCC unroll 2
  for (int o = 0; o < Rows; ++o)
#pragma GCC unroll 8
    for (int t = 0; t < Columns; ++t) sum[o][t] = bias;
#pragma GCC unroll 16
  for (int r = 0; r < (Rows - 1) * Stride + Kernel; ++r) {
    if (iy + r < 0 || iy + r >= job.window.y.in) continue;
    typename v::type weight[Rows][Kernel];
#pragma GCC unroll 2
    for (int o = 0; o < Rows; ++o) {
      const int ky = r - o * Stride;
      if (ky >= 0 && ky < Kernel)
#pragma GCC unroll 8
        for (int kx = 0; kx < Kernel; ++kx)
          weight[o][kx] = loaded<Isa>(job.weights + (ky * Kernel + kx) * v::width);
    }
    const float* from = job.x + (iy + r) * job.row_pitch + ix * pitch;
    const std::ptrdiff_t next = opaque(pitch);
#pragma GCC unroll 32
    for (int c = Left; c < (Columns - 1) * Stride + Kernel - Right; ++c) {
      const auto pixel = v::in_register(load_channels<Isa, Whole>(from, channels));
      from += next;
#pragma GCC unroll 2
      for (int o = 0; o < Rows; ++o) {
        const int ky = r - o * Stride;
#pragma GCC unroll 8
        for (int t = 0; t < Columns; ++t) {
          const int kx = c - t * Stride;
          if (ky >= 0 && ky < Kernel && kx >= 0 && kx < Kernel)
            sum[o][t] = v::fma(pixel, weight[o][kx], sum[o][t]);
        }
      }
    }
  }
  const typename v::type low = v::broadcast(job.low), high = v::broadcast(job.high);
#pragma GCC unroll 2
  for (int o = 0; o < Rows; ++o) {
    float* y = job.y + (oy + o) * job.out_row_pitch + ox * job.out_pitch;
#pragma GCC unroll 8
    for (int t = 0; t < Columns; ++t)
      store_channels<Isa, Whole>(y + t * job.out_pitch, v::min(high, v::max(low, sum[o][t])), channels);
  }
}

}  // namespace detail

/// The rows [oy, oy + Rows) of the output of a square kernel without dilation, for `channels` channels, in
/// tiles of `Columns`, the last of which overlaps the one before where it must. `Left` columns of the first
/// tile's input and `Right` of the last one's lie beside the image, none of the others'. Either there are
/// whole vectors of channels, or, unless `Whole`, fewer channels than one has.
template <class Isa, int Kernel, int Stride, int Rows, int Columns, int Left, int Right, bool Whole>
[[gnu::noinline]] void depthwise_rows(const depthwise_job& common, int channels, int oy) {
  using v = vec<Isa>;
  depthwise_job job = common;  // which no store can change
  const int last = job.window.x.out - Columns;
  for (int c = 0; c < channels; c += v::width) {
    if (last == 0) {
      detail::depthwise_tile<Isa, Kernel, Stride, Rows, Columns, Left, Right, Whole>(job, channels, oy, 0);
    } else {
      detail::depthwise_tile<Isa, Kernel, Stride, Rows, Columns, Left, 0, Whole>(job, channels, oy, 0);
      for (int ox = Columns; ox < last; ox += Columns)
        detail::depthwise_tile<Isa, Kernel, Stride, Rows, Columns, 0, 0, Whole>(job, channels, oy, ox);
      detail::depthwise_tile<Isa, Kernel, Stride, Rows, Columns, 0, Right, Whole>(job, channels, oy, last);
    }
    job.x += v::width;
    job.y += v::width;
    job.bias += v::width;
    job.weights += Kernel * Kernel * v::width;
  }
}

/// The taps [first, end) of both axes.
struct depthwise_taps {
  int first_y, end_y, first_x, end_x;
};

/// The outputs (oy, ox) to (oy, ox + Columns - 1) of any depthwise convolution, all of which read these taps,
/// for at most a vector of channels.
template <class Isa, int Columns>
[[gnu::noinline]] void depthwise_outputs(const depthwise_job& job, int channels, int oy, int ox,
                                         depthwise_taps taps) {
  using v = vec<Isa>;
  const window_axis rows = job.window.y, columns = job.window.x;
  const std::ptrdiff_t pitch = job.pixel_pitch, next = columns.stride * pitch;
  const bool whole = channels >= v::width;
  typename v::type sum[Columns];
#pragma GCC unroll 8
  for (int t = 0; t < Columns; ++t) sum[t] = v::load(job.bias);
  for (int ky = taps.first_y; ky < taps.end_y; ++ky)
    for (int kx = taps.first_x; kx < taps.end_x; ++kx) {
      const float* from = job.x + rows.position(oy, ky) * job.row_pitch + columns.position(ox, kx) * pitch;
      const typename v::type weight = v::load(job.weights + (ky * columns.kernel + kx) * v::width);
#pragma GCC unroll 8
      for (int t = 0; t < Columns; ++t)
        sum[t] = v::fma(whole ? v::load(from + t * next) : v::load_first(from + t * next, channels), weight,
                        sum[t]);
    }
  const typename v::type low = v::broadcast(job.low), high = v::broadcast(job.high);
  float* y = job.y + oy * job.out_row_pitch + ox * job.out_pitch;
#pragma GCC unroll 8
  for (int t = 0; t < Columns; ++t) {
    const typename v::type out = v::min(high, v::max(low, sum[t]));
    if (whole)
      v::store(y + t * job.out_pitch, out);
    else
      v::store_first(y + t * job.out_pitch, out, channels);
  }
}

}  // namespace edgenn::microkernels
