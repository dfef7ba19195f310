#pragma once
// Greedy non-maximum suppression: of boxes that overlap, the one with the highest score stays.
#include <cstddef>
#include <edgenn/vision/box.hpp>
#include <span>

namespace edgenn {

namespace detail {

/// Restores the order of a binary heap in which the element at `at` may precede its parent no more: no
/// element comes before its parent.
template <class Candidate, class Rules>
constexpr void sift_down(Candidate* heap, int count, int at, const Rules& rules) {
  const Candidate moved = heap[at];
  while (at < count / 2) {
    int child = 2 * at + 1;
    if (child + 1 < count && rules.before(heap[child + 1], heap[child])) ++child;
    if (!rules.before(heap[child], moved)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = moved;
}

/// Takes `examined` of the candidates at most, the first ones in the order `rules.before(a, b)`, and keeps
/// each unless `rules.overlap(a, b)` with one kept before, until `limit` are kept. Returns how many; they are
/// the first ones of `candidates` then, in order, and the others follow in some order. It needs no memory:
/// what remains is a heap at the front of the array, what is kept fills the array from its end.
template <class Candidate, class Rules>
constexpr int keep_best(Candidate* candidates, int count, int examined, int limit, const Rules& rules) {
  for (int i = count / 2 - 1; i >= 0; --i) sift_down(candidates, count, i, rules);
  const int least = examined < count ? count - examined : 0;
  int kept = 0;
  for (int left = count; left > least && kept < limit; --left) {
    const Candidate best = candidates[0];
    candidates[0] = candidates[left - 1];
    sift_down(candidates, left - 1, 0, rules);
    candidates[left - 1] = best;
    bool stays = true;
    for (int k = 0; k < kept && stays; ++k) stays = !rules.overlap(candidates[count - 1 - k], best);
    if (!stays) continue;
    candidates[left - 1] = candidates[count - 1 - kept];
    candidates[count - 1 - kept++] = best;
  }
  for (int i = 0, j = count - 1; i < j; ++i, --j) {
    const Candidate first = candidates[i];
    candidates[i] = candidates[j];
    candidates[j] = first;
  }
  return kept;
}

}  // namespace detail

/// One object that a detector found.
struct detection {
  int label = -1;   ///< number of its class
  float score = 0;  ///< the higher, the surer
  box where;        ///< its bounds
};

/// Which detections compete with each other.
enum class competition : int {
  within_classes,  ///< those with equal labels
  of_all,          ///< all
};

namespace detail {

struct rules_of_detections {
  float iou_threshold;
  competition among;

  constexpr bool before(const detection& a, const detection& b) const {
    if (a.score != b.score) return a.score > b.score;
    if (a.label != b.label) return a.label < b.label;
    if (a.where.x1 != b.where.x1) return a.where.x1 < b.where.x1;
    if (a.where.y1 != b.where.y1) return a.where.y1 < b.where.y1;
    if (a.where.x2 != b.where.x2) return a.where.x2 < b.where.x2;
    return a.where.y2 < b.where.y2;
  }
  constexpr bool overlap(const detection& a, const detection& b) const {
    return (among == competition::of_all || a.label == b.label) && iou(a.where, b.where) > iou_threshold;
  }
};

}  // namespace detail

/// Greedy non-maximum suppression: going from the highest score to the lowest, keeps each detection unless
/// its box and that of one kept before have an `iou` above `iou_threshold`. Returns the part of `found` that
/// is kept: its first elements, the highest score first. The others lie behind it. Detections whose score is
/// NaN are not kept. Equal scores come in the order of their labels and coordinates, so the result does not
/// depend on the order in `found`. Allocates nothing. Time: n log n comparisons for n detections and, if k
/// are kept, at most n k overlaps.
constexpr std::span<detection> greedy_nms(std::span<detection> found, float iou_threshold,
                                          competition among = competition::within_classes) {
  int count = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const detection d = found[i];
    if (d.score != d.score) continue;
    found[i] = found[static_cast<std::size_t>(count)];
    found[static_cast<std::size_t>(count++)] = d;
  }
  const detail::rules_of_detections rules{iou_threshold, among};
  const int kept = detail::keep_best(found.data(), count, count, count, rules);
  return found.first(static_cast<std::size_t>(kept));
}

/// The detections in the result of a network that ends with `non_max_suppression`, whose rows of six numbers
/// are class, score, x1, y1, x2, y2: copied to `to` until the rows or `to` end. Coordinates are multiplied by
/// `width` and `height`, so that shares of an image's sides become its pixels. Returns the part of `to` that
/// was filled.
constexpr std::span<detection> read_detections(std::span<const float> rows, std::span<detection> to,
                                               float width = 1, float height = 1) {
  constexpr float most_labels = 16777216;  // all integers below it are floats, and an int holds them
  std::size_t count = 0;
  for (std::size_t i = 0; i + 6 <= rows.size() && count < to.size(); i += 6) {
    const float* row = rows.data() + i;
    if (!(row[0] >= 0 && row[0] < most_labels)) break;
    to[count++] = {
        static_cast<int>(row[0]), row[1], {row[2] * width, row[3] * height, row[4] * width, row[5] * height}};
  }
  return to.first(count);
}

}  // namespace edgenn
