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

/// What became of the local maxima of a whole detection where only the ground is looked at, before boxes that
/// overlap are removed.
struct ground_check {
  int found = 0;     ///< in the whole detection, without those whose score is next to the threshold
  int allowed = 0;   ///< of these, with the feet where a person of that height on the ground has them
  int kept = 0;      ///< of the allowed ones, found in the same cell by the ground run
  int beside = 0;    ///< of the others, found by the ground run too: within the margin of the plane
  double score = 0;  ///< largest difference of a cell that both have
  bool is_right() const { return kept == allowed && score <= difference::most_score; }
};

/// The local maxima in the scores of the last image of a detector.
template <class Detector>
std::vector<edgenn::peak> peaks_of(const Detector& detector, float threshold) {
  std::vector<edgenn::score_map> maps;
  std::vector<const float*> scores;
  std::size_t cells = 0;
  for (const edgenn::person_scale& s : detector.scales) {
    scores.push_back(detector.scores(static_cast<int>(maps.size())).data());
    maps.push_back(s.map);
    cells += static_cast<std::size_t>(s.map.size());
  }
  std::vector<edgenn::peak> peaks(cells);
  std::vector<float> scratch(edgenn::peaks_scratch(maps));
  peaks.resize(edgenn::find_peaks(maps, scores, {threshold}, peaks, scratch).best.size());
  return peaks;
}

/// Compares two detectors that have just looked at one image with the same networks: `whole` everywhere, and
/// `on_ground` where the plane of `config` allows persons. What the plane allows follows from angles here,
/// not from the rows that the detector computed.
template <class Whole, class Ground>
ground_check check_ground(const Whole& whole, const Ground& on_ground, const edgenn::person_config& config,
                          float threshold) {
  constexpr int stride = 8;  // rows of a level from one cell to the next
  ground_check check;
  const std::vector<edgenn::peak> peaks = peaks_of(on_ground, threshold);
  const auto scale_on_ground = [&](const edgenn::person_scale& s) {
    for (int i = 0; i < on_ground.scales.size(); ++i)
      if (on_ground.scales[i].net == s.net && on_ground.scales[i].level == s.level) return i;
    return -1;
  };

  for (int s = 0; s < whole.scales.size(); ++s) {
    const int g = scale_on_ground(whole.scales[s]);
    if (g < 0) continue;
    const auto of_ground = on_ground.scores(g), of_whole = whole.scores(s);
    const std::ptrdiff_t skipped = (on_ground.scales[g].first_row - whole.scales[s].first_row) / stride
                                   * static_cast<std::ptrdiff_t>(whole.scales[s].map.width);
    for (std::size_t i = 0; i < of_ground.size(); ++i)
      check.score = std::max(
          check.score,
          std::fabs(static_cast<double>(of_ground[i] - of_whole[i + static_cast<std::size_t>(skipped)])));
  }
  for (const edgenn::peak& p : peaks_of(whole, threshold)) {
    if (static_cast<double>(p.score) <= static_cast<double>(threshold) + difference::most_score) continue;
    ++check.found;
    const edgenn::person_scale& s = whole.scales[p.scale];
    const double centre = static_cast<double>(s.map.origin_y + s.map.stride_y * static_cast<float>(p.row));
    const double metres =
        metres_tall(config.ground, config.height, centre, static_cast<double>(s.map.box_height));
    const bool is_allowed = metres >= static_cast<double>(config.ground.shortest.value())
                            && metres <= static_cast<double>(config.ground.tallest.value());
    const int g = scale_on_ground(s);
    const bool is_kept = std::any_of(peaks.begin(), peaks.end(), [&](const edgenn::peak& q) {
      return q.scale == g && q.column == p.column
             && q.row + on_ground.scales[g].first_row / stride == p.row + s.first_row / stride;
    });
    check.allowed += is_allowed;
    check.kept += is_allowed && is_kept;
    check.beside += !is_allowed && is_kept;
  }
  return check;
}

}  // namespace bench
