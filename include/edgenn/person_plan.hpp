#pragma once
// What a person detector computes, before any pixel is seen: which network reads which rows of which level of
// the pyramid, and where in the image the boxes lie that its output stands for.
#include <edgenn/detail/trigonometry.hpp>
#include <edgenn/person_config.hpp>
#include <edgenn/share.hpp>
#include <edgenn/static_array.hpp>
#include <edgenn/vision/peaks.hpp>
#include <edgenn/vision/pyramid.hpp>

namespace edgenn {

/// One network on one level of the pyramid, or on some rows of it: one map of scores.
struct person_scale {
  person_net net = person_net::no_net;  ///< which network
  int level = 0;                        ///< of the pyramid
  int first_row = 0;                    ///< rows of the level that the network reads, from this one on
  int rows = 0;                         ///< how many
  int columns = 0;                      ///< of the level
  score_map map;                        ///< the boxes that its outputs stand for
};

/// The rows and columns of the patches of `net`.
constexpr extent person_patch(person_net net) {
  return net == person_net::far      ? extent{32, 16}
         : net == person_net::medium ? extent{64, 32}
                                     : extent{128, 64};
}

namespace detail {

inline constexpr int person_stride = 8;  ///< pixels of a level from one patch to the next

constexpr const person_scales& scales_of(const person_config& c, person_net net) {
  return net == person_net::far ? c.far : net == person_net::medium ? c.medium : c.near;
}

constexpr pyramid pyramid_of(const person_config& c) {
  int levels = 1;
  for (const person_scales* s : {&c.far, &c.medium, &c.near})
    if (s->levels > 0 && s->first_level + s->levels > levels) levels = s->first_level + s->levels;
  return {c.height, c.width, c.padding_below < 0 ? c.height : c.padding_below, c.scale, levels, c.per_octave};
}

constexpr bool within(const real& v, double low, double high) {
  return v.value() >= static_cast<float>(low) && v.value() <= static_cast<float>(high);
}
constexpr bool is_valid(const ground_plane& g) {
  if (g.camera_height == real{0}) return true;
  return within(g.camera_height, 1e-3, 1e4) && within(g.pitch, -89, 89) && within(g.focal_length, 1, 1e6)
         && within(g.centre_row, -1e6, 1e6) && within(g.shortest, 1e-2, 1e2)
         && within(g.tallest, static_cast<double>(g.shortest.value()), 1e2) && within(g.margin, 0, 10);
}
constexpr bool is_valid(const person_config& c) {
  for (const person_scales* s : {&c.far, &c.medium, &c.near})
    if (s->levels < 0 || s->first_level < 0 || s->levels > 100 || s->first_level > 100 || s->row_reach < 0
        || s->column_reach < 0 || s->row_reach > 1000 || s->column_reach > 1000)
      return false;
  return pyramid_of(c).is_valid() && within(c.occupancy, .05, 1) && within(c.aspect, .01, 10)
         && c.most_boxes > 0 && c.most_boxes <= 1 << 20 && c.second.most > 0 && within(c.iou_threshold, 0, 1)
         && within(c.visible, -1, 1) && within(c.smallest, 0, 1e6) && within(c.largest, 0, 1e6);
}

/// Rows of the image, not whole ones.
struct row_band {
  double first, last;

