#pragma once
#include <edgenn/backends/cpu/activation.hpp>
#include <edgenn/backends/cpu/microkernels/depthwise.hpp>
#include <edgenn/backends/cpu/vectors.hpp>
#include <edgenn/layers/depthwise_conv2d.hpp>
#include <edgenn/share.hpp>

namespace edgenn {

namespace detail {

/// The instruction set whose vectors a layer of `Channels` channels fills best.
template <class Isa, int Channels>
struct depthwise_lanes {
  using type = Isa;
};
#if defined(__AVX512VL__) && defined(__AVX2__) && defined(__FMA__)
template <int Channels>
requires(Channels <= 8) struct depthwise_lanes<isa::avx512, Channels> {
  using type = microkernels::half_of_avx512;
};
#endif

/// The gap, in floats, that pixels of so many channels need: those that lie a multiple of 1 KiB apart share 4
/// of the 64 sets of the usual first-level cache, 32 lines, and a tile reads up to 36 pixels.
constexpr int gap_for_depthwise(int channels) { return channels % 256 == 0 ? 16 : 0; }

/// How the outputs of a depthwise convolution are cut into register tiles: see depthwise_rows.
struct depthwise_tiles {
  int rows = 0, columns = 0;  ///< 0: not at all
  int left = 0, right = 0;    ///< columns of the first and last tile's input beside the image
};

/// Whether the tile's columns fit: only the first one may have input beside the image on the left, only the
/// last one on the right.
constexpr bool cut_columns(depthwise_tiles& tiles, const window_axis& a) {
  const int span = (tiles.columns - 1) * a.stride + a.kernel, last = a.out - tiles.columns;
  tiles.left = a.before;
  const int beyond = a.position(last, 0) + span - a.in;
  tiles.right = beyond > 0 ? beyond : 0;
  if (tiles.left >= a.kernel || tiles.right >= a.kernel || tiles.left + tiles.right >= span) return false;
  if (last == 0) return true;
  const int second = tiles.columns < last ? tiles.columns : last;
  const int last_but_one = (last - 1) / tiles.columns * tiles.columns;
  return a.position(second, 0) >= 0 && a.position(last_but_one, 0) + span <= a.in;
}

/// For square kernels of 3 and 5 with stride 1 or 2. Sums, the weights of two rows of the kernel and a pixel
/// must fit into the registers.
constexpr depthwise_tiles cut_into_tiles(const depthwise_conv2d& l, const window2d& w, int registers) {
  const bool square = l.kernel.h == l.kernel.w && l.stride.h == l.stride.w;
  if (!square || (l.kernel.h != 3 && l.kernel.h != 5) || l.stride.h > 2 || l.dilation != extent{1}) return {};
  struct candidate {
    int rows, columns;
    int cost;  ///< of one output, relative
  };
  const candidate many[] = {{2, 7, 100}, {2, 8, 100}},
                  few[] = {{2, 4, l.kernel.h == 3 ? 100 : 150}, {1, 7, 115}};
  depthwise_tiles best;
  int least = 0;
  for (const candidate& c : registers >= 32 ? many : few) {
    const int columns = c.columns < w.x.out ? c.columns : w.x.out;
    depthwise_tiles tiles{c.rows < w.y.out ? c.rows : w.y.out, columns};
    const int cost = ceil_div(w.x.out, columns) * columns * c.cost;
    if (!cut_columns(tiles, w.x) || (best.rows > 0 && cost >= least)) continue;
    best = tiles;
    least = cost;
  }
  return best;
}

/// The outputs [first, end) of an axis whose taps all lie on the input.
struct interior {
  int first, end;
};
constexpr interior interior_of(const window_axis& a) {
  interior r{0, a.out};
  while (r.first < r.end && a.position(r.first, 0) < 0) ++r.first;
  while (r.end > r.first && a.position(r.end - 1, a.kernel - 1) >= a.in) --r.end;
  return r;
}

/// Rows of the input that `rows` rows of the output read, padding included.
constexpr int rows_read(const depthwise_conv2d& l, int rows) {
  return (rows - 1) * l.stride.h + (l.kernel.h - 1) * l.dilation.h + 1;
}

/// Row `oy` of the output for `channels` channels, whatever the window.
template <class Isa>
void depthwise_row(microkernels::depthwise_job job, int channels, int oy) {
  constexpr int width = microkernels::vec<Isa>::width, tile = 4;
  const window_axis &rows = job.window.y, &columns = job.window.x;
  const interior inside = interior_of(columns);
  const tap_range in_y = taps_on_input(rows, oy);
  for (; channels > 0; channels -= width) {
    for (int ox = 0; ox < columns.out;) {
      if (ox >= inside.first && ox + tile <= inside.end) {
        microkernels::depthwise_outputs<Isa, tile>(job, channels, oy, ox,
                                                   {in_y.first, in_y.end, 0, columns.kernel});
        ox += tile;
      } else {
        const tap_range in_x = taps_on_input(columns, ox);
        microkernels::depthwise_outputs<Isa, 1>(job, channels, oy, ox,
                                                {in_y.first, in_y.end, in_x.first, in_x.end});
        ++ox;
      }
    }
    job.x += width;
    job.y += width;
    job.bias += width;
    job.weights += rows.kernel * columns.kernel * width;
  }
}

/// Depthwise convolution. The border needs no copy of the input: taps beside the image are left out.
template <class Isa, depthwise_conv2d L, shape Out, shape In>
struct depthwise_kernel {
  using lanes = typename depthwise_lanes<Isa, Out.c>::type;
  static constexpr int width = microkernels::vec<lanes>::width;
  static constexpr window2d window = L.window(In);
  static constexpr int vectors = ceil_div(Out.c, width), taps = L.kernel.h * L.kernel.w;
  static constexpr depthwise_tiles tiles = cut_into_tiles(L, window, microkernels::vec<Isa>::registers);
  static constexpr int row_step = tiles.rows == 2 ? 2 : 1;

