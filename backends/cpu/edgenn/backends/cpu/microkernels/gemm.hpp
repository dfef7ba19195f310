#pragma once
#include <cstddef>
#include <edgenn/backends/cpu/microkernels/vec.hpp>
#include <type_traits>
#include <utility>

namespace edgenn::microkernels {

/// Where a row of the left operand finds its elements: `outer` x `inner` runs of `length` adjacent floats.
struct runs {
  int outer, inner, length;
  int outer_pitch, inner_pitch;  ///< floats from one run to the next

  constexpr int size() const { return outer * inner * length; }
};

/// The vectors of an instruction set's narrowest panel: shorter than its own where those cost less.
template <class Isa>
struct least_vec {
  using type = vec<Isa>;
};
#if defined(__AVX512VL__) && defined(__FMA__)
template <>
struct least_vec<isa::avx512> {
  using type = vec<isa::avx2>;
};
#endif

/// Whether an element of a vector can be a factor of all elements of another, so that one load brings several
/// factors.
template <class V>
concept has_lanes = requires(typename V::type v) {
  V::template fma_lane<0>(v, v, v);
};

/// Whether products with vectors in memory cost no more than others, so that these need no registers.
template <class V>
concept multiplies_memory = requires(typename V::type v, const float* p) {
  V::add_product(v, v, p);
};

/// The register tiles of an instruction set: `rows` x `vectors` accumulators leave room for the operands. The
/// right operand is cut into panels of `columns`; the last ones may be narrower, of one vector and more rows.
template <class Isa>
struct gemm_tile {
  static constexpr bool many_registers = vec<Isa>::registers >= 32;
  static constexpr int vectors = multiplies_memory<vec<Isa>> ? 4 : 2;
  static constexpr int rows = !many_registers ? 12 / vectors : has_lanes<vec<Isa>> ? 8 : 7;
  static constexpr int columns = vectors * vec<Isa>::width;

  static constexpr int narrow_rows = many_registers && !has_lanes<vec<Isa>> ? 14 : 12;
  static constexpr int narrow_columns = vec<Isa>::width;
  static constexpr int least_columns = least_vec<Isa>::type::width;

  /// Columns of the next panel, if `left` ones are left: what pads the fewest.
  static constexpr int next_panel(int left) {
    if (left <= least_columns) return least_columns;
    return left <= narrow_columns || left <= columns - least_columns ? narrow_columns : columns;
  }
  /// Columns of all panels for `n` ones.
  static constexpr int padded(int n) {
    int sum = n / columns * columns;
    for (int left = n - sum; left > 0; left -= next_panel(left)) sum += next_panel(left);
    return sum;
  }
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

/// y[m][n] = clamp(bias[n] + sum over k of a[m][k] * b[k][n]) for `Rows` rows and a panel of `Vectors`
/// vectors `V`. A NaN stays one. Goto and van de Geijn 2008, "Anatomy of high-performance matrix
/// multiplication", without their packing of the left operand: rows of an HWC image are read where they lie.
///
/// For each k it also asks the cache for `Fetch` floats from `ahead` on, weights that a later product needs.
/// `Isa` keeps functions apart that are compiled for different processors.
template <class Isa, class V, int Rows, int Vectors, int Fetch = 0>
class gemm_rows {
 public:
  [[gnu::noinline]] static void run(const float* a, float* y, const gemm_panel_job& job,
                                    const float* ahead = nullptr) {
    gemm_rows tile;
    if constexpr (columns >= line) {  // the lines of the result are on their way when it is complete
#pragma GCC unroll 16
      for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 4
        for (int i = 0; i < columns; i += line) __builtin_prefetch(y + m * job.out_pitch + i, 1);
    }
    tile.begin(job.bias);
    tile.b = job.right;
    tile.ahead = ahead;
    tile.pitch = job.left_pitch;
    for (int o = 0; o < job.left.outer; ++o)
      for (int i = 0; i < job.left.inner; ++i)
        tile.add_run(a + o * job.left.outer_pitch + i * job.left.inner_pitch, job.left.length);
    tile.store(y, job);
  }

