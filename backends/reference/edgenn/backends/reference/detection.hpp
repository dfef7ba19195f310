#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <edgenn/backends/reference/tag.hpp>
#include <edgenn/layers/detection.hpp>
#include <edgenn/vision/nms.hpp>

namespace edgenn {

namespace detail {

// Plain functions of the parameters, because programs that run networks built at run time need them too.

template <class T>
void write_box(const basic_box<T>& b, T* to) {
  to[0] = b.x1;
  to[1] = b.y1;
  to[2] = b.x2;
  to[3] = b.y2;
}

/// Writes the corners of the box that `prediction` makes of a prior box, both in the order `order`. They may
/// lie in the same place.
template <class T>
void decode_box(box_order order, const box_variances& v, const T* prediction, const T* prior, T* corners) {
  const int x = order == box_order::xywh ? 0 : 1, y = 1 - x, w = 2 + x, h = 2 + y;
  const T cx = prior[x] + static_cast<T>(v.x.value()) * prediction[x] * prior[w];
  const T cy = prior[y] + static_cast<T>(v.y.value()) * prediction[y] * prior[h];
  const T half_w = std::exp(static_cast<T>(v.w.value()) * prediction[w]) * prior[w] / T(2);
  const T half_h = std::exp(static_cast<T>(v.h.value()) * prediction[h]) * prior[h] / T(2);
  write_box({cx - half_w, cy - half_h, cx + half_w, cy + half_h}, corners);
}

template <class T, class W>
void decode(const decode_boxes& l, int boxes, const T* x, const W* priors, T* y) {
  for (int i = 0; i < 4 * boxes; i += 4) {
    T prior[4];
    for (int k = 0; k < 4; ++k) prior[k] = static_cast<T>(priors[i + k]);
    decode_box(l.order, l.variances, x + i, prior, y + i);
  }
}

template <class T>
void decode(const decode_grid& l, shape grid, const T* x, T* y) {
  int i = 0;
  for (int row = 0; row < grid.h; ++row)
    for (int column = 0; column < grid.w; ++column)
      for (int k = 0; k < l.priors.count; ++k, i += 4) {
        const T px = (static_cast<T>(column) + T(0.5)) / static_cast<T>(grid.w);
        const T py = (static_cast<T>(row) + T(0.5)) / static_cast<T>(grid.h);
        const T pw = static_cast<T>(l.priors.sizes[k].w.value()),
                ph = static_cast<T>(l.priors.sizes[k].h.value());
        const T xywh[4] = {px, py, pw, ph}, yxhw[4] = {py, px, ph, pw};
        decode_box(l.order, l.variances, x + i, l.order == box_order::xywh ? xywh : yxhw, y + i);
      }
}

/// One execution of `non_max_suppression`. `candidates` has room for all boxes.
template <class T>
struct suppressor {
  struct candidate {
    T score;
    std::int32_t box;
  };

  const non_max_suppression_layer& how;
  int boxes, classes;
  const T *where, *scores;
  T* rows;
  candidate* candidates;
  int row_count = 0;

  void run() {
    if (how.among == suppression::each_class)
      for (int c = how.first_class; c < classes; ++c) find_one_class(c);
    else
      find_best_classes();
    const int width = how.rows == detection_rows::boxes ? 6 : 3;
    for (int i = row_count * width; i < how.capacity * width; ++i)
      rows[i] = width == 6 && i % 6 != 0 ? T(0) : T(-1);
  }

  // What `keep_best` asks.
  static bool before(const candidate& a, const candidate& b) {
    return a.score > b.score || (a.score == b.score && a.box < b.box);
  }
  bool overlap(const candidate& a, const candidate& b) const {
    return iou(corners(a.box), corners(b.box)) > static_cast<T>(how.iou_threshold.value());
  }

 private:
  T score(int i, int c) const { return scores[how.class_major ? c * boxes + i : i * classes + c]; }

  basic_box<T> corners(int i) const {
    const T* b = where + 4 * i;
    if (how.format == box_format::corners) return {b[0], b[1], b[2], b[3]};
    return {b[0] - b[2] / T(2), b[1] - b[3] / T(2), b[0] + b[2] / T(2), b[1] + b[3] / T(2)};
  }

