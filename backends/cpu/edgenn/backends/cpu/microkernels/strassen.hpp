#pragma once
#include <cstddef>
#include <edgenn/backends/cpu/microkernels/gemm.hpp>

namespace edgenn::microkernels {

/// What all tiles of one product with a pair of panels share.
struct strassen_job {
  int half;                  ///< half of the length of the sums
  int left_pitch;            ///< floats from one row of the left operand to the next
  int sum_pitch;             ///< the same of its sums
  const float* right;        ///< [7][half][columns]
  const float* bias;         ///< [2][columns]
  const float* scale;        ///< [2][columns]: what the products of a filter are multiplied by
  int out_pitch;             ///< floats from one row of the result to the next
  int columns;               ///< real ones of both panels: how many are written
  float low, high;           ///< the result is clamped to [low, high]
  std::ptrdiff_t next_step;  ///< floats of the weights that a tile is to fetch for each step of its sums
};

/// Where two tiles of rows lie: the second one `in_between` floats behind the first one in the left operand
/// and `out_between` in the result.
struct strassen_rows {
  const float* a;
  float* y;
  std::ptrdiff_t in_between, out_between;
};

/// Strassen's algorithm in the form of Winograd (1971), with 15 additions to its 7 products: two tiles of
/// `Rows` rows, C1 and C2, times a pair of panels. With the halves of rows and sums of both operands,
///   S1 = A21 + A22   S2 = S1 - A11   S3 = A11 - A21   S4 = A12 - S2
///   T1 = B12 - B11   T2 = B22 - T1   T3 = B22 - B12   T4 = B21 - T2
///   P5 = S1 T1   U2 = A11 B11 + S2 T2   U3 = U2 + S3 T3   U4 = U2 + P5
///   C11 = A11 B11 + A12 B21   C21 = U3 + A22 T4   C22 = U3 + P5   C12 = U4 + S4 B22
/// The products add up in the accumulators, so that only P5, A11 B11 and U4 are stored between them.
template <class Isa, int Rows>
class strassen_tile : gemm_rows<Isa, vec<Isa>, Rows, gemm_tile<Isa>::vectors, fetch_any> {
  using V = vec<Isa>;
  using vector = typename V::type;
  static constexpr int vectors = gemm_tile<Isa>::vectors, columns = gemm_tile<Isa>::columns;

 public:
  /// `sums` are [4][Rows][sum_pitch]; from `next` on weights are fetched that a later product needs.
  [[gnu::noinline]] static void run(const strassen_rows& rows, const float* sums, const strassen_job& job,
                                    const float* next) {
    strassen_tile tile;
    alignas(64) float p5[Rows * columns], u[Rows * columns];
    const float *a1 = rows.a, *a2 = a1 + rows.in_between;
    float *y1 = rows.y, *y2 = y1 + rows.out_between;
    const int sum_size = Rows * job.sum_pitch, half = job.half;
    tile.ahead = next;
    tile.ahead_step = job.next_step;
    tile.b = job.right;
    tile.begin();
    tile.add(sums, job.sum_pitch, half);  // P5
    tile.save(p5);
    tile.begin();
    tile.add(a1, job.left_pitch, half);
    tile.save(u);
    tile.add(a1 + half, job.left_pitch, half);  // C11
    tile.write(y1, 0, job);
    tile.restore(u);
    tile.add(sums + sum_size, job.sum_pitch, half);  // U2
    tile.save_with(u, p5);
    tile.add(sums + 2 * sum_size, job.sum_pitch, half);  // U3
    tile.write_with(y2, 1, job, p5);
    tile.add(a2 + half, job.left_pitch, half);  // C21
    tile.write(y2, 0, job);
    tile.restore(u);
    tile.add(sums + 3 * sum_size, job.sum_pitch, half);  // C12
    tile.write(y1, 1, job);
  }