 private:
  using vector = typename V::type;
  static constexpr int columns = Vectors * V::width;
  /// With few general registers, three rows are addressed from one: x86 has such addressing modes, but its
  /// compilers, left alone, spend a register on every address.
  static constexpr int rows_of_base = V::registers >= 32 && has_lanes<V> ? 1 : 3;
  static constexpr int bases = (Rows + rows_of_base - 1) / rows_of_base;
  static constexpr int line = 16;  ///< floats of a cache line

  [[gnu::always_inline]] void begin(const float* bias) {
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j) sum[m][j] = V::load(bias + j * V::width);
  }

  [[gnu::always_inline]] void add_run(const float* run, int length) {
    const float* x[bases];
#pragma GCC unroll 16
    for (int r = 0; r < bases; ++r) x[r] = r == 0 ? run : x[r - 1] + rows_of_base * pitch;
    if constexpr (has_lanes<V> || multiplies_memory<V>) {
#pragma GCC unroll 1
      for (; length >= V::width; length -= V::width) add<V::width>(x);
    }
#pragma GCC unroll 1
    for (; length > 0; --length) add<1>(x);
  }

  /// The next `Count` of k.
  template <int Count>
  [[gnu::always_inline]] void add(const float* (&x)[bases]) {
#pragma GCC unroll 16
    for (int r = 0; r < bases; ++r) asm("" : "+r"(x[r]));
    asm("" : "+r"(pitch));
    if constexpr (Fetch > 0) {
#pragma GCC unroll 4
      for (int i = 0; i < Count * Fetch; i += line) __builtin_prefetch(ahead + i, 0, 3);
      ahead += Count * Fetch;
    }
    if constexpr (multiplies_memory<V>) {
#pragma GCC unroll 16
      for (int m = 0; m < Rows; ++m) {
        const float* from = x[m / rows_of_base] + m % rows_of_base * pitch;
        if constexpr (Count == 1)
          add_products_of_row(m, V::broadcast(*from), b);
        else
          add_lanes_of_row(m, V::load(from), std::make_integer_sequence<int, Count>{});
      }
      b += Count * columns;
    } else if constexpr (has_lanes<V> && Count == V::width) {
      vector left[Rows];
#pragma GCC unroll 16
      for (int m = 0; m < Rows; ++m) left[m] = V::load(x[m / rows_of_base] + m % rows_of_base * pitch);
      add_lanes(left, std::make_integer_sequence<int, Count>{});
    } else {
#pragma GCC unroll 4
      for (int k = 0; k < Count; ++k)
        add_products([&](int m, vector w, vector c) __attribute__((always_inline)) {
          return V::fma(V::broadcast(x[m / rows_of_base][m % rows_of_base * pitch + k]), w, c);
        });
    }
#pragma GCC unroll 16
    for (int r = 0; r < bases; ++r) x[r] += Count;
  }

  template <int... Lane>
  [[gnu::always_inline]] void add_lanes(const vector (&left)[Rows], std::integer_sequence<int, Lane...>) {
    (add_products([&](int m, vector w, vector c)
                      __attribute__((always_inline)) { return V::template fma_lane<Lane>(left[m], w, c); }),
     ...);
  }

  template <int... Lane>
  [[gnu::always_inline]] void add_lanes_of_row(int m, vector left, std::integer_sequence<int, Lane...>) {
    (add_products_of_row(m, V::template broadcast_lane<Lane>(left), b + Lane * columns), ...);
  }
  [[gnu::always_inline]] void add_products_of_row(int m, vector factor, const float* w) {
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) V::add_product(sum[m][j], factor, w + j * V::width);
  }

