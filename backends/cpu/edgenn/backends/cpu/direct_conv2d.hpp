#pragma once
#include <edgenn/backends/cpu/activation.hpp>
#include <edgenn/backends/cpu/border.hpp>
#include <edgenn/backends/cpu/microkernels/gemm.hpp>
#include <edgenn/backends/cpu/microkernels/widen.hpp>
#include <edgenn/backends/cpu/tag.hpp>
#include <edgenn/layers/conv2d.hpp>
#include <edgenn/share.hpp>

namespace edgenn::detail {

/// A convolution as products of panels, all numbers at run time: one driver serves every layer.
struct conv_job {
  tensor_view<const float> x;
  tensor_view<float> y;
  shape in;
  window2d window;
  int out_h, out_w;
  int last_w;  ///< outputs of the last row, which may be shorter if all rows were made one matrix
  int groups, group_channels, group_filters;
  const float* bias;         ///< [groups][padded filters]
  const std::byte* weights;  ///< [groups][panels], each in the order of `packed_index`
  int group_weights;         ///< from one group's weights to the next
  float low, high;
  int block;                      ///< output rows that are computed for all filters before the next ones are
  float* padded;                  ///< for the input of a block with its padding, or none
  microkernels::widening stored;  ///< of the weights
  float* widened;                 ///< a panel that `stored` widens

