#pragma once
#include <edgenn/backends/cpu/microkernels/vec.hpp>

namespace edgenn::microkernels {

/// Where a row of the left operand finds its elements: `outer` x `inner` runs of `length` adjacent floats.
struct runs {
  int outer, inner, length;
  int outer_pitch, inner_pitch;  ///< floats from one run to the next
};

/// The register tile of an instruction set: `rows` x `vectors` accumulators leave room for the operands.
template <class Isa>
struct gemm_tile {
  static constexpr int rows = vec<Isa>::registers >= 32 ? 7 : 6;
  static constexpr int vectors = 2;
  static constexpr int columns = vectors * vec<Isa>::width;
};

/// What all tiles of one product share.
struct gemm_panel_job {
  runs left;
  int left_pitch;               ///< floats from one row of the left operand to the next
  const float* right;           ///< the panel, [k][columns], zero beyond the last real column
  const float* bias;            ///< [columns]
  int out_pitch;                ///< floats from one row of the result to the next
  int columns;                  ///< real ones: how many are written
  float low, high;              ///< the result is clamped to [low, high]
  const float* next = nullptr;  ///< the panel of the next product, to be fetched meanwhile, or none
};

/// y[m][n] = clamp(bias[n] + sum over k of a[m][k] * b[k][n]) for `Rows` rows and the columns of one panel. A
/// NaN stays one. Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication", without
/// their packing of the left operand: rows of an HWC image are read where they lie.
///
/// For each k it also asks the cache for `Fetch` floats from `ahead` on, weights that a later product needs.
template <class Isa, int Rows, int Fetch = 0>
[[gnu::noinline]] void gemm_rows(const float* a, float* y, const gemm_panel_job& job,
                                 [[maybe_unused]] const float* ahead = nullptr) {
  using v = vec<Isa>;
  constexpr int vectors = gemm_tile<Isa>::vectors, columns = gemm_tile<Isa>::columns;
  typename v::type sum[Rows][vectors];
#pragma GCC unroll 8
  for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 8
    for (int j = 0; j < vectors; ++j) sum[m][j] = v::load(job.bias + j * v::width);
  const float* b = job.right;
  const int pitch = job.left_pitch;
  for (int o = 0; o < job.left.outer; ++o)
    for (int i = 0; i < job.left.inner; ++i) {
      const float* run = a + o * job.left.outer_pitch + i * job.left.inner_pitch;
#pragma GCC unroll 4
      for (int k = 0; k < job.left.length; ++k, b += columns) {
        if constexpr (Fetch > 0) {
          __builtin_prefetch(ahead);
          ahead += Fetch;
        }
        typename v::type w[vectors];
#pragma GCC unroll 8
        for (int j = 0; j < vectors; ++j) w[j] = v::load(b + j * v::width);
#pragma GCC unroll 8
        for (int m = 0; m < Rows; ++m) {
          const typename v::type x = v::broadcast(run[m * pitch + k]);
#pragma GCC unroll 8
          for (int j = 0; j < vectors; ++j) sum[m][j] = v::fma(x, w[j], sum[m][j]);
        }
      }
    }
  const typename v::type low = v::broadcast(job.low), high = v::broadcast(job.high);
#pragma GCC unroll 8
  for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 8
    for (int j = 0; j < vectors; ++j) {
      const typename v::type out = v::min(high, v::max(low, sum[m][j]));
      const int left = job.columns - j * v::width;
      if (left >= v::width)
        v::store(y + m * job.out_pitch + j * v::width, out);
      else if (left > 0)
        v::store_first(y + m * job.out_pitch + j * v::width, out, left);
    }
}

/// The same for any number of rows: whole tiles, then a smaller one. The first tiles fetch the next panel, if
/// there are enough of them: half a cache line for each k is slow enough not to disturb.
template <class Isa>
void gemm_panel(const float* a, float* y, int rows, const gemm_panel_job& job) {
  constexpr int tile = gemm_tile<Isa>::rows;
  constexpr int fetched = 8, fetching = gemm_tile<Isa>::columns / fetched;
  if (job.next != nullptr && rows >= fetching * tile) {
    const int slice = job.left.outer * job.left.inner * job.left.length * fetched;
    for (int i = 0; i < fetching; ++i, rows -= tile, a += tile * job.left_pitch, y += tile * job.out_pitch)
      gemm_rows<Isa, tile, fetched>(a, y, job, job.next + i * slice);
  }
  for (; rows >= tile; rows -= tile, a += tile * job.left_pitch, y += tile * job.out_pitch)
    gemm_rows<Isa, tile>(a, y, job);
  switch (rows) {
    case 1:
      return gemm_rows<Isa, 1>(a, y, job);
    case 2:
      return gemm_rows<Isa, 2>(a, y, job);
    case 3:
      return gemm_rows<Isa, 3>(a, y, job);
    case 4:
      return gemm_rows<Isa, 4>(a, y, job);
    case 5:
      return gemm_rows<Isa, 5>(a, y, job);
    case 6:
      if constexpr (tile > 6) return gemm_rows<Isa, 6>(a, y, job);
      break;
    default:
      break;
  }
}

/// y[n] = clamp(bias[n] + sum over k of x[k] * b[k][n]) for `Vectors` vectors of columns, b in the order
/// [k][Vectors * width]. Several sums for each column hide the latency of the additions.
template <class Isa, int Vectors>
[[gnu::noinline]] void gemv_panel(const float* x, int length, const float* b, const float* bias, float* y,
                                  int columns, float low, float high) {
  using v = vec<Isa>;
  constexpr int sums = Vectors >= 5 ? 1 : Vectors >= 3 ? 2 : 4, width = Vectors * v::width;
  typename v::type sum[sums][Vectors];
#pragma GCC unroll 8
  for (int s = 0; s < sums; ++s)
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) sum[s][j] = s == 0 ? v::load(bias + j * v::width) : v::zero();
  int k = 0;
  for (; k + sums <= length; k += sums)
#pragma GCC unroll 8
    for (int s = 0; s < sums; ++s, b += width) {
      const typename v::type factor = v::broadcast(x[k + s]);
      __builtin_prefetch(b + 2048);
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j) sum[s][j] = v::fma(factor, v::load(b + j * v::width), sum[s][j]);
    }
  for (; k < length; ++k, b += width)
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j)
      sum[0][j] = v::fma(v::broadcast(x[k]), v::load(b + j * v::width), sum[0][j]);
#pragma GCC unroll 8
  for (int j = 0; j < Vectors; ++j) {
    typename v::type total = sum[0][j];
#pragma GCC unroll 8
    for (int s = 1; s < sums; ++s) total = v::add(total, sum[s][j]);
    const typename v::type out = v::min(v::broadcast(high), v::max(v::broadcast(low), total));
    const int left = columns - j * v::width;
    if (left >= v::width)
      v::store(y + j * v::width, out);
    else if (left > 0)
      v::store_first(y + j * v::width, out, left);
  }
}

}  // namespace edgenn::microkernels