  /// For other extents, with these weights.
  template <shape OtherOut, shape OtherIn>
  using with_extents = depthwise_kernel<Isa, L, OtherOut, OtherIn>;

  static constexpr bool strided = true;
  static constexpr int input_gap = L.multiplier == 1 ? gap_for_depthwise(In.c) : 0;
  static constexpr int packed_bytes = vectors * width * (taps + 1) * int{sizeof(float)};

  /// With a multiplier, the input of each vector of output channels is laid out first, for so many rows of
  /// the output at a time that it stays in the first-level cache.
  static constexpr int block_rows = [] {
    int rows = Out.h;
    while (rows > 2 && rows_read(L, rows) * In.w * width > 4096) --rows;
    return rows > 2 ? rows / 2 * 2 : rows;
  }();
  static constexpr int scratch_bytes =
      L.multiplier == 1 ? 0 : rows_read(L, block_rows) * In.w * width * int{sizeof(float)};

  /// To bias [vectors][width], then [vectors][taps][width].
  static void pack(const float* canonical, std::byte* packed) {
    auto* bias = reinterpret_cast<float*>(packed);
    float* to = bias + vectors * width;
    // Zeros first: of a loop that chooses between zero and an element g++ 12 makes loads beyond the last one.
    for (int i = 0; i < vectors * width * (taps + 1); ++i) bias[i] = 0;
    for (int c = 0; c < Out.c; ++c) {
      if (L.bias) bias[c] = canonical[taps * Out.c + c];
      for (int k = 0; k < taps; ++k)
        to[(c / width * taps + k) * width + c % width] = canonical[k * Out.c + c];
    }
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch, share part = {}) {
    if (ceil_div(Out.h, row_step) >= 4 * part.count || part.count == 1) {
      const share::range rows = part.of(Out.h, row_step);
      y.data += rows.first * y.row_stride;
      compute(x, y, rows, {0, vectors}, packed, scratch);
    } else {
      compute(x, y, {0, Out.h}, part.of(vectors), packed, scratch);
    }
  }