  int width_of(int row) const { return row == out_h - 1 ? last_w : out_w; }
};

/// What a share computes: some rows of all maps, or all rows of some maps (of each group).
struct conv_part {
  share::range rows, filters;
};

/// Applies what clamping did not, to the outputs of a part.
template <class Isa, activation Act>
void apply_rest(const conv_job& job, const conv_part& part) {
  if constexpr (!clamping_of(Act).is_all)
    for (int row = part.rows.first; row < part.rows.end; ++row)
      for (int column = 0; column < job.width_of(row); ++column)
        for (int g = 0; g < job.groups; ++g)
          activate_run<Isa, Act>(&job.y(row, column, g * job.group_filters + part.filters.first),
                                 part.filters.end - part.filters.first);
}

/// Whether shares are some of the filters for all of `units` rows or pixels, instead of some of those for all
/// filters; one reads all inputs for each share, the other all weights.
template <class Isa>
bool divides_filters(const conv_job& job, int units, int shares) {
  using tile = microkernels::gemm_tile<Isa>;
  const int panels = ceil_div(job.group_filters, tile::columns);
  const long long by_units = 1LL * ceil_div(units, shares) * tile::padded(job.group_filters);
  const long long by_filters = 1LL * units * ceil_div(panels, shares) * tile::columns;
  if (by_filters == by_units) return shares > 1 && job.group_weights * job.groups > job.in.size();
  return by_filters < by_units;
}

/// All rows of an image as one matrix are cut into shorter ones that are whole tiles.
template <class Isa>
int pixels_together(int pixels) {
  constexpr int tiles = 2 * microkernels::gemm_tile<Isa>::narrow_rows;
  return pixels > 16 * tiles ? 4 * tiles : tiles;
}

/// Rows of the output, for the filters of a part. `from` is the input, with its padding; each pixel of a row
/// begins `left`. The first tiles of the first block fetch weights.
template <class Isa>
void convolve_block(const conv_job& job, const conv_part& part, share::range rows,
                    tensor_view<const float> from, const microkernels::runs& left, bool is_first) {
  using tile = microkernels::gemm_tile<Isa>;
  const window_axis v = job.window.y, h = job.window.x;
  const int k = left.size(), pixel = job.y.pixel_stride;
  // Weights in the first-level cache serve a piece of a row after the other, each for all filters, so that
  // pixels are written once.
  constexpr int near_weights = 6 * 1024, near_outputs = 4 * 1024;  // floats
  const bool by_pieces = job.group_weights * job.groups <= near_weights
                         && job.out_w * pixel > 2 * near_outputs && job.group_filters > tile::columns;
  const int tiles = by_pieces ? near_outputs / pixel / tile::narrow_rows : 0;
  const int piece = by_pieces ? (tiles > 1 ? tiles : 1) * tile::narrow_rows : job.out_w;
  const int together = by_pieces ? 1 : rows.end - rows.first;
  // Tiles of few products are complete before the lines that they write have come: earlier ones ask for them.
  constexpr int enough = 64;  // of k
  const int pixels_ahead = by_pieces ? piece : k < enough ? enough / k * tile::rows : 0;
  for (int first = rows.first; first < rows.end; first += together) {
    const int end = first + together;
    for (int column = 0; column < job.out_w; column += piece) {
      for (int g = 0; g < job.groups; ++g) {
        const std::byte* stored =
            job.weights + (1LL * g * job.group_weights + 1LL * part.filters.first * k) * job.stored.bytes;
        const float* bias = job.bias + g * tile::padded(job.group_filters) + part.filters.first;
        for (int n = part.filters.first; n < part.filters.end;) {
          const int columns = tile::next_panel(job.group_filters - n);
          const auto multiply = columns == tile::columns ? microkernels::gemm_panel<Isa>
                                : columns == tile::narrow_columns
                                    ? microkernels::gemm_panel<Isa, tile::narrow_columns>
                                    : microkernels::gemm_panel<Isa, tile::least_columns>;
          const int real = job.group_filters - n < columns ? job.group_filters - n : columns;
          const float* weights = job.stored(stored, k * columns, job.widened);
          stored += 1LL * k * columns * job.stored.bytes;
          const auto* next = is_first && !by_pieces ? reinterpret_cast<const float*>(stored) : nullptr;
          microkernels::gemm_panel_job product{left,
                                               h.stride * from.pixel_stride,
                                               weights,
                                               bias,
                                               pixel,
                                               real,
                                               job.low,
                                               job.high,
                                               next,
                                               microkernels::is_paired<Isa>(columns, job.group_channels),
                                               std::ptrdiff_t{pixels_ahead} * pixel};
          const float* x = from.data + g * job.group_channels + column * product.left_pitch;
          float* y = job.y.data + g * job.group_filters + n + column * pixel;
          for (int row = first; row < end; ++row) {
            const int width = job.width_of(row) - column;
            if (width > 0)
              multiply(x + row * v.stride * from.row_stride, y + row * job.y.row_stride,
                       width < piece ? width : piece, product);
            product.next = nullptr;
          }
          bias += columns;
          n += columns;
        }
      }
    }
  }
}

/// Where all rows are one matrix, `job` describes that afterwards; the part refers to it.
template <class Isa>
conv_part convolve(conv_job& job, share which) {
  using tile = microkernels::gemm_tile<Isa>;
  const window_axis v = job.window.y, h = job.window.x;
  const bool flat = v.kernel == 1 && h.kernel == 1 && v.stride == 1 && h.stride == 1 && job.padded == nullptr
                    && job.x.row_stride == job.out_w * job.x.pixel_stride
                    && job.y.row_stride == job.out_w * job.y.pixel_stride;
  const int pixels = job.out_h * job.out_w;
  const bool by_filters = divides_filters<Isa>(job, flat ? pixels : job.out_h, which.count);
  const share::range all{0, job.group_filters};
  conv_part part{by_filters ? share::range{0, job.out_h} : which.of(job.out_h),
                 by_filters ? which.of(job.group_filters, tile::columns) : all};
  if (flat) {
    // A share of the pixels is a matrix of its own.
    const share::range mine = by_filters ? share::range{0, pixels} : which.of(pixels);
    const int count = mine.end - mine.first;
    job.x.data += mine.first * job.x.pixel_stride;
    job.y.data += mine.first * job.y.pixel_stride;
    job.out_w = pixels_together<Isa>(count);
    job.out_h = ceil_div(count, job.out_w);
    job.last_w = count - (job.out_h - 1) * job.out_w;
    job.x.row_stride = job.out_w * job.x.pixel_stride;
    job.y.row_stride = job.out_w * job.y.pixel_stride;
    part.rows = {0, job.out_h};
  }
  constexpr int kept = 96 * 1024, together = 32 * 1024;
  if (job.padded == nullptr && job.group_weights * job.groups <= kept) {
    const int row = job.x.row_stride * v.stride + job.y.row_stride;
    job.block = row < together ? together / row : 1;
  }
  const shape padded = padded_shape(job.in, job.window);
  tensor_view<const float> from = job.x;
  if (job.padded != nullptr) from = tensor_view<const float>::contiguous(job.padded, padded);
  const bool adjacent = job.groups == 1 && h.dilation == 1 && from.pixel_stride == job.in.c;
  const int row_pitch = from.row_stride * v.dilation, pixel_pitch = from.pixel_stride * h.dilation;
  const microkernels::runs left =
      adjacent ? microkernels::runs{v.kernel, 1, h.kernel * job.group_channels, row_pitch, 0}
               : microkernels::runs{v.kernel, h.kernel, job.group_channels, row_pitch, pixel_pitch};

  for (int first = part.rows.first; first < part.rows.end; first += job.block) {
    const int end = part.rows.end - first < job.block ? part.rows.end : first + job.block;
    if (job.padded != nullptr) {
      const int rows = (end - first - 1) * v.stride + (v.kernel - 1) * v.dilation + 1;
      copy_with_border(job.x, job.in, job.window, first * v.stride, rows, job.padded, 0);
      from.data = job.padded - first * v.stride * from.row_stride;
    }
    convolve_block<Isa>(job, part, {first, end}, from, left, first == part.rows.first);
  }
  return part;
}

/// Output rows of a block, for `weights` floats.
constexpr int convolution_block(const window2d& w, int weights, bool padded, int tile) {
  const int span = (w.y.kernel - 1) * w.y.dilation + 1;
  int rows = w.y.out;
  if (padded) {
    // Few rows are copied twice, and weights from beyond the second-level cache serve many outputs.
    const int again = ceil_div(span > w.y.stride ? span - w.y.stride : 0, w.y.stride);
    const int tiles = weights > 128 * 1024 ? 32 : 8;
    const int together = ceil_div(tiles * tile, w.x.out);
    rows = together > again ? together : again > 1 ? again : 1;
  }
  return rows < w.y.out ? rows : w.y.out;
}

/// With weights stored as `Stored`.
template <class Isa, conv2d L, shape Out, shape In, class Stored = float>
struct direct_convolution {
  using tile = microkernels::gemm_tile<Isa>;
  static constexpr window2d window = L.window(In);
  static constexpr bool padded = has_padding(window);
  static constexpr int channels = In.c / L.groups, filters = L.filters / L.groups;
  static constexpr int taps = L.kernel.h * L.kernel.w;
  static constexpr int line = 16;  ///< floats; panels of whole vectors start at their multiples
  static constexpr int columns = tile::padded(filters);
  static constexpr int bias_size = ceil_div(L.groups * columns, line) * line;
  static constexpr long long least_weights = 1LL * taps * channels * columns;  // of a group
  static constexpr bool countable = (least_weights + 2 * line) * L.groups + bias_size <= max_int / 4;
  static_assert(countable, "edgenn: the packed weights of this convolution need more than 2147483647 bytes");
  static constexpr int group_weights =
      countable ? ceil_div(static_cast<int>(least_weights), line) * line : line;
  static constexpr int block = convolution_block(window, L.groups* group_weights, padded, tile::rows);
  static constexpr int block_rows = (block - 1) * L.stride.h + (L.kernel.h - 1) * L.dilation.h + 1;

