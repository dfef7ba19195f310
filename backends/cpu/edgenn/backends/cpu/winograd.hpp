#pragma once
// Winograd's convolutions with stride 1. A block of tiles of the input is brought into the transform domain,
// where each position of a tile is a product of matrices, [tiles][channels] by [channels][filters]; far fewer
// multiplications than a direct convolution needs.
#include <edgenn/backends/cpu/activation.hpp>
#include <edgenn/backends/cpu/microkernels/gemm.hpp>
#include <edgenn/backends/cpu/microkernels/winograd.hpp>
#include <edgenn/backends/cpu/tag.hpp>
#include <edgenn/layers/conv2d.hpp>
#include <edgenn/shape.hpp>
#include <edgenn/share.hpp>
#include <edgenn/tensor_view.hpp>
#include <edgenn/window.hpp>

namespace edgenn::detail {

/// One dimension of a variant: F(outputs, taps) with `points` products. A longer kernel falls into `parts`
/// of `taps` = `outputs` taps, so that what the second part of a tile's kernel reads is the transformed input
/// of the next tile, and the products add up over all parts. With one point that is a direct convolution.
struct winograd_axis {
  int points, outputs, taps, parts;

  friend constexpr bool operator==(const winograd_axis&, const winograd_axis&) = default;
};

/// For a kernel of `taps`, with one point what cannot be done with `points`.
constexpr winograd_axis axis_of(int points, int taps) {
  const int outputs = points + 1 - taps;
  if (points > 1 && taps > 1 && outputs >= 2) return {points, outputs, taps, 1};
  const int half = (points + 1) / 2;
  if (points > 1 && points % 2 == 1 && taps > half) return {points, half, half, ceil_div(taps, half)};
  return {1, 1, 1, taps};
}

/// How a layer is cut into blocks of tiles, and where scratch memory and packed weights hold what.
struct winograd_plan {
  winograd_axis y, x;
  int m;                        ///< the M that `with_winograd` names it by
  int tiles_y, tiles_x;         ///< of the output
  int grid_x;                   ///< transformed tiles in a row of the input: more if the kernel is in parts
  int unit;                     ///< tiles in a unit of work: one, or a row of them if the kernel is in parts
  int block;                    ///< units worked on together
  int channels;                 ///< of the input
  int groups;                   ///< of the convolution
  int filters;                  ///< of a group
  int channel_pitch;            ///< floats from one tile to the next in the transformed input
  int in_pitch, product_pitch;  ///< floats from one position to the next
  int columns, panels;          ///< of a group's weights
  int bundle;                   ///< panels worked on together