  /// The rows `rows` of the output, the first of which `y` views, for some of the vectors of channels.
  static void compute(tensor_view<const float> x, tensor_view<float> y, share::range rows,
                      share::range channel_vectors, const std::byte* packed,
                      [[maybe_unused]] std::byte* scratch) {
    constexpr clamping clamp = clamping_of(L.act);
    const int first = channel_vectors.first * width;
    const int end = channel_vectors.end * width < Out.c ? channel_vectors.end * width : Out.c;
    const auto* bias = reinterpret_cast<const float*>(packed);
    microkernels::depthwise_job job{
        window,         x.data + first, x.pixel_stride, x.row_stride,
        y.data + first, y.pixel_stride, y.row_stride,   bias + vectors * width + first * taps,
        bias + first,   clamp.low,      clamp.high};
    const int count = rows.end - rows.first;
    if constexpr (L.multiplier == 1) {
      job.window.y.before -= rows.first * L.stride.h;
      compute_rows(job, end - first, count);
    } else {
      auto* copy = reinterpret_cast<float*>(scratch);
      job.x = copy;
      job.pixel_pitch = width;
      job.row_pitch = In.w * width;
      for (int c = first; c < end; c += width) {
        const int channels = end - c < width ? end - c : width;
        for (int row = 0; row < count; row += block_rows) {
          const int left = count - row < block_rows ? count - row : block_rows;
          const share::range read = rows_of_input({rows.first + row, rows.first + row + left});
          repeat_channels(x, read, c, channels, copy);
          job.window.y.before = window.y.before + read.first - (rows.first + row) * L.stride.h;
          job.window.y.in = read.end - read.first;
          job.y = y.data + row * y.row_stride + c;
          compute_rows(job, channels, left);
        }
        job.bias += width;
        job.weights += taps * width;
      }
    }
    if constexpr (!clamping_of(L.act).is_all)
      for (int row = 0; row < count; ++row)
        for (int column = 0; column < Out.w; ++column)
          activate_run<Isa, L.act>(&y(row, column, first), end - first);
  }

 private:
  /// The rows of the input that those of the output read.
  static constexpr share::range rows_of_input(share::range out) {
    const int first = window.y.position(out.first, 0), end = first + rows_read(L, out.end - out.first);
    const auto existing = [](int row) { return row < 0 ? 0 : row < In.h ? row : In.h; };
    return {existing(first), existing(end)};
  }

  /// Rows of the input with its channels repeated, as the output channels [first, first + channels) read
  /// them.
  static void repeat_channels(tensor_view<const float> x, share::range rows, int first, int channels,
                              float* to) {
    for (int row = rows.first; row < rows.end; ++row)
      for (int column = 0; column < In.w; ++column, to += width)
        for (int i = 0; i < channels; ++i) to[i] = x(row, column, (first + i) / L.multiplier);
  }

  static void compute_rows(const microkernels::depthwise_job& job, int channels, int count) {
    int row = 0;
    if constexpr (tiles.rows == 2)
      for (; row + 2 <= count; row += 2) compute_tiles<2>(job, channels, row);
    if constexpr (tiles.rows == 1 || (tiles.rows == 2 && Out.h % 2 == 1))
      for (; row < count; ++row) compute_tiles<1>(job, channels, row);
    if constexpr (tiles.rows == 0)
      for (; row < count; ++row) depthwise_row<lanes>(job, channels, row);
  }

  template <int Rows>
  static void compute_tiles(microkernels::depthwise_job job, int channels, int row) {
    const int part = channels % width, whole = channels - part;
    if constexpr (Out.c >= width)
      microkernels::depthwise_rows<lanes, L.kernel.w, L.stride.w, Rows, tiles.columns, tiles.left,
                                   tiles.right, true>(job, whole, row);
    if constexpr (Out.c % width != 0) {
      if (part == 0) return;
      job.x += whole;
      job.y += whole;
      job.bias += whole;
      job.weights += whole * taps;
      microkernels::depthwise_rows<lanes, L.kernel.w, L.stride.w, Rows, tiles.columns, tiles.left,
                                   tiles.right, false>(job, part, row);
    }
  }
};

}  // namespace detail

template <class Isa, depthwise_conv2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> : detail::depthwise_kernel<Isa, L, Out, In> {};

}  // namespace edgenn
