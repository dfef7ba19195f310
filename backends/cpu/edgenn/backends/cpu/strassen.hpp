#pragma once
// Pointwise convolutions by one step of Strassen's algorithm: seven products of half the size in each
// dimension where eight would be.
#include <edgenn/backends/cpu/activation.hpp>
#include <edgenn/backends/cpu/border.hpp>
#include <edgenn/backends/cpu/microkernels/strassen.hpp>
#include <edgenn/backends/cpu/tag.hpp>
#include <edgenn/layers/conv2d.hpp>
#include <edgenn/share.hpp>
#include <edgenn/tensor_view.hpp>

namespace edgenn::detail {

/// Rows of a matrix in pairs of tiles, whose sizes differ by one at most. The tiles of the last pair have a
/// row in common if the number of rows is odd; those of short pairs, for which there are no tiles of their
/// size, have some.
template <class Isa>
struct strassen_cut {
  static constexpr int usual = microkernels::gemm_tile<Isa>::rows;
  static constexpr int most = usual == 7 ? 8 : usual;  ///< rows of a tile

  int rows, half, pairs;

  constexpr explicit strassen_cut(int r) : rows{r}, half{ceil_div(r, 2)}, pairs{half} {
    if (rows < usual - 1) return;
    pairs = ceil_div(half, most);
    if (pairs < half / usual) pairs = half / usual;
  }

  /// The first row of a pair, how many it has, and rows of each of its tiles.
  struct pair {
    int first, rows, tile;
  };
  constexpr pair operator[](int i) const {
    const auto begin = [this](int k) { return static_cast<int>(1LL * half * k / pairs); };
    const int first = 2 * begin(i), size = begin(i + 1) - begin(i);
    const int tile = rows < usual - 1 || size >= usual - 1 ? size : usual - 1;
    return {first, first + 2 * size < rows ? 2 * size : rows - first, tile};
  }
};

/// Calls `f` with the number of rows of a tile as a constant.
template <class Isa, class F>
void with_strassen_tile(int rows, F f) {
  constexpr int usual = microkernels::gemm_tile<Isa>::rows, most = strassen_cut<Isa>::most;
  if (rows == usual)
    f(std::integral_constant<int, usual>{});
  else if (rows == usual - 1)
    f(std::integral_constant<int, usual - 1>{});
  else if (rows == most)
    f(std::integral_constant<int, most>{});
  else
    f(std::integral_constant<int, 1>{});
}

/// How the weights and the sums of inputs lie in memory.
struct strassen_plan {
  int unit;       ///< rows of the image that are one matrix, apart from the last ones
  int unit_size;  ///< pixels of these
  int channels, filters;
  int columns;  ///< of a panel
  int block;    ///< pairs of tiles that all filters are computed for before the next ones are

