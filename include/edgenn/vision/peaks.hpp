#pragma once
// The local maxima of score maps of several scales: non-maximum suppression without boxes.
//
// It works on linear scores. After a softmax in fp16 all scores above 8.3 are 1, and neighbouring objects
// become one plateau.
#include <cstddef>
#include <edgenn/detail/exp2.hpp>
#include <edgenn/shape.hpp>
#include <edgenn/vision/nms.hpp>
#include <span>

namespace edgenn {

/// Where the scores of one scale lie in an image. Cell (row, column) is the score of a box whose centre is
/// (origin_y + row * stride_y, origin_x + column * stride_x), in pixels of the image. A map is compared with
/// those before and after it, so maps are in the order of their boxes' heights.
struct score_map {
  int height = 0;        ///< rows; a map without cells is allowed
  int width = 0;         ///< columns
  float origin_y = 0;    ///< centre of the box of cell (0, 0)
  float origin_x = 0;    ///< centre of the box of cell (0, 0)
  float stride_y = 1;    ///< from one row to the next
  float stride_x = 1;    ///< from one column to the next
  float box_height = 1;  ///< of the object, in pixels of the image
  int row_reach = 3;     ///< rows above and below that a cell is compared with
  int column_reach = 1;  ///< columns left and right that a cell is compared with

  /// Whether it has cells.
  constexpr bool has_cells() const { return height > 0 && width > 0; }
  /// Number of cells.
  constexpr long long size() const { return has_cells() ? 1LL * height * width : 0; }
};

/// A local maximum.
struct peak {
  int scale = 0;         ///< number of its map
  int row = 0;           ///< of its cell
  int column = 0;        ///< of its cell
  float y = 0;           ///< centre of the box in pixels of the image, refined
  float x = 0;           ///< centre of the box in pixels of the image, refined
  float box_height = 0;  ///< in pixels of the image, refined
  float score = 0;       ///< of its cell
  friend constexpr bool operator==(const peak&, const peak&) = default;
};

/// What counts as a peak, and how far its refinement looks.
struct peak_rules {
  /// Only higher scores are peaks.
  float threshold = 0;
  /// Cells whose score is lower than the peak's by this or more do not count in the refinement; 0: none do.
  float support = 4;
  /// Nor do cells whose box has its centre further from the peak's, in either axis, than this many heights.
  float reach = 1e9f;
};

/// Result of `find_peaks`.
struct found_peaks {
  std::span<peak> best;  ///< highest score first; equal ones by scale, row, column
  long long all = 0;     ///< how many there are; -1: maps and scores do not match, or scratch is too short
};

namespace detail {

inline constexpr float no_score = -__builtin_huge_valf();

constexpr float score_or_none(float v) { return v == v ? v : no_score; }

/// The cell of `m` whose box has its centre next to that of cell i of another axis; it may lie outside of
/// `m`.
constexpr int nearest_cell(float origin, float stride, int i, float origin_of_m, float stride_of_m) {
  const double centre = static_cast<double>(origin) + static_cast<double>(stride) * i;
  const double cell = (centre - static_cast<double>(origin_of_m)) / static_cast<double>(stride_of_m);
  return cell > -1e9 && cell < 1e9 ? floor_of(cell + 0.5) : -1000000000;
}

struct cell {
  int row, column;
};

constexpr cell nearest_cell(const score_map& from, int row, int column, const score_map& m) {
  return {nearest_cell(from.origin_y, from.stride_y, row, m.origin_y, m.stride_y),
          nearest_cell(from.origin_x, from.stride_x, column, m.origin_x, m.stride_x)};
}

/// Calls f(row, column) for the cells of `m` within reach of `c`, until it returns false.
template <class F>
constexpr bool for_window(const score_map& m, cell c, const F& f) {
  const auto at_least_0 = [](int i) { return i > 0 ? i : 0; };
  const auto below = [](int i, int end) { return i < end ? i : end - 1; };
  const int first = at_least_0(c.row - m.row_reach), last = below(c.row + m.row_reach, m.height);
  const int left = at_least_0(c.column - m.column_reach), right = below(c.column + m.column_reach, m.width);
  for (int row = first; row <= last; ++row)
    for (int column = left; column <= right; ++column)
      if (!f(row, column)) return false;
  return true;
}

/// A map after the maximum over its window, for all cells whose window has a cell of the map: `row_reach`
/// rows and `column_reach` columns more on each side.
struct pooled_map {
  float* data;

  static constexpr std::size_t width(const score_map& m) {
    return static_cast<std::size_t>(m.width + 2 * m.column_reach);
  }
  static constexpr std::size_t size(const score_map& m) {
    return m.has_cells() ? static_cast<std::size_t>(m.height + 2 * m.row_reach) * width(m) : 0;
  }

