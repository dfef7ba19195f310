#pragma once
// Winograd's convolutions with stride 1. A block of tiles of the input is brought into the transform domain,
// where each position of a tile is a product of matrices, [tiles][channels] by [channels][filters]; far fewer
// multiplications than a direct convolution needs.
#include <edgenn/backends/cpu/activation.hpp>
#include <edgenn/backends/cpu/microkernels/gemm.hpp>
#include <edgenn/backends/cpu/microkernels/widen.hpp>
#include <edgenn/backends/cpu/microkernels/winograd.hpp>
#include <edgenn/backends/cpu/winograd_plan.hpp>
#include <edgenn/share.hpp>
#include <edgenn/tensor_view.hpp>
#include <edgenn/window.hpp>

namespace edgenn::detail {

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

/// Floats between biases and weights: the factor of weights that are not stored as floats.
template <class Stored>
inline constexpr int winograd_head = std::is_same_v<Stored, float> ? 0 : 16;

/// A power of two by which transformed weights are divided before they are rounded to 16 bits: the largest
/// are then below 2^15, and the smallest, which the transform makes thousands of times smaller, far from 0.
inline double winograd_factor(const winograd_kernel& y, const winograd_kernel& x, const float* weights,
                              int count) {
  const auto gain = [](const winograd_kernel& k) {
    double most = 0;
    for (const auto& point : k.g) {
      double sum = 0;
      for (const double tap : point) sum += tap < 0 ? -tap : tap;
      most = sum > most ? sum : most;
    }
    return most;
  };
  double largest = 0;
  for (int i = 0; i < count; ++i) {
    const double w = static_cast<double>(weights[i] < 0 ? -weights[i] : weights[i]);
    if (w > largest && w <= 1e30) largest = w;
  }
  largest *= gain(y) * gain(x);
  double factor = 1;
  for (int i = 0; i < 120 && largest > 32768 * factor; ++i) factor *= 2;
  for (int i = 0; i < 120 && largest > 0 && largest < 16384 * factor; ++i) factor /= 2;
  return factor;
}

/// G g G^T of every pair of channels and every part of the kernel, in double, to weights stored as `Stored`.
template <class Stored>
void pack_winograd(const winograd_plan& plan, const winograd_kernel& y, const winograd_kernel& x,
                   extent kernel, const float* canonical, bool has_bias, float* packed) {
  const int channels = plan.channels / plan.groups, columns = plan.columns;
  const int filters = plan.groups * plan.filters, all_panels = plan.groups * plan.panels;
  const float* bias = canonical + filters * kernel.h * kernel.w * channels;
  double divisor = 1;
  if constexpr (winograd_head < Stored >> 0) {
    divisor = winograd_factor(y, x, canonical, filters * kernel.h * kernel.w * channels);
    for (int i = 0; i < winograd_head<Stored>; ++i)
      packed[all_panels * columns + i] = static_cast<float>(divisor);
  }
  for (int panel = 0; panel < all_panels; ++panel) {
    const int group = panel / plan.panels, p = panel % plan.panels, in_bundle = p % plan.bundle;
    const int panels = plan.bundle_from(p - in_bundle);
    Stored* to = reinterpret_cast<Stored*>(packed + all_panels * columns + winograd_head<Stored>)
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
                Stored(static_cast<float>(sum / divisor));
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
  const float* bias;
  const std::byte* weights;
  float low, high;
  void (*activate)(float* y, int count);  ///< what clamping does not do, or none
  microkernels::widening stored;          ///< of the weights
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

/// The product of 9 to 27 rows with a panel that comes from memory, in tiles of about the same size. The
/// first ones fetch the next panel: a single one all of it, of others each its own cache line of every k. A
/// panel is read again for each tile, from the second-level cache, hence a single tile of 9 rows.
template <class Isa>
void multiply_fetching(const float* a, float* y, int rows, const microkernels::gemm_panel_job& job) {
  using shape = microkernels::gemm_tile<Isa>;
  using v = microkernels::vec<Isa>;
  constexpr int line = 16, most = 8, single = 9;
  if (rows == single)
    return microkernels::gemm_rows<Isa, v, single, shape::vectors, shape::columns>::run(a, y, job, job.next);
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
      compute(count, job.next + i * line, std::integer_sequence<int, 5, 6, 7, 8>{});
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
  // One line of each page of the next panel: processors fetch ahead of what is read, but within a page only,
  // and have yet to translate the address of the next one.
  constexpr int page = 4096 / int{sizeof(float)};
  if (job.next != nullptr)
    for (int i = 0; i < job.left.size() * shape::columns; i += page) __builtin_prefetch(job.next + i, 0, 2);
  if constexpr (tile == 7 && shape::columns == 32)
    if (fetches && job.next != nullptr && rows > 8 && rows < 4 * tile)
      return multiply_fetching<Isa>(a, y, rows, job);
  if (rows < 4 * tile)
    for (; rows > tile + 1; rows -= tile, a += tile * job.left_pitch, y += tile * job.out_pitch)
      microkernels::gemm_panel<Isa>(a, y, tile, job);
  microkernels::gemm_panel<Isa>(a, y, rows, job);
}

/// Some panels of a bundle: [first, end) of the `panels` of it.
struct bundle_part {
  const std::byte* weights;  ///< of the bundle
  int panels, first, end;
  microkernels::widening stored;
  float* widened;  ///< a panel that `stored` widens
};

/// The products of the `units` transformed units at `v` with some panels of a bundle.
template <class Isa>
void multiply_winograd(const winograd_plan& plan, int units, const float* v, const bundle_part& part,
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
    for (int p = part.first; p < part.end; ++p) {
      const std::ptrdiff_t panel_bytes = 1LL * plan.panel_size() * part.stored.bytes;
      const std::byte* panel = part.weights + (i * part.panels + p) * panel_bytes;
      const int to_next = p + 1 < part.end ? 1 : part.panels - p + part.first;
      const auto* next = reinterpret_cast<const float*>(panel + to_next * panel_bytes);  // to be fetched
      const float* weights = part.stored(panel, plan.panel_size(), part.widened);
      microkernels::gemm_panel_job job{left,    plan.channel_pitch, weights,  no_bias, pitch,
                                       columns, -infinity,          infinity, next};
      for (int b = 0; b < batches; ++b) {
        multiply_rows<Isa>(v + i * plan.in_pitch + b * plan.grid_x * plan.channel_pitch,
                           products + i * plan.product_pitch + b * rows * pitch + p * columns, rows, job,
                           plan.fetches());
        job.next = nullptr;
      }
    }
}

/// A share of the layer: some blocks of tiles one after the other, or some panels of filters for all tiles.
///
/// The outputs of a tile are mixed from shared sums: a NaN in the input reaches all outputs of the tiles that
/// read it, an infinity may become NaN there, and inputs near the largest float overflow earlier than in a
/// direct convolution, because the transformed input is up to 4 (F(2x2)), 100 (F(4x4)) or 225 (F(6x6)) times
/// larger.
template <class Isa, int Ny, int My, int Nx, int Mx, bool Pooled = false>
void convolve_winograd(const winograd_job& job, float* scratch, share part) {
  static constexpr int columns = microkernels::gemm_tile<Isa>::columns;
  const winograd_plan& plan = job.plan;
  const int panels = plan.groups * plan.panels;
  const bool by_filters = divides_filters(plan, part.count);
  const share::range units = by_filters ? share::range{0, plan.units()} : part.of(plan.units());
  const share::range mine = by_filters ? part.of(panels) : share::range{0, panels};
  for (int first = units.first; first < units.end; first += plan.block) {
    const int count = units.end - first < plan.block ? units.end - first : plan.block;
    transform_input<Isa, Ny, Nx>(job, plan.in_parts() ? first * plan.grid_x : first, plan.grid_tiles(count),
                                 scratch);
    for (int panel = mine.first; panel < mine.end;) {  // the next one, then by bundles
      const int group = panel / plan.panels, in_group = panel % plan.panels,
                in_bundle = in_group % plan.bundle;
      const int bundle = panel - in_bundle, of_bundle = plan.bundle_from(in_group - in_bundle);
      const int end = mine.end - bundle < of_bundle ? mine.end - bundle : of_bundle;
      float* products = scratch + plan.in_size();
      multiply_winograd<Isa>(
          plan, count, scratch + group * (plan.channels / plan.groups),
          {job.weights + 1LL * bundle * plan.positions() * plan.panel_size() * job.stored.bytes, of_bundle,
           in_bundle, end, job.stored, scratch + plan.widened_at()},
          products);
      const int filters = (end - in_bundle) * columns, left = plan.filters - in_group * columns;
      microkernels::winograd_target to{
          nullptr, job.y.pixel_stride, job.y.row_stride, 0, 0, left < filters ? left : filters, job.low,
          job.high};
      for (int t = 0; t < count * plan.unit; ++t) {
        const int tile = first * plan.unit + t;
        const int row = tile / plan.tiles_x * My, column = tile % plan.tiles_x * Mx;
        constexpr int pool = Pooled ? 2 : 1;
        to.rows = (job.out_h - row < My ? job.out_h - row : My) / pool;
        to.columns = (job.out_w - column < Mx ? job.out_w - column : Mx) / pool;
        to.y = job.y.data
               + (row / pool * job.y.row_stride + column / pool * job.y.pixel_stride + group * plan.filters
                  + in_group * columns);
        microkernels::winograd_output<Isa, Ny, My, Nx, Mx, Pooled>(
            products + t * plan.bundle * columns + in_bundle * columns, plan.product_pitch,
            job.bias + panel * columns, to);
        if (job.activate != nullptr)
          for (int i = 0; i < to.rows; ++i)
            for (int j = 0; j < to.columns; ++j)
              job.activate(to.y + i * to.row_pitch + j * to.pixel_pitch, to.channels);
      }
      panel = bundle + end;
    }
  }
}

/// With so many points in each axis. `Pooled`: y are the maxima of squares of 2 x 2 outputs that lie side by
/// side, of which tiles have an even number in each axis; the activation comes after. `Bundle`: of
/// the plan. `Stored`: of weights.
template <class Isa, int Ny, int Nx, conv2d L, shape Out, shape In, bool Pooled = false, int Bundle = 0,
          class Stored = float>
struct winograd_convolution {
  static constexpr winograd_axis in_y = axis_of(Ny, L.kernel.h), in_x = axis_of(Nx, L.kernel.w);
  static constexpr window2d window = L.window(In);
  static constexpr winograd_plan plan = winograd_plan_of<Isa>(in_y, in_x, L.groups, In, Out, Bundle);
  static_assert(!Pooled || (in_y.outputs % 2 == 0 && in_x.outputs % 2 == 0));

  /// For other extents, with these weights.
  template <shape OtherOut, shape OtherIn>
  using with_extents = winograd_convolution<Isa, Ny, Nx, L, OtherOut, OtherIn, Pooled, plan.bundle, Stored>;
  /// With weights stored as `Other`.
  template <class Other>
  using with_stored = winograd_convolution<Isa, Ny, Nx, L, Out, In, Pooled, Bundle, Other>;

  static constexpr bool strided = true;
  static constexpr int scratch_bytes =
      (std::is_same_v<Stored, float> ? plan.scratch_size() : plan.widened_at() + plan.panel_size())
      * int{sizeof(float)};
  static constexpr int bias_size = plan.groups * plan.panels * plan.columns;
  static constexpr int packed_bytes = (bias_size + winograd_head<Stored>)*int{sizeof(float)}
                                      + (plan.packed_size() - bias_size) * int{sizeof(Stored)};

  static void pack(const float* canonical, std::byte* packed) {
    static constexpr winograd_kernel y = kernel_transform<Ny>(in_y.taps);
    static constexpr winograd_kernel x = kernel_transform<Nx>(in_x.taps);
    pack_winograd<Stored>(plan, y, x, L.kernel, canonical, bool{L.bias}, reinterpret_cast<float*>(packed));
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch, share part = {}) {
    constexpr clamping clamp = clamping_of(L.act);
    const auto* bias = reinterpret_cast<const float*>(packed);
    const float* head = bias + bias_size;
    const float factor = winograd_head<Stored> > 0 ? *head : 1;
    convolve_winograd<Isa, Ny, in_y.outputs, Nx, in_x.outputs, Pooled>(
        {plan, x, In.h, In.w, window.y.before, window.x.before, y, Out.h, Out.w, bias,
         reinterpret_cast<const std::byte*>(head + winograd_head<Stored>), clamp.low, clamp.high,
         clamp.is_all ? nullptr : activate, microkernels::widening_of<Isa, Stored>(factor)},
        reinterpret_cast<float*>(scratch), part);
  }

 private:
  static void activate(float* y, int count) { activate_run<Isa, L.act>(y, count); }
};

}  // namespace edgenn::detail