  constexpr int positions() const { return y.points * x.points; }
  constexpr int tiles() const { return tiles_y * tiles_x; }
  constexpr int units() const { return tiles() / unit; }
  constexpr bool in_parts() const { return y.parts * x.parts > 1; }
  /// Rows of tiles that a block reads beyond its own.
  constexpr int halo() const { return y.parts - 1; }
  /// Transformed tiles that `count` units read.
  constexpr int grid_tiles(int count) const { return in_parts() ? (count + halo()) * grid_x : count; }
  /// Length of the sums of the product.
  constexpr int depth() const { return y.parts * x.parts * (channels / groups); }
  /// Floats of one block's transformed input.
  constexpr int in_size() const { return positions() * in_pitch; }
  /// Floats of scratch memory.
  constexpr int scratch_size() const { return in_size() + positions() * product_pitch; }
  /// Floats of one panel of the weights, [depth][columns].
  constexpr int panel_size() const { return depth() * columns; }
  constexpr int bundles() const { return ceil_div(panels, bundle); }
  /// Panels of the bundle that starts with panel `first` of a group.
  constexpr int bundle_from(int first) const { return panels - first < bundle ? panels - first : bundle; }
  /// Whether the second-level cache has room for the panel of the next product: one of 1 MiB, as processors
  /// with AVX-512 have at least, less what the results need.
  constexpr bool fetches() const { return in_size() + 2 * panel_size() <= 200 * 1024; }
  /// Floats of packed weights: bias [groups][panels][columns], then
  /// [groups][bundles][positions][panels of the bundle][depth][columns].
  constexpr int packed_size() const { return groups * panels * (columns + positions() * panel_size()); }
};

/// For vectors of `width` floats and panels of `columns`, with `rows` rows to a tile of the product.
constexpr winograd_plan plan_winograd(winograd_axis y, winograd_axis x, int groups, shape in, shape out,
                                      int width, int columns, int rows) {
  winograd_plan plan{};
  plan.y = y;
  plan.x = x;
  const int points = y.points > x.points ? y.points : x.points;
  plan.m = points > 1 ? points - 2 : 0;
  plan.tiles_y = ceil_div(out.h, y.outputs);
  plan.tiles_x = ceil_div(out.w, x.outputs);
  plan.grid_x = plan.tiles_x + x.parts - 1;
  plan.unit = plan.in_parts() ? plan.tiles_x : 1;
  plan.channels = in.c;
  plan.groups = groups;
  plan.filters = out.c / groups;
  plan.channel_pitch = ceil_div(in.c, width) * width;
  plan.columns = columns;
  plan.panels = ceil_div(plan.filters, columns);
  // Panels that share one reading of the transformed input.
  constexpr int bundle_columns = 64;
  plan.bundle = ceil_div(bundle_columns, columns);
  // Every block reads all weights once, so blocks are many tiles, the more if weights come from memory each
  // time; but their transformed input should stay in the second-level cache.
  constexpr int cache_floats = 64 * 1024;
  constexpr double weights_in_cache = 4e6;
  const bool from_memory = static_cast<double>(plan.positions()) * plan.depth() * out.c > weights_in_cache;
  const int fitting = cache_floats / (plan.positions() * plan.channel_pitch);
  const int fewest = from_memory ? 64 : 4 * rows;
  const int tiles = fitting < fewest ? fewest : fitting / rows * rows;
  const int enough = ceil_div(tiles, plan.unit), most = enough < 2 * plan.halo() ? 2 * plan.halo() : enough;
  const int even = ceil_div(plan.units(), ceil_div(plan.units(), most));
  const int whole = plan.in_parts() ? even : ceil_div(even, rows) * rows;
  plan.block = whole < plan.units() ? whole : plan.units();
  // Positions lie a cache line more than a power of two apart, or they would share a few sets of the cache.
  constexpr int line = 16;
  const auto limited = [](long long n) {
    return n < max_int ? static_cast<int>(n) : static_cast<int>(max_int);
  };
  plan.in_pitch = limited(1LL * plan.grid_tiles(plan.block) * plan.channel_pitch + line);
  plan.product_pitch = limited(1LL * plan.block * plan.unit * plan.bundle * columns + line);
  return plan;
}

template <class Isa>
constexpr winograd_plan winograd_plan_of(winograd_axis y, winograd_axis x, int groups, shape in, shape out) {
  using tile = microkernels::gemm_tile<Isa>;
  return plan_winograd(y, x, groups, in, out, microkernels::vec<Isa>::width, tile::columns, tile::rows);
}

/// The time that a variant, or a direct convolution if both axes have one point, is expected to take, in
/// multiply-accumulate operations at the speed of the products. A transform is a number of vector
/// instructions and cache lines for each tile and channel. The constants were measured with AVX-512 on a Zen
/// 4 core; only their rough size matters.
constexpr double cost_of_convolution(const winograd_plan& plan, shape in, shape out) {
  constexpr double of_a_tile = 4;    // to begin and to end the sums of a tile of the product, in steps of k
  constexpr double of_a_weight = 6;  // to fetch it from memory
  // The part of the shorter of two tasks, to fetch weights and to multiply, that does not go on with the
  // other. A single tile of the product waits for all weights alike and many tiles fetch the next ones; a few
  // tiles, if they do not, have a first one that waits and others meanwhile nothing to fetch.
  constexpr double apart_mostly = .3, apart_in_few = .6;
  const int in_block = plan.block * plan.unit;
  const bool few = plan.positions() > 1 && in_block > 8 && in_block < 28 && !plan.fetches();
  const double filters = static_cast<double>(plan.groups) * plan.panels * plan.columns;
  const bool direct = plan.positions() == 1;
  const double rows = direct ? static_cast<double>(out.h) * out.w : plan.tiles();
  const double blocks = direct ? 1 : ceil_div(plan.units(), plan.block);
  const double apart = few ? apart_in_few : apart_mostly;
  const double product = rows * plan.positions() * (plan.depth() + of_a_tile) * filters;
  const double memory = plan.positions() * plan.depth() * filters * of_a_weight * blocks;
  const double both = product > memory ? product + apart * memory : memory + apart * product;
  if (direct) return both + 4. * in.size();  // to copy the input into a larger one with a border
  const double points = plan.y.points + plan.x.points;
  const double of_input = plan.positions() * (5 + .3 * points);
  const double of_output = plan.positions() * (8 + .2 * points);
  return both + blocks * plan.grid_tiles(plan.block) * of_input * plan.channel_pitch
         + plan.tiles() * of_output * out.c;
}

/// The axes of a variant; of a direct convolution, one point each.
struct winograd_axes {
  winograd_axis y, x;

