#pragma once
#include <edgenn/backends/cpu/microkernels/vec.hpp>

namespace edgenn::microkernels {

/// One row of a depthwise convolution over one vector of channels: `out` outputs from rows that start at `x`,
/// with the weights of the vector in the order [KernelH][KernelW][width]. `channels` of them are written.
template <class Isa, int KernelH, int KernelW, int StrideW>
[[gnu::noinline]] void depthwise_row(const float* x, int pixel_pitch, int row_pitch, const float* weights,
                                     const float* bias, float* y, int y_pitch, int out, int channels,
                                     float low, float high) {
  using v = vec<Isa>;
  constexpr int tile = v::registers >= 32 ? 7 : 4;
  const typename v::type lowest = v::broadcast(low), highest = v::broadcast(high), start = v::load(bias);
  const auto columns = [&]<int Tile>(const float* from, float* to) {
    typename v::type sum[Tile];
#pragma GCC unroll 8
    for (int t = 0; t < Tile; ++t) sum[t] = start;
#pragma GCC unroll 8
    for (int ky = 0; ky < KernelH; ++ky)
#pragma GCC unroll 8
      for (int column = 0; column < (Tile - 1) * StrideW + KernelW; ++column) {
        const float* at = from + ky * row_pitch + column * pixel_pitch;
        const typename v::type pixel = channels >= v::width ? v::load(at) : v::load_first(at, channels);
#pragma GCC unroll 8
        for (int t = 0; t < Tile; ++t) {
          const int kx = column - t * StrideW;
          if (kx >= 0 && kx < KernelW)
            sum[t] = v::fma(pixel, v::load(weights + (ky * KernelW + kx) * v::width), sum[t]);
        }
      }
#pragma GCC unroll 8
    for (int t = 0; t < Tile; ++t) {
      const typename v::type clamped = v::min(highest, v::max(lowest, sum[t]));
      if (channels >= v::width)
        v::store(to + t * y_pitch, clamped);
      else
        v::store_first(to + t * y_pitch, clamped, channels);
    }
  };
  for (; out >= tile; out -= tile, x += tile * StrideW * pixel_pitch, y += tile * y_pitch)
    columns.template operator()<tile>(x, y);
  for (; out > 0; --out, x += StrideW * pixel_pitch, y += y_pitch) columns.template operator()<1>(x, y);
}

}  // namespace edgenn::microkernels
