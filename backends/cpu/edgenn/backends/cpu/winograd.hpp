#pragma once
// Winograd's convolutions for 3x3 kernels with stride 1. Tiles of M x M outputs are computed with (M + 2)^2
// products per pair of channels instead of 9 M^2. A block of tiles is brought into the transform domain,
// where each of the (M + 2)^2 positions is a product of matrices, [tiles][channels] by [channels][filters].
#include <edgenn/backends/cpu/microkernels/gemm.hpp>
#include <edgenn/backends/cpu/microkernels/winograd.hpp>
#include <edgenn/backends/cpu/tag.hpp>
#include <edgenn/layers/conv2d.hpp>
#include <edgenn/shape.hpp>
#include <edgenn/tensor_view.hpp>
#include <edgenn/window.hpp>

namespace edgenn::detail {

/// How a layer is cut into blocks of tiles, and where scratch memory and packed weights hold what.
struct winograd_plan {
  int m;                        ///< outputs of a tile in each axis
  int positions;                ///< (m + 2)^2
  int tiles_y, tiles_x;         ///< of the image
  int block;                    ///< tiles worked on together
  int channels, filters;        ///< of the layer
  int channel_pitch;            ///< floats from one tile to the next in the transformed input
  int in_pitch, product_pitch;  ///< floats from one position to the next
  int columns, panels;          ///< of the weights
  int group;                    ///< panels worked on together