  /// For other extents, with these weights.
  template <shape OtherOut, shape OtherIn>
  using with_extents = direct_convolution<Isa, L, OtherOut, OtherIn, Stored>;
  /// With weights stored as `Other`.
  template <class Other>
  using with_stored = direct_convolution<Isa, L, Out, In, Other>;

  static constexpr bool strided = true;
  static constexpr bool is_widened = !std::is_same_v<Stored, float>;
  static constexpr int padded_size = padded ? block_rows * padded_shape(In, window).w * In.c : 0;
  static constexpr int widened_at = is_widened ? ceil_div(padded_size, line) * line : padded_size;
  static constexpr int widened_size = is_widened ? at_most_max_int(1LL * taps * channels * tile::columns) : 0;
  static constexpr int scratch_bytes = (widened_at + widened_size) * int{sizeof(float)};
  static constexpr int packed_bytes =
      bias_size * int{sizeof(float)} + L.groups * group_weights * int{sizeof(Stored)};

  static void pack(const float* canonical, std::byte* packed) {
    auto* bias = reinterpret_cast<float*>(packed);
    for (int i = 0; i < bias_size; ++i) bias[i] = 0;
    auto* weights = reinterpret_cast<Stored*>(bias + bias_size);
    for (int i = 0; i < L.groups * group_weights; ++i) weights[i] = Stored(0.0f);
    for (int g = 0; g < L.groups; ++g) {
      Stored* to = weights + g * group_weights;
      for (int first = 0; first < filters;) {
        const int panel = tile::next_panel(filters - first);
        const bool paired = microkernels::is_paired<Isa>(panel, channels);
        for (int n = 0; n < panel && first + n < filters; ++n) {
          const int filter = g * filters + first + n;
          if (L.bias) bias[g * columns + first + n] = canonical[L.filters * taps * channels + filter];
          for (int k = 0; k < taps * channels; ++k)
            to[microkernels::packed_index<Isa>(panel, paired, taps * channels, k, n)] =
                Stored(canonical[filter * taps * channels + k]);
        }
        to += taps * channels * panel;
        first += panel;
      }
    }
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch, share which = {}) {
    compute(x, y, Out.h, packed, scratch, which);
  }

  /// The first `rows` rows of the output.
  static void compute(tensor_view<const float> x, tensor_view<float> y, int rows, const std::byte* packed,
                      std::byte* scratch, share which) {
    constexpr clamping clamp = clamping_of(L.act);
    const auto* bias = reinterpret_cast<const float*>(packed);
    conv_job job{x,
                 y,
                 In,
                 window,
                 rows,
                 Out.w,
                 Out.w,
                 L.groups,
                 channels,
                 filters,
                 bias,
                 reinterpret_cast<const std::byte*>(bias + bias_size),
                 group_weights,
                 clamp.low,
                 clamp.high,
                 block,
                 padded ? reinterpret_cast<float*>(scratch) : nullptr,
                 microkernels::widening_of<Isa, Stored>(),
                 reinterpret_cast<float*>(scratch) + widened_at};
    const conv_part part = convolve<Isa>(job, which);
    apply_rest<Isa, L.act>(job, part);
  }
};

}  // namespace edgenn::detail
