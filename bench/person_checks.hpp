#pragma once
// Whether two detectors found the same persons, and whether a ground plane loses only what it excludes.
#include <algorithm>
#include <cmath>
#include <edgenn/person_detector.hpp>
#include <span>
#include <string>
#include <vector>

namespace bench {

using person_boxes = std::vector<edgenn::person_box>;

/// How far two sets of boxes are from each other.
struct difference {
  double pixels = 0;  ///< largest, of any corner of boxes that belong together
  double score = 0;   ///< largest
  int compared = 0;   ///< boxes of both sets, without those whose score is next to the threshold
  int missing = 0;    ///< of these, boxes without a partner in the other set

  static constexpr double most_pixels = 1, most_score = .01;
  bool is_same() const { return missing == 0 && pixels <= most_pixels && score <= most_score; }
};

inline double corner_distance(const edgenn::box& a, const edgenn::box& b) {
  return static_cast<double>(std::max(
      {std::fabs(a.x1 - b.x1), std::fabs(a.y1 - b.y1), std::fabs(a.x2 - b.x2), std::fabs(a.y2 - b.y2)}));
}

/// The box in `boxes` that is next to `b`; null if there are none.
inline const edgenn::person_box* nearest(const person_boxes& boxes, const edgenn::person_box& b) {
  const auto closer = [&](const edgenn::person_box& p, const edgenn::person_box& q) {
    return corner_distance(p.where, b.where) < corner_distance(q.where, b.where);
  };
  const auto found = std::min_element(boxes.begin(), boxes.end(), closer);
  return found == boxes.end() ? nullptr : &*found;
}

/// Compares both ways. A box whose score is within `most_score` of the threshold may be missing.
inline difference compare(const person_boxes& a, const person_boxes& b, float threshold) {
  difference d;
  const auto one_way = [&](const person_boxes& from, const person_boxes& to) {
    for (const edgenn::person_box& box : from) {
      if (static_cast<double>(box.score) <= static_cast<double>(threshold) + difference::most_score) continue;
      ++d.compared;
      const edgenn::person_box* partner = nearest(to, box);
      const double distance = partner == nullptr ? 1e9 : corner_distance(box.where, partner->where);
      if (distance > difference::most_pixels) {
        ++d.missing;
        continue;
      }
      d.pixels = std::max(d.pixels, distance);
      d.score = std::max(d.score, std::fabs(static_cast<double>(box.score - partner->score)));
    }
  };
  one_way(a, b);
  one_way(b, a);
  return d;
}

/// Metres of a person whose centre is in row `centre` of the image and who is `height` pixels tall there,
/// from the angles of feet and head below the horizon; negative if the feet are not below it.
inline double metres_tall(const edgenn::ground_plane& g, int image_height, double centre, double height) {
  const double middle =
      g.centre_row.value() < 0 ? image_height / 2. : static_cast<double>(g.centre_row.value());
  const double pitch = static_cast<double>(g.pitch.value()) * std::acos(-1.0) / 180;
  const auto slope = [&](double row) {
    return std::tan(pitch + std::atan((row - middle) / static_cast<double>(g.focal_length.value())));
  };
  const double feet = slope(centre + height / 2), head = slope(centre - height / 2);
  return feet > 0 ? static_cast<double>(g.camera_height.value()) * (1 - head / feet) : -1;
}

/// What became of the boxes of a whole detection where only the ground is looked at.
struct ground_check {
  int found = 0;     ///< boxes of the whole detection
  int allowed = 0;   ///< of these, with the feet where a person of that height on the ground has them
  int kept = 0;      ///< of the allowed ones, found on the ground too, from the same cell with the same score
  int replaced = 0;  ///< of the allowed ones, others that overlap a better box that only the ground run has
  int lost = 0;      ///< of the allowed ones, all others
  int excluded_but_found = 0;  ///< not allowed but found, within the margin of the plane
  bool is_right() const { return lost == 0; }
};

/// A cell of a scale: the one that the box was found in, before its position was refined.
struct cell_of_box {
  int row = -1, column = -1;
};
inline cell_of_box cell_of(const edgenn::person_box& b, const edgenn::score_map& m,
                           std::span<const float> scores) {
  cell_of_box best;
  float least = 1e9f;
  for (int row = 0; row < m.height; ++row)
    for (int column = 0; column < m.width; ++column) {
      if (scores[static_cast<std::size_t>(row * m.width + column)] != b.score) continue;
      const float y = m.origin_y + m.stride_y * static_cast<float>(row) - (b.where.y1 + b.where.y2) / 2;
      const float x = m.origin_x + m.stride_x * static_cast<float>(column) - (b.where.x1 + b.where.x2) / 2;
      if (y * y + x * x < least) {
        least = y * y + x * x;
        best = {row, column};
      }
    }
  return best;
}

/// `whole` has just found `all`, and a detector with the plane `ground` has found `on_ground` with the same
/// networks. A box of `all` whose cell the plane allows must be in `on_ground`. Its position may differ,
/// since it is refined by fewer neighbours at the edge of what the plane allows.
template <class Detector>
ground_check check_ground(const Detector& whole, const edgenn::person_config& config, const person_boxes& all,
                          const person_boxes& on_ground, float threshold) {
  ground_check check;
  for (const edgenn::person_box& b : all) {
    if (static_cast<double>(b.score) <= static_cast<double>(threshold) + difference::most_score) continue;
    ++check.found;
    const edgenn::score_map& m = whole.scales[b.scale].map;
    const cell_of_box cell = cell_of(b, m, whole.scores(b.scale));
    const double centre = static_cast<double>(m.origin_y + m.stride_y * static_cast<float>(cell.row));
    const double metres =
        metres_tall(config.ground, config.height, centre, static_cast<double>(m.box_height));
    const bool is_allowed = metres >= static_cast<double>(config.ground.shortest.value())
                            && metres <= static_cast<double>(config.ground.tallest.value());
    const bool is_kept = std::any_of(on_ground.begin(), on_ground.end(), [&](const edgenn::person_box& g) {
      return std::fabs(static_cast<double>(g.score - b.score)) <= difference::most_score
             && edgenn::iou(g.where, b.where) > .4f;
    });
    if (!is_allowed) {
      check.excluded_but_found += is_kept;
      continue;
    }
    ++check.allowed;
    // Near the edge of the strips a cell is a maximum whose better neighbour is not looked at.
    const bool is_replaced =
        std::any_of(on_ground.begin(), on_ground.end(), [&](const edgenn::person_box& g) {
          return g.score > b.score && edgenn::iou(g.where, b.where) > config.iou_threshold.value();
        });
    ++(is_kept ? check.kept : is_replaced ? check.replaced : check.lost);
  }
  return check;
}

}  // namespace bench