  constexpr int matrices(int h) const { return ceil_div(h, unit); }
  constexpr int half() const { return channels / 2; }
  /// Pairs of panels.
  constexpr int panels() const { return ceil_div(filters, 2 * columns); }
  constexpr long long panel_size() const { return 7LL * half() * columns; }
  /// Biases and scales of a pair of panels.
  constexpr int head_size() const { return 4 * columns; }
  constexpr long long packed_size() const { return panels() * (head_size() + panel_size()); }
  /// Rows of sums lie a cache line more than a power of two apart.
  constexpr int sum_pitch() const { return ceil_div(half(), 16) * 16 + 16; }
};

/// For matrices of `unit` rows of the image: what parts of it are computed apart has the same results then.
template <class Isa>
constexpr strassen_plan strassen_plan_of(const conv2d& l, shape in, shape out, int unit) {
  strassen_plan plan{unit, unit * out.w, in.c, l.filters, microkernels::gemm_tile<Isa>::columns, 1};
  // Weights that stay in the second-level cache may be read for each pair of tiles, others for as many as
  // leave room for them there.
  constexpr long long kept = 128 * 1024, of_sums = 96 * 1024;  // floats
  const int pairs = plan.matrices(out.h) * strassen_cut<Isa>{plan.unit_size}.pairs;
  const int most = static_cast<int>(of_sums / (4LL * strassen_cut<Isa>::most * plan.sum_pitch()));
  if (plan.packed_size() > kept && most > 1) plan.block = ceil_div(pairs, ceil_div(pairs, most));
  return plan;
}

/// Whether the algorithm computes the layer at all.
constexpr bool strassen_applies(const conv2d& l, shape in) {
  return l.kernel == extent{1} && l.stride == extent{1} && l.groups == 1 && in.c % 2 == 0
         && !has_padding(l.window(in));
}

/// A layer, all numbers at run time: one driver serves all of an instruction set.
struct strassen_work {
  strassen_plan plan;
  tensor_view<const float> x;
  tensor_view<float> y;
  int out_h, out_w;
  const float* packed;  ///< biases and scales of all panels, then the weights
  float low, high;
  void (*activate)(float*, int);  ///< what clamping does not, or none
};

/// A share of the layer: all outputs of some pairs of tiles, or some of the filters for all of them.
///
/// The outputs of two rows and a pair of panels are mixed from shared sums: a NaN in the input reaches all
/// outputs of its pixel and may reach those of the other one (two, where tiles have a row in common); an
/// infinity may become NaN there, and inputs near the largest float overflow earlier than in a direct
/// convolution, because sums of four are formed. So a weight that is NaN or infinite may reach the outputs of
/// the filter that it is mixed with. A pixel much darker than its partner gets errors in proportion to that
/// one. Filters do not: each is scaled to about 1 when weights are packed, by a power of two, and back at the
/// end.
template <class Isa>
void convolve_strassen(const strassen_work& work, float* scratch, share which) {
  const strassen_plan& plan = work.plan;
  const bool flat = work.x.row_stride == work.out_w * work.x.pixel_stride
                    && work.y.row_stride == work.out_w * work.y.pixel_stride;
  // The last matrix may be smaller.
  const int matrices = flat ? plan.matrices(work.out_h) : work.out_h, before = matrices - 1;
  const int unit = flat ? plan.unit_size : work.out_w;
  const strassen_cut<Isa> cut{unit}, last{flat ? work.out_h * work.out_w - before * unit : work.out_w};
  const int pairs = before * cut.pairs + last.pairs, columns = 2 * plan.columns;
  const auto weights = static_cast<std::ptrdiff_t>(plan.panel_size());
  const long long by_rows = 1LL * ceil_div(pairs, which.count) * plan.panels();
  const long long by_filters = 1LL * ceil_div(plan.panels(), which.count) * pairs;
  const bool divide_filters =
      by_filters < by_rows
      || (by_filters == by_rows && plan.filters > pairs * 2 * cut.usual && which.count > 1);
  const share::range tiles = divide_filters ? share::range{0, pairs} : which.of(pairs);
  const share::range panels = divide_filters ? which.of(plan.panels()) : share::range{0, plan.panels()};
  microkernels::strassen_job job{plan.half(),
                                 work.x.pixel_stride,
                                 plan.sum_pitch(),
                                 nullptr,
                                 nullptr,
                                 nullptr,
                                 work.y.pixel_stride,
                                 0,
                                 work.low,
                                 work.high,
                                 0};
  const auto pair_of = [&](int i) {
    const int matrix = i < before * cut.pairs ? i / cut.pairs : before;
    auto pair = (matrix < before ? cut : last)[i - matrix * cut.pairs];
    pair.first += matrix * unit;
    return pair;
  };
  const auto rows_of = [&](const typename strassen_cut<Isa>::pair& p) {
    const std::ptrdiff_t row = flat ? 0 : p.first / unit, pixel = p.first - row * unit;
    const std::ptrdiff_t between = p.rows - p.tile;
    return microkernels::strassen_rows{work.x.data + row * work.x.row_stride + pixel * work.x.pixel_stride,
                                       work.y.data + row * work.y.row_stride + pixel * work.y.pixel_stride,
                                       between * work.x.pixel_stride, between * work.y.pixel_stride};
  };
  const int slot = 4 * cut.most * job.sum_pitch;
  for (int first = tiles.first; first < tiles.end; first += plan.block) {
    const int count = tiles.end - first < plan.block ? tiles.end - first : plan.block;
    for (int i = 0; i < count; ++i) {
      const auto p = pair_of(first + i);
      microkernels::strassen_sums<Isa>(rows_of(p), p.tile, scratch + i * slot, job);
    }
    for (int n = panels.first; n < panels.end; ++n) {
      job.right = work.packed + plan.panels() * plan.head_size() + n * weights;
      job.bias = work.packed + n * plan.head_size();
      job.scale = job.bias + columns;
      job.columns = plan.filters - n * columns < columns ? plan.filters - n * columns : columns;
      // The tiles of a block fetch the next panels, each a part of them: behind the last ones those of the
      // next block, or what lies there, which is often what the next layer reads first.
      const bool fetches = plan.block > 1 || first == tiles.first;
      const bool again = n + 1 == panels.end && first + plan.block < tiles.end;
      const std::ptrdiff_t to_next = again ? (panels.first - n) * weights : weights;
      job.next_step = fetches ? ceil_div(plan.columns, count) : 0;
      for (int i = 0; i < count; ++i) {
        const auto p = pair_of(first + i);
        microkernels::strassen_rows rows = rows_of(p);
        rows.y += n * columns;
        const float* next = job.right + (fetches ? to_next + i * 7 * job.half * job.next_step : 0);
        with_strassen_tile<Isa>(p.tile, [&]<int Rows>(std::integral_constant<int, Rows>) {
          microkernels::strassen_tile<Isa, Rows>::run(rows, scratch + i * slot, job, next);
        });
        if (work.activate != nullptr)
          for (int r = 0; r < p.rows; ++r)
            work.activate(rows.y + static_cast<std::ptrdiff_t>(r) * job.out_pitch, job.columns);
      }
    }
  }
}

/// The power of two above the largest magnitude of `count` weights that are finite, within limits that keep
/// it and its reciprocal normal; 1 if all are zero.
inline float strassen_scale(const float* weights, int count) {
  float largest = 0;
  for (int k = 0; k < count; ++k) {
    const float magnitude = weights[k] < 0 ? -weights[k] : weights[k];
    if (magnitude > largest && magnitude - magnitude == 0) largest = magnitude;
  }
  float scale = 1;
  for (int i = 0; i < 120 && scale <= largest; ++i) scale *= 2;
  for (int i = 0; i < 120 && largest > 0 && scale > 2 * largest; ++i) scale /= 2;
  return scale;
}

/// For each pair of panels both biases and both scales, then for each the right operands of the seven
/// products in their order.
inline void pack_strassen(const strassen_plan& plan, const float* canonical, bool has_bias, float* packed) {
  const int half = plan.half(), columns = plan.columns;
  for (int p = 0; p < plan.panels(); ++p)
    for (int n = 0; n < columns; ++n) {
      const int first = p * 2 * columns + n, second = first + columns;
      float* const head = packed + p * plan.head_size() + n;
      float scales[2];
      for (int i = 0; i < 2; ++i) {
        const int filter = i == 0 ? first : second;
        const bool real = filter < plan.filters;
        scales[i] = real ? strassen_scale(canonical + 1LL * filter * plan.channels, plan.channels) : 1;
        head[i * columns] = has_bias && real ? canonical[1LL * plan.filters * plan.channels + filter] : 0;
        head[(2 + i) * columns] = scales[i];
      }
      const auto weight = [&](int filter, int k) {
        if (filter >= plan.filters) return 0.;
        const double v = static_cast<double>(canonical[1LL * filter * plan.channels + k]);
        return v / static_cast<double>(scales[filter == first ? 0 : 1]);
      };
      float* to = packed + plan.panels() * plan.head_size() + p * plan.panel_size() + n;
      for (int k = 0; k < half; ++k) {
        const double b11 = weight(first, k), b12 = weight(second, k);
        const double b21 = weight(first, half + k), b22 = weight(second, half + k);
        const double t1 = b12 - b11, t2 = b22 - t1;
        const double right[] = {t1, b11, b21, t2, b22 - b12, b21 - t2, b22};
        for (int i = 0; i < 7; ++i) to[(i * half + k) * columns] = static_cast<float>(right[i]);
      }
    }
}

template <class Isa, conv2d L, shape Out, shape In, int Unit = Out.h>
struct strassen_convolution {
  static constexpr strassen_plan plan = strassen_plan_of<Isa>(L, In, Out, Unit);