  /// `line` is one row of scratch.
  constexpr void pool(const score_map& m, const float* scores, float* line) const {
    const std::size_t n = width(m);
    for (std::size_t i = 0; i < size(m); ++i) data[i] = no_score;
    for (int row = 0; row < m.height && m.has_cells(); ++row) {
      for (std::size_t i = 0; i < n; ++i) line[i] = no_score;
      const float* from = scores + static_cast<std::ptrdiff_t>(row) * m.width;
      for (int d = 0; d <= 2 * m.column_reach; ++d)
        keep_larger(line + d, from, static_cast<std::size_t>(m.width));
      for (int d = 0; d <= 2 * m.row_reach; ++d)
        keep_larger(data + static_cast<std::size_t>(row + d) * n, line, n);
    }
  }
  constexpr float at(const score_map& m, cell c) const {
    const bool near = m.has_cells() && c.row >= -m.row_reach && c.row < m.height + m.row_reach
                      && c.column >= -m.column_reach && c.column < m.width + m.column_reach;
    return near ? data[static_cast<std::size_t>(c.row + m.row_reach) * width(m)
                       + static_cast<std::size_t>(c.column + m.column_reach)]
                : no_score;
  }
  /// A NaN is never larger.
  static constexpr void keep_larger(float* __restrict to, const float* __restrict from, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) to[i] = from[i] > to[i] ? from[i] : to[i];
  }
};

constexpr std::size_t larger(std::size_t a, std::size_t b) { return a > b ? a : b; }

/// Order of results: the better one first.
constexpr bool is_better(const peak& a, const peak& b) {
  if (a.score != b.score) return a.score > b.score;
  if (a.scale != b.scale) return a.scale < b.scale;
  return a.row != b.row ? a.row < b.row : a.column < b.column;
}

struct worst_first {
  constexpr bool before(const peak& a, const peak& b) const { return is_better(b, a); }
};

/// The best peaks of those added, as many as there is room for: a heap with the worst at its front, once
/// full.
struct best_peaks {
  std::span<peak> room;
  int kept = 0;

  constexpr void add(const peak& p) {
    const int most = at_most_max_int(static_cast<long long>(room.size()));
    if (kept < most) {
      room[static_cast<std::size_t>(kept++)] = p;
      if (kept == most) make_heap();
    } else if (most > 0 && is_better(p, room[0])) {
      room[0] = p;
      sift_down(room.data(), kept, 0, worst_first{});
    }
  }
  constexpr std::span<peak> sorted() {
    make_heap();
    for (int n = kept - 1; n > 0; --n) {
      const peak worst = room[0];
      room[0] = room[static_cast<std::size_t>(n)];
      room[static_cast<std::size_t>(n)] = worst;
      sift_down(room.data(), n, 0, worst_first{});
    }
    return room.first(static_cast<std::size_t>(kept));
  }

 private:
  constexpr void make_heap() {
    for (int i = kept / 2 - 1; i >= 0; --i) sift_down(room.data(), kept, i, worst_first{});
  }
};

/// Everything that the search reads.
struct peak_search {
  std::span<const score_map> maps;
  std::span<const float* const> scores;
  peak_rules rules;

  constexpr bool has(int scale) const {
    return scale >= 0 && scale < static_cast<int>(maps.size()) && map(scale).has_cells();
  }
  constexpr const score_map& map(int scale) const { return maps[static_cast<std::size_t>(scale)]; }
  constexpr float score(int scale, int row, int column) const {
    return score_or_none(scores[static_cast<std::size_t>(scale)]
                               [static_cast<std::ptrdiff_t>(row) * map(scale).width + column]);
  }

  /// Whether no cell before it in the window has the same score.
  constexpr bool is_first(int scale, int row, int column) const {
    const float z = score(scale, row, column);
    if (has(scale - 1)
        && !for_window(map(scale - 1), nearest_cell(map(scale), row, column, map(scale - 1)),
                       [&](int r, int c) { return score(scale - 1, r, c) != z; }))
      return false;
    return for_window(map(scale), {row, column}, [&](int r, int c) {
      return r > row || (r == row && c >= column) || score(scale, r, c) != z;
    });
  }