 private:
  [[gnu::always_inline]] void add(const float* a, int from_row_to_row, int length) {
    this->pitch = from_row_to_row;
    this->add_run(a, length);
  }
  template <class F>
  [[gnu::always_inline]] void for_each(F f) {
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 8
      for (int j = 0; j < vectors; ++j) f(this->sum[m][j], m * columns + j * V::width);
  }
  [[gnu::always_inline]] void begin() {
    for_each([](vector & s, int) __attribute__((always_inline)) { s = V::zero(); });
  }
  [[gnu::always_inline]] void save(float* to) {
    for_each([to](vector & s, int i) __attribute__((always_inline)) { V::store(to + i, s); });
  }
  [[gnu::always_inline]] void save_with(float* to, const float* more) {
    for_each([=](vector & s, int i)
                 __attribute__((always_inline)) { V::store(to + i, V::add(s, V::load(more + i))); });
  }
  [[gnu::always_inline]] void restore(const float* from) {
    for_each([from](vector & s, int i) __attribute__((always_inline)) { s = V::load(from + i); });
  }
  /// To the columns of panel 0 or 1.
  [[gnu::always_inline]] void write(float* y, int panel, const strassen_job& job) {
    write_results(
        y, panel, job, [&](int m, int j) __attribute__((always_inline)) { return this->sum[m][j]; });
  }
  /// The sums and what was saved at `more`.
  [[gnu::always_inline]] void write_with(float* y, int panel, const strassen_job& job, const float* more) {
    write_results(
        y, panel, job, [&](int m, int j) __attribute__((always_inline)) {
          return V::add(this->sum[m][j], V::load(more + m * columns + j * V::width));
        });
  }
  template <class F>
  [[gnu::always_inline]] static void write_results(float* y, int panel, const strassen_job& job, F sums) {
    const vector low = V::broadcast(job.low), high = V::broadcast(job.high);
    const float *bias = job.bias + panel * columns, *scale = job.scale + panel * columns;
    write_columns(
        y + panel * columns, job.out_pitch,
        job.columns - panel * columns, [&](int m, int j) __attribute__((always_inline)) {
          const vector s = V::fma(sums(m, j), V::load(scale + j * V::width), V::load(bias + j * V::width));
          return V::clamp(s, low, high);
        });
  }
  /// The first `real` columns of the vectors `result(m, j)`.
  template <class F>
  [[gnu::always_inline]] static void write_columns(float* y, int pitch, int real, F result) {
    if (real >= columns) {
#pragma GCC unroll 16
      for (int m = 0; m < Rows; ++m, y += pitch)
#pragma GCC unroll 8
        for (int j = 0; j < vectors; ++j) V::store(y + j * V::width, result(m, j));
    } else {
#pragma GCC unroll 16
      for (int m = 0; m < Rows; ++m, y += pitch)
#pragma GCC unroll 8
        for (int j = 0; j < vectors; ++j) {
          const int left = real - j * V::width;
          if (left >= V::width)
            V::store(y + j * V::width, result(m, j));
          else if (left > 0)
            V::store_first(y + j * V::width, result(m, j), left);
        }
    }
  }
};

/// S1 to S4 of two tiles of `count` rows.
template <class Isa>
void strassen_sums(const strassen_rows& rows, int count, float* sums, const strassen_job& job) {
  using V = vec<Isa>;
  const int size = count * job.sum_pitch;
  for (int m = 0; m < count; ++m, sums += job.sum_pitch) {
    const float *a11 = rows.a + m * job.left_pitch, *a12 = a11 + job.half;
    const float *a21 = a11 + rows.in_between, *a22 = a21 + job.half;
    float *s1 = sums, *s2 = s1 + size, *s3 = s2 + size, *s4 = s3 + size;
    int k = 0;
    for (; k + V::width <= job.half; k += V::width) {
      const auto x = V::load(a11 + k), y = V::load(a21 + k);
      const auto s = V::add(y, V::load(a22 + k)), t = V::sub(s, x);
      V::store(s1 + k, s);
      V::store(s2 + k, t);
      V::store(s3 + k, V::sub(x, y));
      V::store(s4 + k, V::sub(V::load(a12 + k), t));
    }
    for (; k < job.half; ++k) {
      s1[k] = a21[k] + a22[k];
      s2[k] = s1[k] - a11[k];
      s3[k] = a11[k] - a21[k];
      s4[k] = a12[k] - s2[k];
    }
  }
}

}  // namespace edgenn::microkernels