  /// One k: `fma(m, w, c)` is the left element of row m times w, plus c.
  template <class F>
  [[gnu::always_inline]] void add_products(F fma) {
    vector w[Vectors];
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) w[j] = V::load(b + j * V::width);
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j) sum[m][j] = fma(m, w[j], sum[m][j]);
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j) sum[m][j] = V::in_register(sum[m][j]);
    b += columns;
  }

  [[gnu::always_inline]] void store(float* y, const gemm_panel_job& job) {
    const vector low = V::broadcast(job.low), high = V::broadcast(job.high);
    const auto result = [&](int m, int j) __attribute__((always_inline)) {
      return V::clamp(sum[m][j], low, high);
    };
    if (job.columns == columns) {
#pragma GCC unroll 16
      for (int m = 0; m < Rows; ++m, y += job.out_pitch)
#pragma GCC unroll 8
        for (int j = 0; j < Vectors; ++j) V::store(y + j * V::width, result(m, j));
    } else {
#pragma GCC unroll 16
      for (int m = 0; m < Rows; ++m, y += job.out_pitch)
#pragma GCC unroll 8
        for (int j = 0; j < Vectors; ++j) {
          const int left = job.columns - j * V::width;
          if (left >= V::width)
            V::store(y + j * V::width, result(m, j));
          else if (left > 0)
            V::store_first(y + j * V::width, result(m, j), left);
        }
    }
  }

  vector sum[Rows][Vectors];
  const float* b;      ///< the weights of the next k
  const float* ahead;  ///< what to fetch next
  std::ptrdiff_t pitch;
};

/// The same for any number of rows and a panel of `Columns`, one of the widths of `gemm_tile`: whole tiles,
/// then smaller ones of about the same size, because a tile of few rows waits for its own results. The first
/// tiles fetch the next panel, if there are enough of them: half a cache line for each k is slow enough not
/// to disturb.
template <class Isa, int Columns = gemm_tile<Isa>::columns>
void gemm_panel(const float* a, float* y, int rows, const gemm_panel_job& job) {
  using shape = gemm_tile<Isa>;
  constexpr bool wide = Columns == shape::columns;
  using v = std::conditional_t<(Columns < vec<Isa>::width), typename least_vec<Isa>::type, vec<Isa>>;
  constexpr int tile = wide ? shape::rows : shape::narrow_rows, vectors = Columns / v::width;
  constexpr int most = tile == 7 ? 8 : tile;
  const auto advance = [&](int done) {
    rows -= done;
    a += done * job.left_pitch;
    y += done * job.out_pitch;
  };
  if constexpr (wide) {
    constexpr int fetched = 8, fetching = Columns / fetched;
    if (job.next != nullptr && rows >= fetching * tile) {
      const int slice = job.left.size() * fetched;
      for (int i = 0; i < fetching; ++i) {
        gemm_rows<Isa, v, tile, vectors, fetched>::run(a, y, job, job.next + i * slice);
        advance(tile);
      }
    }
  }
  while (rows > 2 * most) {
    gemm_rows<Isa, v, tile, vectors>::run(a, y, job);
    advance(tile);
  }
  // There are tiles of all sizes up to 8, beyond that of even ones only.
  const auto compute = [&]<int... Rows>(int count, std::integer_sequence<int, Rows...>) {
    static_cast<void>(((count == Rows && (gemm_rows<Isa, v, Rows, vectors>::run(a, y, job), true)) || ...));
  };
  while (rows > 0) {
    int count = rows > most ? (rows + 1) / 2 : rows;
    if (count > 8 && count % 2 == 1) count = rows > most ? count + 1 : (count + 1) / 2;
    if constexpr (most == 3)
      compute(count, std::integer_sequence<int, 3, 2, 1>{});
    else if constexpr (most == 6)
      compute(count, std::integer_sequence<int, 6, 5, 4, 3, 2, 1>{});
    else if constexpr (most == 8)
      compute(count, std::integer_sequence<int, 7, 8, 6, 5, 4, 3, 2, 1>{});
    else if constexpr (most == 12)
      compute(count, std::integer_sequence<int, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1>{});
    else
      compute(count, std::integer_sequence<int, 14, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1>{});
    advance(count);
  }
}

}  // namespace edgenn::microkernels