  constexpr int tiles() const { return tiles_y * tiles_x; }
  /// Floats of one block's transformed input.
  constexpr int in_size() const { return positions * in_pitch; }
  /// Floats of scratch memory.
  constexpr int scratch_size() const { return in_size() + positions * product_pitch; }
  /// Floats of one panel of the weights, [channels][columns].
  constexpr int panel_size() const { return channels * columns; }
  /// Panels of the group that starts with panel `first`.
  constexpr int group_from(int first) const { return panels - first < group ? panels - first : group; }
  /// Floats of packed weights: bias, then [groups][positions][panels of the group][channels][columns].
  constexpr int packed_size() const { return panels * (columns + positions * panel_size()); }
};

/// For vectors of `width` floats and panels of `columns`, with `rows` rows to a tile of the product.
constexpr winograd_plan plan_winograd(int m, shape in, shape out, int width, int columns, int rows) {
  const int positions = (m + 2) * (m + 2);
  const int step = m > 0 ? m : 1;
  const int tiles_y = ceil_div(out.h, step), tiles_x = ceil_div(out.w, step), tiles = tiles_y * tiles_x;
  const int channel_pitch = ceil_div(in.c, width) * width;
  // Every block reads all weights once, so blocks are many tiles, the more if weights come from memory each
  // time; but their transformed input should stay in the second-level cache.
  constexpr int cache_floats = 64 * 1024;
  constexpr double weights_in_cache = 4e6;
  const bool from_memory = static_cast<double>(positions) * in.c * out.c > weights_in_cache;
  const int fitting = cache_floats / (positions * channel_pitch), fewest = from_memory ? 64 : 4 * rows;
  const int most = fitting < fewest ? fewest : fitting / rows * rows;
  const int blocks = ceil_div(tiles, most);
  const int even = ceil_div(ceil_div(tiles, blocks), rows) * rows;
  const int block = even < tiles ? even : tiles;
  // Panels that share one reading of the transformed input.
  constexpr int group_columns = 64;
  const int group = ceil_div(group_columns, columns);
  // Positions lie a cache line more than a power of two apart, or they would share a few sets of the cache.
  constexpr int line = 16;
  return {m,
          positions,
          tiles_y,
          tiles_x,
          block,
          in.c,
          out.c,
          channel_pitch,
          block * channel_pitch + line,
          block * group * columns + line,
          columns,
          ceil_div(out.c, columns),
          group};
}

template <class Isa>
constexpr winograd_plan winograd_plan_of(int m, shape in, shape out) {
  using tile = microkernels::gemm_tile<Isa>;
  return plan_winograd(m, in, out, microkernels::vec<Isa>::width, tile::columns, tile::rows);
}

/// The time that F(m x m, 3 x 3), or with m = 0 a direct convolution, is expected to take, in
/// multiply-accumulate operations at the speed of the products. A transform is a fixed number of vector
/// instructions and cache lines for each tile and channel; weights that few rows share arrive slower than
/// they are used. The constants were measured with AVX-512 on a Zen 4 core; only their rough size matters.
constexpr double cost_of_convolution(const winograd_plan& plan, shape in, shape out) {
  constexpr double of_a_tile = 4;    // to begin and to end the sums of a tile of the product, in steps of k
  constexpr double of_a_weight = 6;  // to fetch it from memory
  const double filters = plan.panels * plan.columns;
  if (plan.m == 0) {
    const double pixels = out.h * out.w, weights = 9. * in.c * filters;
    const double border = 4. * in.size();  // to copy the input into a larger one
    const double product = pixels * (9. * in.c + of_a_tile) * filters, memory = weights * of_a_weight;
    return (product > memory ? product : memory) + border;
  }
  const double of_input = plan.m == 2 ? 100 : plan.m == 4 ? 280 : 650;
  const double of_output = plan.m == 2 ? 150 : plan.m == 4 ? 350 : 750;
  const double tiles = plan.tiles(), weights = static_cast<double>(plan.positions) * in.c * filters;
  const double product = tiles * plan.positions * (in.c + of_a_tile) * filters;
  const double memory = weights * of_a_weight * ceil_div(plan.tiles(), plan.block);
  return (product > memory ? product : memory) + tiles * (of_input * plan.channel_pitch + of_output * out.c);
}

/// The M of the F(M x M, 3 x 3) for a layer, 0 for a direct convolution. Larger ones need more memory for
/// weights and round more, so each must promise a tenth more speed than the best of the smaller ones.
template <class Isa>
constexpr int chosen_winograd(shape in, shape out) {
  int best = 0;
  double least = 0;
  for (const int m : {0, 2, 4, 6}) {
    const winograd_plan plan = winograd_plan_of<Isa>(m, in, out);
    if (m > 0 && 4. * plan.positions * in.c * plan.panels * plan.columns > 1e9) continue;  // bytes are int
    const double cost = cost_of_convolution(plan, in, out);
    if (m == 0 || cost < .9 * least) {
      best = m;
      least = cost;
    }
  }
  return best;
}

/// G g G^T of every pair of channels, in double.
template <int M>
void pack_winograd(const winograd_plan& plan, const float* canonical, bool has_bias, float* packed) {
  constexpr int n = M + 2;
  constexpr const auto& g = microkernels::winograd_1d<M>::kernel;
  for (int i = 0; i < plan.panels * plan.columns; ++i)
    packed[i] = i < plan.filters && has_bias ? canonical[plan.filters * 9 * plan.channels + i] : 0;
  for (int p = 0; p < plan.panels; ++p) {
    const int in_group = p % plan.group, panels = plan.group_from(p - in_group);
    float* to = packed + plan.panels * plan.columns
                + ((p - in_group) * plan.positions + in_group) * plan.panel_size();
    for (int c = 0; c < plan.channels; ++c)
      for (int column = 0; column < plan.columns; ++column) {
        const int filter = p * plan.columns + column;
        double half[3][n] = {};  // [kernel column][row]
        if (filter < plan.filters)
          for (int kx = 0; kx < 3; ++kx)
            for (int i = 0; i < n; ++i)
              for (int ky = 0; ky < 3; ++ky)
                half[kx][i] +=
                    g[i][ky]
                    * static_cast<double>(canonical[((filter * 3 + ky) * 3 + kx) * plan.channels + c]);
        for (int i = 0; i < n; ++i)
          for (int j = 0; j < n; ++j) {
            double sum = 0;
            for (int kx = 0; kx < 3; ++kx) sum += g[j][kx] * half[kx][i];
            to[(i * n + j) * panels * plan.panel_size() + c * plan.columns + column] =
                static_cast<float>(sum);
          }
      }
  }
}

/// What `convolve_winograd` computes on; all numbers at run time, one driver serves every layer.
struct winograd_job {
  winograd_plan plan;
  tensor_view<const float> x;
  int in_h, in_w, before_y, before_x;  ///< of the input and its padding
  tensor_view<float> y;
  int out_h, out_w;
  const float* packed;
  float low, high;
};

/// The transformed input of the tiles [first, first + count).
template <class Isa, int M>
void transform_input(const winograd_job& job, int first, int count, float* v) {
  const winograd_plan& plan = job.plan;
  const tensor_view<const float> x = job.x;
  const auto clip = [](int i) { return i < 0 ? 0 : i > M + 2 ? M + 2 : i; };
  for (int t = 0; t < count; ++t, v += plan.channel_pitch) {
    const int row = (first + t) / plan.tiles_x * M - job.before_y;
    const int column = (first + t) % plan.tiles_x * M - job.before_x;
    const microkernels::tile_part inside{clip(-row), clip(job.in_h - row), clip(-column),
                                         clip(job.in_w - column)};
    const int origin = row * x.row_stride + column * x.pixel_stride;
    const bool whole = inside.top == 0 && inside.left == 0 && inside.bottom == M + 2 && inside.right == M + 2;
    (whole ? microkernels::winograd_input<Isa, M, true>
           : microkernels::winograd_input<Isa, M, false>)(x.data, origin, x.pixel_stride, x.row_stride,
                                                          inside, plan.channels, v, plan.in_pitch);
  }
}

/// All outputs of a block of tiles after another. The outputs of a tile are mixed from shared sums: a NaN in
/// the input reaches all outputs of the tiles that read it, an infinity may become NaN there, and inputs near
/// the largest float overflow earlier than in a direct convolution, because the transformed input is up to
/// 4 (F(2x2)), 100 (F(4x4)) or 225 (F(6x6)) times larger.
template <class Isa, int M>
void convolve_winograd(const winograd_job& job, float* scratch) {
  static constexpr int columns = microkernels::gemm_tile<Isa>::columns;
  alignas(64) static constexpr float no_bias[columns] = {};
  constexpr float infinity = __builtin_huge_valf();
  const winograd_plan& plan = job.plan;
  const float* panels = job.packed + plan.panels * columns;
  float* products = scratch + plan.in_size();
  for (int first = 0; first < plan.tiles(); first += plan.block) {
    const int count = plan.tiles() - first < plan.block ? plan.tiles() - first : plan.block;
    transform_input<Isa, M>(job, first, count, scratch);
    const float* weights = panels;
    for (int p = 0; p < plan.panels; p += plan.group) {
      const int group = plan.group_from(p), pitch = plan.group * columns;
      for (int i = 0; i < plan.positions; ++i)
        for (int k = 0; k < group; ++k, weights += plan.panel_size())
          microkernels::gemm_panel<Isa>(scratch + i * plan.in_pitch,
                                        products + i * plan.product_pitch + k * columns, count,
                                        {{1, 1, plan.channels, 0, 0},
                                         plan.channel_pitch,
                                         weights,
                                         no_bias,
                                         pitch,
                                         columns,
                                         -infinity,
                                         infinity,
                                         weights + plan.panel_size()});
      const int filters = plan.filters - p * columns;
      for (int t = 0; t < count; ++t) {
        const int row = (first + t) / plan.tiles_x * M, column = (first + t) % plan.tiles_x * M;
        microkernels::winograd_output<Isa, M>(
            products + t * pitch, plan.product_pitch, job.packed + p * columns,
            &job.y(row, column, p * columns), job.y.pixel_stride, job.y.row_stride,
            job.out_h - row < M ? job.out_h - row : M, job.out_w - column < M ? job.out_w - column : M,
            filters < pitch ? filters : pitch, job.low, job.high);
      }
    }
  }
}

/// By F(Tile x Tile, 3 x 3).
template <class Isa, int Tile, conv2d L, shape Out, shape In>
struct winograd_convolution {
  static constexpr window2d window = L.window(In);
  static constexpr winograd_plan plan = winograd_plan_of<Isa>(Tile, In, Out);

  static constexpr bool strided = true;
  static constexpr int scratch_bytes = plan.scratch_size() * int{sizeof(float)};
  static constexpr int packed_bytes = plan.packed_size() * int{sizeof(float)};

  static void pack(const float* canonical, std::byte* packed) {
    pack_winograd<Tile>(plan, canonical, bool{L.bias}, reinterpret_cast<float*>(packed));
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch) {
    constexpr clamping clamp = clamping_of(L.act);
    convolve_winograd<Isa, Tile>({plan, x, In.h, In.w, window.y.before, window.x.before, y, Out.h, Out.w,
                                  reinterpret_cast<const float*>(packed), clamp.low, clamp.high},
                                 reinterpret_cast<float*>(scratch));
    apply_rest<L.act, Out>(y);
  }
};

}  // namespace edgenn::detail
