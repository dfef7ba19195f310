#pragma once
#include <cstdint>
#include <edgenn/backends/cpu/microkernels/vec.hpp>
#include <edgenn/bfloat16.hpp>
#include <edgenn/half.hpp>

namespace edgenn::microkernels {

/// The vector of weights at `p`, in fp32.
/// @{
template <class Isa>
typename vec<Isa>::type load_weights(const float* p) {
  return vec<Isa>::load(p);
}
template <class Isa>
typename vec<Isa>::type load_weights(const half* p) {
  return vec<Isa>::load_half(p);
}
template <class Isa>
typename vec<Isa>::type load_weights(const bfloat16* p) {
  return vec<Isa>::load_bfloat16(p);
}
/// @}

/// Panels of columns of a matrix, one after the other.
template <class Stored>
struct gemv_job {
  const float* x;         ///< [length]
  const Stored* weights;  ///< [panel][length][columns of a panel]
  int length;
  const float* bias;  ///< for each column
  int columns;        ///< real ones: how many are written
  float low, high;    ///< the result is clamped to [low, high]
};

/// y[n] = clamp(bias[n] + sum over k of x[k] * weights[k][n]) for `Panels` panels of `Vectors` vectors. A NaN
/// stays one.
///
/// The processor fetches ahead what it sees read in order, and two streams of weights better than one;
/// instructions that ask for it only get in the way, but for one line in each page: within a page is as far
/// as it fetches, and it has yet to translate the address of the next one. With few columns several sums for
/// each one hide the latency of the additions.
template <class Isa, int Panels, int Vectors, class Stored>
[[gnu::noinline]] void gemv(const gemv_job<Stored>& job, float* y) {
  using v = vec<Isa>;
  constexpr int width = Vectors * v::width, all = Panels * Vectors, sums = all >= 5 ? 1 : all >= 3 ? 2 : 4;
  typename v::type sum[sums][Panels][Vectors];
#pragma GCC unroll 8
  for (int s = 0; s < sums; ++s)
#pragma GCC unroll 8
    for (int p = 0; p < Panels; ++p)
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j)
        sum[s][p][j] = s == 0 ? v::load(job.bias + (p * Vectors + j) * v::width) : v::zero();
  constexpr std::uintptr_t page = 4096;
  const long long panel = 1LL * job.length * width;
  const Stored* weights = job.weights;
  const auto step = [&](int s, float x) {
    const typename v::type factor = v::broadcast(x);
#pragma GCC unroll 8
    for (int p = 0; p < Panels; ++p)
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j)
        sum[s][p][j] = v::fma(factor, load_weights<Isa>(weights + p * panel + j * v::width), sum[s][p][j]);
    weights += width;
    if ((reinterpret_cast<std::uintptr_t>(weights) & (page - 1)) < width * sizeof(Stored))
#pragma GCC unroll 8
      for (int p = 0; p < Panels; ++p)
        __builtin_prefetch(reinterpret_cast<const char*>(weights + p * panel) + 2 * page, 0, 2);
  };
  int k = 0;
  for (; k + sums <= job.length; k += sums)
#pragma GCC unroll 8
    for (int s = 0; s < sums; ++s) step(s, job.x[k + s]);
  for (; k < job.length; ++k) step(0, job.x[k]);
  const typename v::type low = v::broadcast(job.low), high = v::broadcast(job.high);
#pragma GCC unroll 8
  for (int p = 0; p < Panels; ++p)
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) {
      typename v::type total = sum[0][p][j];
#pragma GCC unroll 8
      for (int s = 1; s < sums; ++s) total = v::add(total, sum[s][p][j]);
      const typename v::type out = v::min(high, v::max(low, total));
      const int first = (p * Vectors + j) * v::width, left = job.columns - first;
      if (left >= v::width)
        v::store(y + first, out);
      else if (left > 0)
        v::store_first(y + first, out, left);
    }
}

}  // namespace edgenn::microkernels