  constexpr bool direct() const { return y.points == 1 && x.points == 1; }
};

/// Whether Winograd's algorithms compute the layer at all.
constexpr bool winograd_applies(const conv2d& l) {
  return (l.kernel.h > 1 || l.kernel.w > 1) && l.stride == extent{1} && l.dilation == extent{1};
}

/// What `with_winograd<Backend, m>` asks for.
constexpr winograd_axes asked_winograd(const conv2d& l, int m) {
  const int points = m > 0 && winograd_applies(l) ? m + 2 : 1;
  return {axis_of(points, l.kernel.h), axis_of(points, l.kernel.w)};
}

/// The variant for a layer. Larger ones need more memory for weights and round more, so each must promise to
/// take 5 % less time than the best of the smaller ones.
template <class Isa>
constexpr winograd_axes chosen_winograd(const conv2d& l, shape in, shape out) {
  winograd_axes best{axis_of(1, l.kernel.h), axis_of(1, l.kernel.w)};
  double least = cost_of_convolution(winograd_plan_of<Isa>(best.y, best.x, l.groups, in, out), in, out);
  if (!winograd_applies(l)) return best;
  for (const int points_x : {1, 4, 6, 7, 8})
    for (const int points_y : {1, 4, 6, 7, 8}) {
      const winograd_axes axes{axis_of(points_y, l.kernel.h), axis_of(points_x, l.kernel.w)};
      // Few variants for the usual kernels: each is code of its own.
      const bool usual = l.kernel.h != l.kernel.w || l.kernel.h > 5 || points_x == points_y || points_y == 1;
      if (!usual || axes.direct() || axes.y.points != points_y || axes.x.points != points_x) continue;
      const winograd_plan plan = winograd_plan_of<Isa>(axes.y, axes.x, l.groups, in, out);
      if (4. * plan.positions() * plan.depth() * plan.panels * plan.columns * l.groups > 1e9)
        continue;  // bytes are int
      // Rows of tiles of a very wide image fit into no cache.
      constexpr long long cached = 2 << 20;
      const long long scratch = 1LL * plan.positions() * (0LL + plan.in_pitch + plan.product_pitch);
      if (scratch > cached && scratch > 0LL + in.size() + out.size()) continue;
      const double cost = cost_of_convolution(plan, in, out);
      if (cost < .95 * least) {
        best = axes;
        least = cost;
      }
    }
  return best;
}

/// G of one dimension: the transform of a kernel's part.
struct winograd_kernel {
  double g[8][8];  ///< [point][tap]
};
template <int Points>
constexpr winograd_kernel kernel_transform(int taps) {
  winograd_kernel of{};
  for (int k = 0; k < Points; ++k)
    for (int j = 0; j < taps; ++j)
      of.g[k][j] = microkernels::winograd_power<Points>(k, j, taps - 1)
                   / (k == Points - 1 ? 1 : microkernels::winograd_points<Points>::divisor[k]);
  return of;
}

/// G g G^T of every pair of channels and every part of the kernel, in double.
inline void pack_winograd(const winograd_plan& plan, const winograd_kernel& y, const winograd_kernel& x,
                          extent kernel, const float* canonical, bool has_bias, float* packed) {
  const int channels = plan.channels / plan.groups, columns = plan.columns;
  const int filters = plan.groups * plan.filters, all_panels = plan.groups * plan.panels;
  const float* bias = canonical + filters * kernel.h * kernel.w * channels;
  for (int panel = 0; panel < all_panels; ++panel) {
    const int group = panel / plan.panels, p = panel % plan.panels, in_bundle = p % plan.bundle;
    const int panels = plan.bundle_from(p - in_bundle);
    float* to = packed + all_panels * columns
                + ((panel - in_bundle) * plan.positions() + in_bundle) * plan.panel_size();
    for (int column = 0; column < columns; ++column) {
      const bool real = p * columns + column < plan.filters;
      const int filter = group * plan.filters + p * columns + column;
      packed[panel * columns + column] = real && has_bias ? bias[filter] : 0;
      for (int k = 0; k < plan.depth(); ++k) {
        const int c = k % channels, part_x = k / channels % plan.x.parts,
                  part_y = k / channels / plan.x.parts;
        double half[8][8] = {};  // [kernel column][point of y]
        for (int b = 0; b < plan.x.taps; ++b)
          for (int a = 0; a < plan.y.taps; ++a) {
            const int ky = part_y * plan.y.taps + a, kx = part_x * plan.x.taps + b;
            if (!real || ky >= kernel.h || kx >= kernel.w) continue;
            const double w =
                static_cast<double>(canonical[((filter * kernel.h + ky) * kernel.w + kx) * channels + c]);
            for (int i = 0; i < plan.y.points; ++i) half[b][i] += y.g[i][a] * w;
          }
        for (int i = 0; i < plan.y.points; ++i)
          for (int j = 0; j < plan.x.points; ++j) {
            double sum = 0;
            for (int b = 0; b < plan.x.taps; ++b) sum += x.g[j][b] * half[b][i];
            to[(i * plan.x.points + j) * panels * plan.panel_size() + k * columns + column] =
                static_cast<float>(sum);
          }
      }
    }
  }
}

/// What `convolve_winograd` computes on; all numbers at run time, one driver serves every layer of a variant.
struct winograd_job {
  winograd_plan plan;
  tensor_view<const float> x;
  int in_h, in_w, before_y, before_x;  ///< of the input and its padding
  tensor_view<float> y;
  int out_h, out_w;
  const float* packed;
  float low, high;
  void (*activate)(float* y, int count);  ///< what clamping does not do, or none
};

/// The transformed input of `count` tiles from `first` on, counted in rows of `grid_x`.
template <class Isa, int Ny, int Nx>
void transform_input(const winograd_job& job, int first, int count, float* v) {
  const winograd_plan& plan = job.plan;
  const tensor_view<const float> x = job.x;
  const microkernels::winograd_source from{x.data, x.pixel_stride, x.row_stride, plan.x.outputs,
                                           plan.channels};
  const auto clip = [](int i, int n) { return i < 0 ? 0 : i > n ? n : i; };
  for (int t = 0; t < count; ++t, v += plan.channel_pitch) {
    const int row = (first + t) / plan.grid_x * plan.y.outputs - job.before_y;
    const int column = (first + t) % plan.grid_x * plan.x.outputs - job.before_x;
    const microkernels::tile_part inside{clip(-row, Ny), clip(job.in_h - row, Ny), clip(-column, Nx),
                                         clip(job.in_w - column, Nx)};
    const int origin = row * x.row_stride + column * x.pixel_stride;
    const bool whole = inside.top == 0 && inside.left == 0 && inside.bottom == Ny && inside.right == Nx;
    (whole ? microkernels::winograd_input<Isa, Ny, Nx, true>
           : microkernels::winograd_input<Isa, Ny, Nx, false>)(from, origin, inside, v, plan.in_pitch);
  }
}

/// The product of few rows with a panel that comes from memory, in tiles of about the same size. The first
/// ones fetch the next panel, each its own cache line of every k.
template <class Isa>
void multiply_fetching(const float* a, float* y, int rows, const microkernels::gemm_panel_job& job) {
  using shape = microkernels::gemm_tile<Isa>;
  using v = microkernels::vec<Isa>;
  constexpr int line = 16, most = 8;
  const auto compute = [&]<int... Rows>(int count, const float* next, std::integer_sequence<int, Rows...>) {
    static_cast<void>(((count == Rows
                        && (microkernels::gemm_rows<Isa, v, Rows, shape::vectors, line, shape::columns>::run(
                                a, y, job, next),
                            true))
                       || ...));
  };
  const int tiles = ceil_div(rows, most);
  for (int i = 0; i < tiles; ++i) {
    const int count = (rows + tiles - 1 - i) / tiles;
    if (i < shape::columns / line)
      compute(count, job.next + i * line, std::integer_sequence<int, 4, 5, 6, 7, 8>{});
    else
      microkernels::gemm_panel<Isa>(a, y, count, job);
    a += count * job.left_pitch;
    y += count * job.out_pitch;
  }
}

/// The product of any number of rows. Of few, whose panel is not fetched before, at first a whole tile, so
/// that there is most to compute when there is most to wait for.
template <class Isa>
void multiply_rows(const float* a, float* y, int rows, const microkernels::gemm_panel_job& job,
                   bool fetches) {
  using shape = microkernels::gemm_tile<Isa>;
  constexpr int tile = shape::rows;
  if constexpr (tile == 7 && shape::columns == 32)
    if (fetches && job.next != nullptr && rows > 8 && rows < 4 * tile)
      return multiply_fetching<Isa>(a, y, rows, job);
  // One line of each page of the next panel: processors fetch ahead of what is read, but within a page only,
  // and have yet to translate the address of the next one.
  constexpr int page = 4096 / int{sizeof(float)};
  if (job.next != nullptr)
    for (int i = 0; i < job.left.size() * shape::columns; i += page) __builtin_prefetch(job.next + i, 0, 2);
  if (rows < 4 * tile)
    for (; rows > tile + 1; rows -= tile, a += tile * job.left_pitch, y += tile * job.out_pitch)
      microkernels::gemm_panel<Isa>(a, y, tile, job);
  microkernels::gemm_panel<Isa>(a, y, rows, job);
}

/// The products of the `units` transformed units at `v` with one bundle's weights.
template <class Isa>
void multiply_winograd(const winograd_plan& plan, int units, const float* v, const float* weights, int panels,
                       float* products) {
  static constexpr int columns = microkernels::gemm_tile<Isa>::columns;
  alignas(64) static constexpr float no_bias[columns] = {};
  constexpr float infinity = __builtin_huge_valf();
  // Rows of tiles follow each other without a gap unless the kernel is in parts along them.
  const int rows = plan.x.parts == 1 ? units * plan.unit : plan.tiles_x;
  const int batches = plan.x.parts == 1 ? 1 : units, pitch = plan.bundle * columns;
  const microkernels::runs left{plan.y.parts, plan.x.parts, plan.channels / plan.groups,
                                plan.grid_x * plan.channel_pitch, plan.channel_pitch};
  for (int i = 0; i < plan.positions(); ++i)
    for (int p = 0; p < panels; ++p, weights += plan.panel_size()) {
      microkernels::gemm_panel_job job{
          left,     plan.channel_pitch,         weights, no_bias, pitch, columns, -infinity,
          infinity, weights + plan.panel_size()};
      for (int b = 0; b < batches; ++b) {
        multiply_rows<Isa>(v + i * plan.in_pitch + b * plan.grid_x * plan.channel_pitch,
                           products + i * plan.product_pitch + b * rows * pitch + p * columns, rows, job,
                           plan.fetches());
        job.next = nullptr;
      }
    }
}

/// A share of the layer: all outputs of a block of tiles after another, or if there is not a block for every
/// share, some of the filters for all of them.
///
/// The outputs of a tile are mixed from shared sums: a NaN in the input reaches all outputs of the tiles that
/// read it, an infinity may become NaN there, and inputs near the largest float overflow earlier than in a
/// direct convolution, because the transformed input is up to 4 (F(2x2)), 100 (F(4x4)) or 225 (F(6x6)) times
/// larger.
template <class Isa, int Ny, int My, int Nx, int Mx>
void convolve_winograd(const winograd_job& job, float* scratch, share part) {
  static constexpr int columns = microkernels::gemm_tile<Isa>::columns;
  const winograd_plan& plan = job.plan;
  const int bundles = plan.groups * plan.bundles();
  const bool by_filters = plan.units() < part.count * plan.block && bundles >= part.count;
  const share::range units = by_filters ? share::range{0, plan.units()} : part.of(plan.units());
  const share::range mine = by_filters ? part.of(bundles) : share::range{0, bundles};
  float* products = scratch + plan.in_size();
  for (int first = units.first; first < units.end; first += plan.block) {
    const int count = units.end - first < plan.block ? units.end - first : plan.block;
    transform_input<Isa, Ny, Nx>(job, plan.in_parts() ? first * plan.grid_x : first, plan.grid_tiles(count),
                                 scratch);
    for (int b = mine.first; b < mine.end; ++b) {
      const int group = b / plan.bundles(), p = b % plan.bundles() * plan.bundle,
                panels = plan.bundle_from(p);
      const int panel = group * plan.panels + p, left = plan.filters - p * columns;
      multiply_winograd<Isa>(
          plan, count, scratch + group * (plan.channels / plan.groups),
          job.packed + plan.groups * plan.panels * columns + panel * plan.positions() * plan.panel_size(),
          panels, products);
      microkernels::winograd_target to{nullptr,
                                       job.y.pixel_stride,
                                       job.y.row_stride,
                                       0,
                                       0,
                                       left < panels * columns ? left : panels * columns,
                                       job.low,
                                       job.high};
      for (int t = 0; t < count * plan.unit; ++t) {
        const int tile = first * plan.unit + t;
        const int row = tile / plan.tiles_x * My, column = tile % plan.tiles_x * Mx;
        to.y = &job.y(row, column, group * plan.filters + p * columns);
        to.rows = job.out_h - row < My ? job.out_h - row : My;
        to.columns = job.out_w - column < Mx ? job.out_w - column : Mx;
        microkernels::winograd_output<Isa, Ny, My, Nx, Mx>(
            products + t * plan.bundle * columns, plan.product_pitch, job.packed + panel * columns, to);
        if (job.activate != nullptr)
          for (int i = 0; i < to.rows; ++i)
            for (int j = 0; j < to.columns; ++j)
              job.activate(to.y + i * to.row_pitch + j * to.pixel_pitch, to.channels);
      }
    }
  }
}

/// With so many points in each axis.
template <class Isa, int Ny, int Nx, conv2d L, shape Out, shape In>
struct winograd_convolution {
  static constexpr winograd_axis in_y = axis_of(Ny, L.kernel.h), in_x = axis_of(Nx, L.kernel.w);
  static constexpr window2d window = L.window(In);
  static constexpr winograd_plan plan = winograd_plan_of<Isa>(in_y, in_x, L.groups, In, Out);

  static constexpr bool strided = true;
  static constexpr int scratch_bytes = plan.scratch_size() * int{sizeof(float)};
  static constexpr int packed_bytes = plan.packed_size() * int{sizeof(float)};

  static void pack(const float* canonical, std::byte* packed) {
    static constexpr winograd_kernel y = kernel_transform<Ny>(in_y.taps);
    static constexpr winograd_kernel x = kernel_transform<Nx>(in_x.taps);
    pack_winograd(plan, y, x, L.kernel, canonical, bool{L.bias}, reinterpret_cast<float*>(packed));
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch, share part = {}) {
    constexpr clamping clamp = clamping_of(L.act);
    convolve_winograd<Isa, Ny, in_y.outputs, Nx, in_x.outputs>(
        {plan, x, In.h, In.w, window.y.before, window.x.before, y, Out.h, Out.w,
         reinterpret_cast<const float*>(packed), clamp.low, clamp.high, clamp.is_all ? nullptr : activate},
        reinterpret_cast<float*>(scratch), part);
  }

 private:
  static void activate(float* y, int count) { activate_run<Isa, L.act>(y, count); }
};

}  // namespace edgenn::detail
