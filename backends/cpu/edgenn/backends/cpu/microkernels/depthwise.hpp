#pragma once
#include <edgenn/backends/cpu/microkernels/vec.hpp>

namespace edgenn::microkernels {

/// What the rows of one depthwise convolution share, for one vector of channels.
struct depthwise_job {
  int pixel_pitch, row_pitch;  ///< of the input, in floats
  const float* weights;        ///< [kernel height][kernel width][width]
  const float* bias;           ///< [width]
  int out_pitch;               ///< floats from one output to the next
  int channels;                ///< real ones: how many are read and written, at most the width
  float low, high;             ///< the result is clamped to [low, high]
};

namespace detail {

template <class Isa>
void store_clamped(float* y, typename vec<Isa>::type sum, const depthwise_job& job) {
  using v = vec<Isa>;
  const auto out = v::min(v::broadcast(job.high), v::max(v::broadcast(job.low), sum));
  if (job.channels >= v::width)
    v::store(y, out);
  else
    v::store_first(y, out, job.channels);
}

template <class Isa>
typename vec<Isa>::type load_channels(const float* x, const depthwise_job& job) {
  return job.channels >= vec<Isa>::width ? vec<Isa>::load(x) : vec<Isa>::load_first(x, job.channels);
}

/// `Tile` adjacent outputs whose taps all lie on the input. Every input pixel is loaded once.
template <class Isa, int KernelH, int KernelW, int StrideW, int Tile, class Weights>
[[gnu::always_inline]] inline void depthwise_tile(const float* x, float* y, const depthwise_job& job,
                                                  const Weights& weight) {
  using v = vec<Isa>;
  typename v::type sum[Tile];
#pragma GCC unroll 16
  for (int t = 0; t < Tile; ++t) sum[t] = v::load(job.bias);
#pragma GCC unroll 16
  for (int ky = 0; ky < KernelH; ++ky)
#pragma GCC unroll 32
    for (int column = 0; column < (Tile - 1) * StrideW + KernelW; ++column) {
      const auto pixel = load_channels<Isa>(x + ky * job.row_pitch + column * job.pixel_pitch, job);
#pragma GCC unroll 16
      for (int t = 0; t < Tile; ++t) {
        const int kx = column - t * StrideW;
        if (kx >= 0 && kx < KernelW) sum[t] = v::fma(pixel, weight(ky, kx), sum[t]);
      }
    }
#pragma GCC unroll 16
  for (int t = 0; t < Tile; ++t) store_clamped<Isa>(y + t * job.out_pitch, sum[t], job);
}

}  // namespace detail

/// `count` adjacent outputs whose taps all lie on the input; the first one's taps start at `x`.
template <class Isa, int KernelH, int KernelW, int StrideW>
[[gnu::noinline]] void depthwise_row(const float* x, float* y, int count, const depthwise_job& job) {
  using v = vec<Isa>;
  constexpr int tile = v::registers >= 32 ? 7 : 4;
  const auto row = [&](const auto& weight) {
    for (; count >= tile; count -= tile, x += tile * StrideW * job.pixel_pitch, y += tile * job.out_pitch)
      detail::depthwise_tile<Isa, KernelH, KernelW, StrideW, tile>(x, y, job, weight);
    for (; count > 0; --count, x += StrideW * job.pixel_pitch, y += job.out_pitch)
      detail::depthwise_tile<Isa, KernelH, KernelW, StrideW, 1>(x, y, job, weight);
  };
  if constexpr (KernelH * KernelW + tile < v::registers) {  // the weights fit into registers
    typename v::type weights[KernelH * KernelW];
#pragma GCC unroll 32
    for (int k = 0; k < KernelH * KernelW; ++k) weights[k] = v::load(job.weights + k * v::width);
    row([&](int ky, int kx) { return weights[ky * KernelW + kx]; });
  } else {
    row([&](int ky, int kx) { return v::load(job.weights + (ky * KernelW + kx) * v::width); });
  }
}

/// One output at the border: only the taps in [first_y, end_y) x [first_x, end_x) lie on the input. `x` is
/// where tap (0, 0) would lie.
template <class Isa>
[[gnu::noinline]] void depthwise_at_border(const float* x, float* y, int kernel_w, int first_y, int end_y,
                                           int first_x, int end_x, const depthwise_job& job) {
  using v = vec<Isa>;
  auto sum = v::load(job.bias);
  for (int ky = first_y; ky < end_y; ++ky)
    for (int kx = first_x; kx < end_x; ++kx)
      sum = v::fma(detail::load_channels<Isa>(x + ky * job.row_pitch + kx * job.pixel_pitch, job),
                   v::load(job.weights + (ky * kernel_w + kx) * v::width), sum);
  detail::store_clamped<Isa>(y, sum, job);
}

}  // namespace edgenn::microkernels