  constexpr bool is_empty() const { return !(first <= last); }
};

/// The centres of persons of `height` pixels on the ground, as far as such persons reach into the image.
///
/// With f the focal length and p the pitch, the horizon lies in row h = c - f tan p and vertical lines meet
/// in row h + D, D = f / (sin p cos p). Of a person of r camera heights whose feet are u rows below the
/// horizon, the cross ratio gives height D / (u (D - u + height)) = r. A camera that looks down sees that
/// height twice: far away, and so near that it looks on the person's head.
constexpr row_band centres_on_ground(const ground_plane& g, double image_height, double height) {
  const double pitch = static_cast<double>(g.pitch.value()), f = static_cast<double>(g.focal_length.value());
  const double sine = sine_of_degrees(pitch), cosine = cosine_of_degrees(pitch);
  const double centre =
      g.centre_row == real{-1} ? image_height / 2 : static_cast<double>(g.centre_row.value());
  const double horizon = centre - f * sine / cosine, q = sine * cosine / f;  // 1 / D
  const double camera = static_cast<double>(g.camera_height.value());
  const double shortest = static_cast<double>(g.shortest.value()) / camera;
  const double tallest = static_cast<double>(g.tallest.value()) / camera;
  const double b = 1 + height * q;
  // Persons below a camera that looks down never become taller than this.
  const double least = 4 * height * q / (b * b);
  if (tallest < least) return {1, 0};
  const auto feet = [&](double r) {
    return 2 * height / r / (b + square_root_of(b * b - 4 * height * q / r));
  };
  const double to_centre = horizon - height / 2;
  const double above = feet(tallest), below = feet(shortest < least ? least : shortest);
  const row_band far{to_centre + above, to_centre + below};
  if (q <= 0) return far;
  // The two solutions u add up to D + height; feet at D are right below the camera.
  const double sum = 1 / q + height, last = sum - above < 1 / q ? sum - above : 1 / q;
  const row_band near{to_centre + (sum - below), to_centre + last};
  const auto is_seen = [&](const row_band& band) {
    return !band.is_empty() && band.last + height / 2 > 0 && band.first - height / 2 < image_height;
  };
  if (!is_seen(near)) return far;
  return {is_seen(far) ? far.first : near.first, near.last};
}

/// The centres of the persons that a scale of `height` pixels looks for.
constexpr row_band centres_at(const person_config& c, double height) {
  const double half_step = exp2_of(.5 / c.per_octave);
  row_band band{-1e9, 1e9};
  if (c.visible.value() >= 0) band.last = c.height + height * (.5 - static_cast<double>(c.visible.value()));
  if (c.ground.camera_height == real{0}) return band;
  const double margin = height * static_cast<double>(c.ground.margin.value());
  row_band on_ground{1e9, -1e9};
  for (const double h : {height / half_step, height, height * half_step}) {
    const row_band of_h = centres_on_ground(c.ground, c.height, h);
    if (of_h.is_empty()) continue;
    on_ground.first = of_h.first < on_ground.first ? of_h.first : on_ground.first;
    on_ground.last = of_h.last > on_ground.last ? of_h.last : on_ground.last;
  }
  if (on_ground.first - margin > band.first) band.first = on_ground.first - margin;
  if (on_ground.last + margin < band.last) band.last = on_ground.last + margin;
  return band;
}

/// `net` on level `level`, with no rows if there is nothing to be looked at.
constexpr person_scale scale_of(const person_config& c, person_net net, int level) {
  const pyramid p = pyramid_of(c);
  const extent patch = person_patch(net), size = p.size(level);
  const double row_pitch = static_cast<double>(p.row_pitch(level));
  const double column_pitch = static_cast<double>(p.column_pitch(level));
  const double height = patch.h * static_cast<double>(c.occupancy.value()) * row_pitch;
  const double half_step = exp2_of(.5 / c.per_octave);
  person_scale s{net, level, 0, 0, size.w, {}};
  if (size.h < patch.h || size.w < patch.w) return s;
  if (height * half_step < static_cast<double>(c.smallest.value())) return s;
  if (c.largest.value() > 0 && height / half_step > static_cast<double>(c.largest.value())) return s;
  const int all = (size.h - patch.h) / person_stride + 1;
  const double origin = patch.h * row_pitch / 2, stride = person_stride * row_pitch;
  const row_band band = centres_at(c, height);
  const auto cell = [&](double row) {  // the one next to it
    const double i = (row - origin) / stride;
    return i < -1 ? -1 : i > all ? all : floor_of(i + .5);
  };
  const int first = cell(band.first) < 0 ? 0 : cell(band.first);
  const int end = cell(band.last) + 1 > all ? all : cell(band.last) + 1;
  if (band.is_empty() || first >= end) return s;
  s.first_row = person_stride * first;
  s.rows = person_stride * (end - first - 1) + patch.h;
  s.map = {end - first,
           (size.w - patch.w) / person_stride + 1,
           static_cast<float>(origin + first * stride),
           static_cast<float>(patch.w * column_pitch / 2),
           static_cast<float>(stride),
           static_cast<float>(person_stride * column_pitch),
           static_cast<float>(height),
           scales_of(c, net).row_reach,
           scales_of(c, net).column_reach};
  return s;
}

constexpr int count_scales(const person_config& c) {
  int count = 0;
  for (const person_net net : {person_net::far, person_net::medium, person_net::near}) {
    const person_scales& s = scales_of(c, net);
    for (int k = 0; k < s.levels; ++k) count += scale_of(c, net, s.first_level + k).rows > 0;
  }
  return count;
}

/// Everything that follows from a configuration.
template <const person_config& Config>
struct person_plan {
  static constexpr bool valid = is_valid(Config), valid_ground = is_valid(Config.ground);
  static_assert(valid,
                "edgenn: a person_config needs an image, a positive scale, per_octave >= 1, occupancy and "
                "visible of at most 1, an iou_threshold within [0, 1] and boxes");
  static_assert(valid_ground,
                "edgenn: a ground_plane needs a camera above the ground, a pitch within [-89, 89] degrees, a "
                "focal length of at least one pixel and tallest >= shortest > 0");

