#pragma once
// How a convolution with stride 1 is cut up for Winograd's algorithms, and which of them computes a layer.
#include <edgenn/backends/cpu/microkernels/gemm.hpp>
#include <edgenn/backends/cpu/tag.hpp>
#include <edgenn/layers/conv2d.hpp>
#include <edgenn/shape.hpp>

namespace edgenn::detail {

/// One dimension of a variant: F(outputs, taps) with `points` products. A longer kernel falls into `parts` of
/// `taps` = `outputs` taps, so that what the second part of a tile's kernel reads is the transformed input of
/// the next tile, and the products add up over all parts. With one point that is a direct convolution.
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
  /// Where, behind it, a panel lies whose weights were not stored as floats.
  constexpr int widened_at() const { return ceil_div(scratch_size(), 16) * 16; }
  /// Floats of one panel of the weights, [depth][columns].
  constexpr int panel_size() const { return depth() * columns; }
  /// Panels of the bundle that starts with panel `first` of a group.
  constexpr int bundle_from(int first) const { return panels - first < bundle ? panels - first : bundle; }
  /// Whether the second-level cache has room for the panel of the next product: one of 1 MiB, as processors
  /// with AVX-512 have at least, less what the results need. All panels of a position together need no more
  /// of the transformed input than that position.
  constexpr bool fetches() const {
    return (bundle < panels ? 1LL * positions() : 1) * in_pitch + 2 * panel_size() <= 200 * 1024;
  }
  /// Floats of packed weights: bias [groups][panels][columns], then
  /// [groups][bundles][positions][panels of the bundle][depth][columns].
  constexpr int packed_size() const { return groups * panels * (columns + positions() * panel_size()); }
};

/// For vectors of `width` floats and panels of `columns`, with `rows` rows to a tile of the product; with
/// bundles of `bundle` panels, 0 for the best number.
constexpr winograd_plan plan_winograd(winograd_axis y, winograd_axis x, int groups, shape in, shape out,
                                      int width, int columns, int rows, int bundle = 0) {
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
  plan.in_pitch = at_most_max_int(1LL * plan.grid_tiles(plan.block) * plan.channel_pitch + line);
  // Panels that share one reading of the transformed input; all of them, if that and the next panel are too
  // much for the cache and tiles so few that it takes longer to fetch the weights than to multiply.
  constexpr int bundle_columns = 64;
  plan.bundle = ceil_div(bundle_columns, columns);
  if (!plan.in_parts() && plan.block < 4 * rows && !plan.fetches()) plan.bundle = plan.panels;
  if (bundle > 0) plan.bundle = bundle;
  plan.product_pitch = at_most_max_int(1LL * plan.block * plan.unit * plan.bundle * columns + line);
  return plan;
}

template <class Isa>
constexpr winograd_plan winograd_plan_of(winograd_axis y, winograd_axis x, int groups, shape in, shape out,
                                         int bundle = 0) {
  using tile = microkernels::gemm_tile<Isa>;
  return plan_winograd(y, x, groups, in, out, microkernels::vec<Isa>::width, tile::columns, tile::rows,
                       bundle);
}

/// The time that a variant, or a direct convolution if both axes have one point, is expected to take, in
/// multiply-accumulate operations at the speed of the products. A transform is a number of vector
/// instructions and cache lines for each tile and channel. The constants were measured with AVX-512 on a Zen
/// 4 core; only their rough size matters.
constexpr double cost_of_convolution(const winograd_plan& plan, shape in, shape out) {
  // To begin and to end the sums of a tile of the product, in steps of k. To write short sums takes longer
  // than to compute them where vectors are long, of which a few channels leave most lanes empty.
  const bool is_short = plan.depth() < 20 && plan.channel_pitch > 4 * plan.channels;
  const double of_a_tile = is_short ? 12 : 4;
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

/// Whether shares are some of the filters for all tiles, instead of some of the tiles for all filters: one
/// transforms the whole input for each share, the other reads all weights. In the units of
/// `cost_of_convolution`.
constexpr bool divides_filters(const winograd_plan& plan, int shares) {
  const int panels = plan.groups * plan.panels;
  if (plan.units() >= shares * plan.block || panels < shares) return false;
  constexpr double of_a_tile = 4, of_a_weight = 2;
  const double of_panel = 1. * plan.positions() * plan.columns;
  const double of_input = plan.positions() * (5 + .3 * (plan.y.points + plan.x.points)) * plan.channel_pitch;
  const auto cost = [&](int units, int some_panels) {
    const double of_unit = plan.unit * (of_panel * (plan.depth() + of_a_tile) * some_panels + of_input);
    return units * of_unit + of_a_weight * of_panel * plan.depth() * some_panels;
  };
  return cost(plan.units(), ceil_div(panels, shares)) < cost(ceil_div(plan.units(), shares), panels);
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

}  // namespace edgenn::detail