  /// For other extents, with these weights.
  template <shape OtherOut, shape OtherIn>
  using with_extents = strassen_convolution<Isa, L, OtherOut, OtherIn>;

  static constexpr bool strided = true;
  static constexpr int scratch_bytes =
      plan.block * 4 * strassen_cut<Isa>::most * plan.sum_pitch() * int{sizeof(float)};
  static constexpr int packed_bytes = static_cast<int>(plan.packed_size()) * int{sizeof(float)};

  static void pack(const float* canonical, std::byte* packed) {
    pack_strassen(plan, canonical, bool{L.bias}, reinterpret_cast<float*>(packed));
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch, share which = {}) {
    compute(x, y, Out.h, packed, scratch, which);
  }

  /// The first `rows` rows of the output.
  static void compute(tensor_view<const float> x, tensor_view<float> y, int rows, const std::byte* packed,
                      std::byte* scratch, share which) {
    constexpr clamping clamp = clamping_of(L.act);
    convolve_strassen<Isa>({plan, x, y, rows, Out.w, reinterpret_cast<const float*>(packed), clamp.low,
                            clamp.high, clamp.is_all ? nullptr : activate},
                           reinterpret_cast<float*>(scratch), which);
  }

 private:
  static void activate(float* y, int count) { activate_run<Isa, L.act>(y, count); }
};

/// Whether the algorithm promises to take at least 5 % less time than a direct convolution. Time is counted
/// as in `cost_of_convolution`: in multiply-accumulate operations at the speed of the products.
///
/// With SSE4.2 and Neon it does not: the products of the former multiply pairs of weights and the tiles of
/// the latter are assembly, which is worth as much, and smaller processors are slow to fetch larger weights.
template <class Isa>
constexpr bool chooses_strassen(const conv2d& l, shape in, shape out, int unit) {
  using tile = microkernels::gemm_tile<Isa>;
  if (!strassen_applies(l, in) || microkernels::vec<Isa>::width < 8) return false;
  const strassen_plan plan = strassen_plan_of<Isa>(l, in, out, unit);
  if (plan.packed_size() > max_int / int{sizeof(float)} || plan.unit_size < 4 * tile::rows) return false;
  constexpr double of_a_tile = 4, of_a_product = 3.5;  // to begin and to end sums, in steps of k
  constexpr double of_sums = 10;                       // S1 to S4 of a row and a k
  // To fetch a weight from memory, where that does not go on meanwhile; those of the first tile wait for it.
  constexpr double of_a_weight = 4, of_first_weights = 5;
  const double k = plan.channels, rows = static_cast<double>(out.h) * out.w;
  const double half_rows = plan.matrices(out.h) * static_cast<double>(ceil_div(plan.unit_size, 2));
  const double direct =
      (rows * (k + of_a_tile) + k * of_a_weight) * static_cast<double>(tile::padded(plan.filters))
      + k * plan.columns * of_first_weights;
  const double products =
      7 * half_rows * (plan.half() + of_a_product) * static_cast<double>(plan.panels()) * plan.columns;
  const double strassen = products + half_rows * plan.half() * of_sums
                          + static_cast<double>(plan.packed_size()) * of_a_weight
                          + static_cast<double>(plan.panel_size()) * of_first_weights;
  return strassen < .95 * direct;
}

}  // namespace edgenn::detail