  static constexpr pyramid levels = pyramid_of(Config);
  static constexpr int count = valid && valid_ground ? count_scales(Config) : 1;
  static_assert(count > 0,
                "edgenn: this person_config leaves no scale: no level of the pyramid is as large as the "
                "patch of a network that reads it, or no person can be there");

  /// By the height of persons.
  static constexpr auto scales = [] {
    static_array<person_scale, count> all{};
    if (!valid || !valid_ground) return all;
    int n = 0;
    for (const person_net net : {person_net::far, person_net::medium, person_net::near}) {
      const person_scales& s = scales_of(Config, net);
      for (int k = 0; k < s.levels; ++k) {
        const person_scale found = scale_of(Config, net, s.first_level + k);
        if (found.rows == 0) continue;
        int at = n++;
        for (; at > 0 && all[at - 1].map.box_height > found.map.box_height; --at) all[at] = all[at - 1];
        all[at] = found;
      }
    }
    return all;
  }();
  static constexpr auto maps = [] {
    static_array<score_map, count> all{};
    for (int i = 0; i < count; ++i) all[i] = scales[i].map;
    return all;
  }();

  /// The rows of level `k` that any network reads.
  static constexpr share::range rows_of(int k) {
    share::range rows{1 << 30, 0};
    for (const person_scale& s : scales)
      if (s.level == k) {
        rows.first = s.first_row < rows.first ? s.first_row : rows.first;
        rows.end = s.first_row + s.rows > rows.end ? s.first_row + s.rows : rows.end;
      }
    return rows;
  }
  /// The first scale of `net`, the one on the largest level; -1 if it has none.
  static constexpr int first_of(person_net net) {
    for (int i = 0; i < count; ++i)
      if (scales[i].net == net) return i;
    return -1;
  }
  static constexpr bool uses(person_net net) { return first_of(net) >= 0 || Config.second.net == net; }

  /// Floats of the largest level, or of a patch for the second look.
  static constexpr int level_size = [] {
    long long most = 0;
    for (int k = 0; k < levels.levels; ++k) {
      const share::range rows = rows_of(k);
      const long long size = 3LL * levels.size(k).w * (rows.end - rows.first);
      if (rows.first < rows.end && size > most) most = size;
    }
    const extent patch = person_patch(Config.second.net);
    const long long of_patch = Config.second.net == person_net::no_net ? 0 : 3LL * patch.h * patch.w;
    return at_most_max_int(most > of_patch ? most : of_patch);
  }();
  /// Cells of all maps, and where those of each begin.
  static constexpr auto first_cell = [] {
    static_array<int, count + 1> first{};
    for (int i = 0; i < count; ++i) first[i + 1] = first[i] + static_cast<int>(maps[i].size());
    return first;
  }();
  static constexpr int cells = first_cell[count];
};

}  // namespace detail
}  // namespace edgenn
