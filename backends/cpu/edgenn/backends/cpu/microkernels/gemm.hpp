#pragma once
#include <cstddef>
#include <edgenn/backends/cpu/microkernels/gemm_neon.hpp>
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

/// Whether factors are best loaded by twos, so that a vector of weights has two of k for each of its columns.
template <class V>
concept multiplies_pairs = requires(typename V::type v, const float* p) {
  v = V::load_twice(p);
};

/// The register tiles of an instruction set: `rows` x `vectors` accumulators leave room for the operands. The
/// right operand is cut into panels of `columns`; the last ones may be narrower, of one vector and more rows.
template <class Isa>
struct gemm_tile {
  static constexpr bool many_registers = vec<Isa>::registers >= 32;
  static constexpr int vectors = multiplies_memory<vec<Isa>> ? 4 : 2;
  static constexpr int rows = !many_registers ? 12 / vectors : has_lanes<vec<Isa>> ? 8 : 7;
  static constexpr int columns = vectors * vec<Isa>::width;

  /// Columns of a tile of `gemm_pairs`: vectors have two k for each of theirs.
  static constexpr int paired_columns = columns / 2;

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
  int left_pitch;      ///< floats from one row of the left operand to the next
  const float* right;  ///< the panel in the order of `packed_index`, zero beyond the last real column
  const float* bias;   ///< [columns]
  int out_pitch;       ///< floats from one row of the result to the next
  int columns;         ///< real ones: how many are written
  float low, high;     ///< the result is clamped to [low, high]
  const float* next = nullptr;  ///< the panel of the next product, to be fetched meanwhile, or none
  bool paired = false;          ///< the order of the panel is that of `gemm_pairs`
  /// Floats between what a tile writes and what it asks the cache for, to be written later.
  std::ptrdiff_t out_ahead = 0;
};

/// Whether the weights of a panel of `columns` are to be packed in the order of `gemm_pairs`, for runs of
/// `length`.
template <class Isa>
constexpr bool is_paired(int columns, int length) {
  return multiplies_pairs<vec<Isa>> && columns == gemm_tile<Isa>::columns && length % 2 == 0;
}

/// Where the weight of (k, column) is in its panel, of `size` k: [k][columns], or `paired`.
template <class Isa>
constexpr int packed_index(int columns, bool paired, int size, int k, int column) {
  if (!paired) return k * columns + column;
  constexpr int part = gemm_tile<Isa>::paired_columns;
  return column / part * part * size + k / 2 * 2 * part + column % part * 2 + k % 2;
}

/// Instead of a number of floats that are fetched for each k: one that only a class derived knows.
inline constexpr int fetch_any = -1;