  /// One step of mean shift from a cell: the mean of box centres and of the logarithms of heights in the
  /// window, weighted by how far scores are above that of the peak less `support`.
  constexpr peak refined(int scale, int row, int column) const {
    const score_map& m = map(scale);
    const double score_of_peak = static_cast<double>(score(scale, row, column));
    const double floor = score_of_peak - static_cast<double>(rules.support);
    peak p{scale,
           row,
           column,
           m.origin_y + m.stride_y * static_cast<float>(row),
           m.origin_x + m.stride_x * static_cast<float>(column),
           m.box_height,
           score(scale, row, column)};
    const float farthest = rules.reach * m.box_height;
    const auto distance = [](float a, float b) { return a > b ? a - b : b - a; };
    double sum = 0, sum_y = 0, sum_x = 0, sum_height = 0;
    for (int s = scale - 1; s <= scale + 1; ++s) {
      if (!has(s)) continue;
      const score_map& at = map(s);
      const double height =
          log2_of(at.box_height > 0 && at.box_height < 1e30f ? static_cast<double>(at.box_height) : 1.0);
      for_window(at, nearest_cell(m, row, column, at), [&](int r, int c) {
        const double w = static_cast<double>(score(s, r, c)) - floor;
        const float y = at.origin_y + at.stride_y * static_cast<float>(r);
        const float x = at.origin_x + at.stride_x * static_cast<float>(c);
        if (!(w > 0) || !(distance(y, p.y) <= farthest) || !(distance(x, p.x) <= farthest)) return true;
        sum += w;
        sum_y += w * static_cast<double>(y);
        sum_x += w * static_cast<double>(x);
        sum_height += w * height;
        return true;
      });
    }
    if (sum > 0 && sum < 1e30) {
      p.y = static_cast<float>(sum_y / sum);
      p.x = static_cast<float>(sum_x / sum);
      p.box_height = static_cast<float>(exp2_of(sum_height / sum));
    }
    return p;
  }
};

}  // namespace detail

/// Floats of scratch memory that `find_peaks` needs.
constexpr std::size_t peaks_scratch(std::span<const score_map> maps) {
  std::size_t map = 0, line = 0;
  for (const score_map& m : maps) {
    if (!m.has_cells()) continue;
    map = detail::larger(map, detail::pooled_map::size(m));
    line = detail::larger(line, detail::pooled_map::width(m));
  }
  return 3 * map + line;
}

/// Finds the local maxima of scores over scale, row and column: a cell is a peak if its score is above
/// `rules.threshold`, none in its window is higher, and none in its window with the same score comes before
/// it in the order of scale, row and column. The window is 3 x 7 x 3: the rows and columns within `row_reach`
/// and `column_reach`, in the cell's own map and round the nearest cell of the same box centre in the maps
/// before and after it (with the reaches of those). What lies outside of a map is -infinity, and so is NaN,
/// which is neither a peak nor hides one. Each peak is refined by one step of mean shift over its window.
///
/// scores[s] are the cells of maps[s], row by row. The best peaks are written to `to`, highest score first,
/// as many as it holds. The maximum is taken over columns, then rows, then scales; no other order would give
/// another result.
constexpr found_peaks find_peaks(std::span<const score_map> maps, std::span<const float* const> scores,
                                 const peak_rules& rules, std::span<peak> to, std::span<float> scratch) {
  if (maps.size() != scores.size() || scratch.size() < peaks_scratch(maps)) return {to.first(0), -1};
  std::size_t largest = 0;
  for (const score_map& m : maps) largest = detail::larger(largest, detail::pooled_map::size(m));
  const detail::pooled_map ring[3] = {
      {scratch.data()}, {scratch.data() + largest}, {scratch.data() + 2 * largest}};
  float* const line = scratch.data() + 3 * largest;
  const detail::peak_search search{maps, scores, rules};
  const int count = static_cast<int>(maps.size());
  const auto pool = [&](int s) {
    ring[s % 3].pool(search.map(s), scores[static_cast<std::size_t>(s)], line);
  };

  detail::best_peaks best{to};
  long long all = 0;
  for (int s = 0; s < count; ++s) {
    if (s == 0) pool(0);
    if (s + 1 < count) pool(s + 1);
    const score_map& m = search.map(s);
    if (!m.has_cells()) continue;
    for (int row = 0; row < m.height; ++row)
      for (int column = 0; column < m.width; ++column) {
        const float z = search.score(s, row, column);
        if (!(z > rules.threshold) || z < ring[s % 3].at(m, {row, column})) continue;
        bool is_peak = true;
        for (int other = s - 1; other <= s + 1 && is_peak; other += 2)
          if (search.has(other))
            is_peak = z >= ring[other % 3].at(search.map(other),
                                              detail::nearest_cell(m, row, column, search.map(other)));
        if (!is_peak || !search.is_first(s, row, column)) continue;
        ++all;
        best.add(search.refined(s, row, column));
      }
  }
  return {best.sorted(), all};
}

}  // namespace edgenn