  /// Whether a box with this score is a candidate, the one numbered `count` then.
  bool enter(int count, int i, T s) {
    if (!(s > static_cast<T>(how.score_threshold.value()))) return false;
    candidates[count] = {s, i};
    return true;
  }
  /// Of `count` candidates those that are kept, `limit` at most, are the first ones then; returns how many.
  int keep(int count, int limit) {
    return keep_best(candidates, count, how.top_k > 0 ? how.top_k : count, limit, *this);
  }

  void find_one_class(int c) {
    int count = 0;
    for (int i = 0; i < boxes; ++i) count += enter(count, i, score(i, c));
    const bool limited = how.detections_per_class > 0 && how.detections_per_class < how.capacity;
    const int kept = keep(count, limited ? how.detections_per_class : how.capacity);
    for (int k = 0; k < kept; ++k) {
      if (how.rows == detection_rows::boxes) {
        insert(c, candidates[k]);
      } else if (row_count < how.capacity) {
        T* row = rows + 3 * row_count++;
        row[0] = T(0);
        row[1] = static_cast<T>(c);
        row[2] = static_cast<T>(candidates[k].box);
      }
    }
  }

  /// The class that follows `last` when those of a box are sorted by their scores; after -1 the first. -1 if
  /// there is none, because all others are NaN.
  int next_class(int i, int last) const {
    int next = -1;
    for (int c = how.first_class; c < classes; ++c) {
      const T s = score(i, c);
      const bool follows = last < 0 ? s == s : s < score(i, last) || (s == score(i, last) && c > last);
      if (follows && (next < 0 || s > score(i, next))) next = c;
    }
    return next;
  }

  void find_best_classes() {
    int count = 0;
    for (int i = 0; i < boxes; ++i) {
      const int best = next_class(i, -1);
      if (best >= 0) count += enter(count, i, score(i, best));
    }
    const int kept = keep(count, how.capacity / how.classes_per_detection);
    for (int k = 0; k < kept; ++k) {
      const int i = candidates[k].box;
      int c = next_class(i, -1);
      for (int n = 0; n < how.classes_per_detection && c >= 0; ++n, c = next_class(i, c))
        write_row(row_count++, c, score(i, c), i);
    }
  }

  void write_row(int row, int c, T s, int i) {
    T* r = rows + 6 * row;
    r[0] = static_cast<T>(c);
    r[1] = s;
    write_box(corners(i), r + 2);
  }

  /// Puts a detection behind the rows with a score that is not lower. Where all are taken, the last drops
  /// out.
  void insert(int c, const candidate& found) {
    const bool full = row_count == how.capacity;
    if (full && !(found.score > rows[6 * (row_count - 1) + 1])) return;
    int at = full ? row_count - 1 : row_count++;
    for (; at > 0 && rows[6 * (at - 1) + 1] < found.score; --at)
      for (int k = 0; k < 6; ++k) rows[6 * at + k] = rows[6 * (at - 1) + k];
    write_row(at, c, found.score, found.box);
  }
};

}  // namespace detail

template <class T, class W, decode_boxes L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool in_place = true;

  static void run(tensor_view<const T> x, tensor_view<T> y, const W* priors) {
    detail::decode(L, Out.h, x.data, priors, y.data);
  }
};

template <class T, class W, decode_grid L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool in_place = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) { detail::decode(L, In, x.data, y.data); }
};

template <class T, class W, non_max_suppression_layer L, shape Out, shape Boxes, shape Scores>
struct kernel<basic_reference<T, W>, op<L, Out, Boxes, Scores>> {
  using suppressor = detail::suppressor<T>;
  using candidate = typename suppressor::candidate;
  static constexpr int boxes = detail::boxes_in(Boxes), classes = L.classes(Boxes, Scores);
  static constexpr int scratch_bytes = boxes * static_cast<int>(sizeof(candidate));

  static void run(tensor_view<const T> where, tensor_view<const T> scores, tensor_view<T> y, const W*,
                  std::byte* scratch) {
    static constexpr non_max_suppression_layer how = L;
    suppressor{how, boxes, classes, where.data, scores.data, y.data, reinterpret_cast<candidate*>(scratch)}
        .run();
  }
};

}  // namespace edgenn