/// y[m][n] = clamp(bias[n] + sum over k of a[m][k] * b[k][n]) for `Rows` rows and a panel of `Vectors`
/// vectors `V`. A NaN stays one. Goto and van de Geijn 2008, "Anatomy of high-performance matrix
/// multiplication", without their packing of the left operand: rows of an HWC image are read where they lie.
///
/// For each k it also asks the cache for `Fetch` floats, weights that a later product needs: from `ahead` on,
/// and `Pitch` further for each k. If it leaves some between them to another tile, it is in no hurry, and the
/// second-level cache is near enough. With `fetch_any` that is up to those that derive from the class, and so
/// are the sums of several products. `Isa` keeps functions apart that are compiled for different processors.
template <class Isa, class V, int Rows, int Vectors, int Fetch = 0, int Pitch = Fetch>
class gemm_rows {
 public:
  [[gnu::noinline]] static void run(const float* a, float* y, const gemm_panel_job& job,
                                    const float* ahead = nullptr) {
    gemm_rows tile;
    if constexpr (columns >= line) {  // the lines of a result are on their way when it is complete
#pragma GCC unroll 16
      for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 4
        for (int i = 0; i < columns; i += line)
          __builtin_prefetch(y + job.out_ahead + m * job.out_pitch + i, 1);
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

 protected:
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
      for (int i = 0; i < Count * Fetch; i += line)
        __builtin_prefetch(ahead + i / Fetch * Pitch + i % Fetch, 0, Fetch < line ? 3 : 2);
      ahead += Count * Pitch;
    }
    if constexpr (Fetch == fetch_any) {
#pragma GCC unroll 16
      for (int k = 0; k < Count; ++k) {
        __builtin_prefetch(ahead, 0, 2);
        ahead += ahead_step;
      }
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
  std::ptrdiff_t ahead_step;
  std::ptrdiff_t pitch;
};

/// The same products of `Rows` rows and `paired_columns` columns, with weights [k / 2][columns][2]: two
/// adjacent elements of the left operand are loaded as they are, twice, where broadcasting one were a shuffle
/// that waits for the units that multiply and add. The sums of even and odd k are added at the end.
template <class Isa, int Rows>
class gemm_pairs {
 public:
  [[gnu::noinline]] static void run(const float* a, float* y, const gemm_panel_job& job, int tiles) {
    for (; tiles > 0; --tiles) {
      gemm_pairs tile;
      tile.compute(a, y, job);
      a += Rows * job.left_pitch;
      y += Rows * job.out_pitch;
    }
  }

 private:
  using V = vec<Isa>;
  using vector = typename V::type;
  static constexpr int columns = gemm_tile<Isa>::paired_columns, vectors = 2 * columns / V::width;
  static constexpr int in_registers = 2;  ///< vectors of weights

  [[gnu::always_inline]] void compute(const float* a, float* y, const gemm_panel_job& job) {
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 8
      for (int j = 0; j < vectors; ++j) sum[m][j] = V::zero();
    b = job.right;
    pitch = job.left_pitch;
    for (int o = 0; o < job.left.outer; ++o)
      for (int i = 0; i < job.left.inner; ++i)
        add_run(a + o * job.left.outer_pitch + i * job.left.inner_pitch, job.left.length);
    store(y, job);
  }

  [[gnu::always_inline]] void add_run(const float* x, int length) {
    constexpr int together = 4;
#pragma GCC unroll 1
    for (; length >= 2 * together; length -= 2 * together) {
#pragma GCC unroll 4
      for (int k = 0; k < together; ++k) add(x + 2 * k, b + 2 * k * columns);
      x += 2 * together;
      b += 2 * together * columns;
    }
#pragma GCC unroll 1
    for (; length > 0; length -= 2) {
      add(x, b);
      x += 2;
      b += 2 * columns;
    }
  }

  [[gnu::always_inline]] void add(const float* x, const float* weights) {
    asm("" : "+r"(pitch));
    vector w[in_registers];
#pragma GCC unroll 4
    for (int j = 0; j < in_registers; ++j) w[j] = V::in_register(V::load(weights + j * V::width));
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m) {
      const vector factor = V::load_twice(x + m * pitch);
#pragma GCC unroll 8
      for (int j = 0; j < vectors; ++j)
        if (j < in_registers)
          sum[m][j] = V::in_register(V::fma(w[j], factor, sum[m][j]));
        else if (j < vectors - 1)
          V::add_product(sum[m][j], factor, weights + j * V::width);
        else
          V::add_last_product(sum[m][j], factor, weights + j * V::width);
    }
  }

  [[gnu::always_inline]] void store(float* y, const gemm_panel_job& job) {
    const vector low = V::broadcast(job.low), high = V::broadcast(job.high);
    const auto result = [&](int m, int j) __attribute__((always_inline)) {
      const vector all = V::add_pairs(sum[m][2 * j], sum[m][2 * j + 1]);
      return V::clamp(V::add(all, V::load(job.bias + j * V::width)), low, high);
    };
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m, y += job.out_pitch)
#pragma GCC unroll 8
      for (int j = 0; j < vectors / 2; ++j) {
        const int left = job.columns - j * V::width;
        if (left >= V::width)
          V::store(y + j * V::width, result(m, j));
        else if (left > 0)
          V::store_first(y + j * V::width, result(m, j), left);
      }
  }

  vector sum[Rows][vectors];
  const float* b;
  std::ptrdiff_t pitch;
};

/// A panel in this order, for any number of rows.
template <class Isa>
void gemm_panel_of_pairs(const float* a, float* y, int rows, gemm_panel_job job) {
  using shape = gemm_tile<Isa>;
  constexpr int columns = shape::paired_columns;
  static_assert(shape::rows == 3);
  const int whole = rows % 3 == 1 && rows > 3 ? rows / 3 - 1 : rows / 3;
  for (int left = job.columns; left > 0; left -= columns) {
    job.columns = left < columns ? left : columns;
    gemm_pairs<Isa, 3>::run(a, y, job, whole);
    const float* rest = a + 3 * whole * job.left_pitch;
    float* to = y + 3 * whole * job.out_pitch;
    const int others = rows - 3 * whole;
    if (others >= 2) gemm_pairs<Isa, 2>::run(rest, to, job, others / 2);
    if (others == 1) gemm_pairs<Isa, 1>::run(rest, to, job, 1);
    job.right += job.left.size() * columns;
    job.bias += columns;
    y += columns;
  }
}

/// Computes the whole tiles among `rows` in assembly, if the instruction set has a tile of this shape and
/// can. Returns how many rows.
template <class Isa, int Rows, int Vectors>
int assembled_rows([[maybe_unused]] const float* a, [[maybe_unused]] float* y, [[maybe_unused]] int rows,
                   [[maybe_unused]] const gemm_panel_job& job) {
#if defined(__aarch64__)
  if constexpr (std::is_same_v<Isa, isa::neon> && Rows == 8 && Vectors == 2) {
    const bool can = job.left.outer * job.left.inner == 1 && job.left.length % 8 == 0 && job.columns == 8;
    if (rows < Rows || !can) return 0;
    constexpr std::ptrdiff_t bytes = sizeof(float);
    const float limits[] = {job.low, job.high};
    gemm_tiles_neon(a, bytes * job.left_pitch, job.right, job.left.length, job.bias, y, bytes * job.out_pitch,
                    limits, rows / Rows);
    return rows / Rows * Rows;
  }
#endif
  return 0;
}

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
  if constexpr (wide && multiplies_pairs<v>)
    if (job.paired) return gemm_panel_of_pairs<Isa>(a, y, rows, job);
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
  // Others leave enough rows for two tiles of about the same size.
  advance(assembled_rows<Isa, tile, vectors>(a, y, rows % tile == 0 ? rows : rows - tile, job));
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
