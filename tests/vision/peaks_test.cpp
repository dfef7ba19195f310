// Local maxima over scale, row and column: against a search that compares every cell with all 62 others.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <edgenn/half.hpp>
#include <edgenn/vision/peaks.hpp>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace edgenn;
using numbers = std::vector<float>;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

/// Score maps with their memory.
struct scene {
  std::vector<score_map> maps;
  std::vector<numbers> scores;

  void add(const score_map& m, float score = -infinity) {
    maps.push_back(m);
    scores.emplace_back(static_cast<std::size_t>(m.size()), score);
  }
  float& operator()(int scale, int row, int column) {
    const auto s = static_cast<std::size_t>(scale);
    return scores[s][static_cast<std::size_t>(row * maps[s].width + column)];
  }
  float read(int scale, int row, int column) const {
    const auto s = static_cast<std::size_t>(scale);
    return scores[s][static_cast<std::size_t>(row * maps[s].width + column)];
  }

  struct result {
    std::vector<peak> best;
    long long all;
  };
  /// With exactly as much scratch memory as is asked for.
  result peaks(const peak_rules& rules = {}, std::size_t capacity = 100000) const {
    std::vector<const float*> pointers;
    for (const numbers& n : scores) pointers.push_back(n.data());
    std::vector<peak> room(capacity);
    numbers scratch(peaks_scratch(maps), 1e9f);
    const found_peaks found = find_peaks(maps, pointers, rules, room, scratch);
    return {{found.best.begin(), found.best.end()}, found.all};
  }
};

/// One scale of cells with a distance of 1.
score_map grid(int height, int width, float box_height = 10) {
  return {height, width, 0, 0, 1, 1, box_height};
}

/// The same by the definition: each cell against all cells of its window.
std::vector<std::array<int, 3>> by_definition(const scene& s, float threshold) {
  std::vector<std::array<int, 3>> found;
  const auto nearest = [](float origin, float stride, int i, float to_origin, float to_stride) {
    return std::floor(
        (static_cast<double>(origin) + static_cast<double>(stride) * i - static_cast<double>(to_origin))
            / static_cast<double>(to_stride)
        + 0.5);
  };
  const auto scales = static_cast<int>(s.maps.size());
  for (int scale = 0; scale < scales; ++scale) {
    const score_map& m = s.maps[static_cast<std::size_t>(scale)];
    for (int row = 0; row < m.height; ++row)
      for (int column = 0; column < m.width; ++column) {
        const float z = s.read(scale, row, column);
        bool is_peak = z > threshold;
        for (int t = 0; t < scales; ++t) {
          if (std::abs(t - scale) > 1) continue;
          const score_map& n = s.maps[static_cast<std::size_t>(t)];
          const double y = nearest(m.origin_y, m.stride_y, row, n.origin_y, n.stride_y);
          const double x = nearest(m.origin_x, m.stride_x, column, n.origin_x, n.stride_x);
          for (int r = 0; r < n.height; ++r)
            for (int c = 0; c < n.width; ++c) {
              if (std::abs(r - y) > n.row_reach || std::abs(c - x) > n.column_reach) continue;
              const float other = s.read(t, r, c);
              const bool before = std::array{t, r, c} < std::array{scale, row, column};
              if (other > z || (other == z && before)) is_peak = false;
            }
        }
        if (is_peak) found.push_back({scale, row, column});
      }
  }
  return found;
}

std::vector<std::array<int, 3>> cells(const scene::result& r) {
  std::vector<std::array<int, 3>> found;
  for (const peak& p : r.best) found.push_back({p.scale, p.row, p.column});
  return found;
}

TEST_CASE("maxima over columns, rows and scales are those of the definition") {
  std::mt19937 random(11);
  const auto between = [&](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
  long long all = 0, compared = 0;
  for (int run = 0; run < 600; ++run) {
    scene s;
    // Some runs have many ties, some few, some strange numbers; some maps have no cells, some one.
    const int levels = run % 3 == 0 ? 3 : run % 3 == 1 ? 20 : 100000;
    const int scales = between(1, 5);
    for (int scale = 0; scale < scales; ++scale) {
      const float stride = static_cast<float>(between(4, 16)) / 4;
      s.add({between(0, 14), between(0, 9), static_cast<float>(between(-20, 20)) / 3,
             static_cast<float>(between(-20, 20)) / 3, stride, stride * 1.02f,
             10.0f * static_cast<float>(1 + scale), between(0, 4), between(0, 2)});
      for (float& v : s.scores.back()) {
        v = static_cast<float>(between(0, levels)) - 1;
        const int strange = between(0, 60);
        if (strange == 0) v = nan;
        if (strange == 1) v = infinity;
        if (strange == 2) v = -infinity;
      }
    }
    for (const float threshold : {-infinity, 0.0f, 1.0f}) {
      auto expected = by_definition(s, threshold);
      const auto found = s.peaks({threshold});
      CHECK(found.all == static_cast<long long>(expected.size()));
      // Highest score first; what is equal stays in the order of scale, row and column.
      std::stable_sort(expected.begin(), expected.end(), [&](const auto& a, const auto& b) {
        return s.read(a[0], a[1], a[2]) > s.read(b[0], b[1], b[2]);
      });
      CHECK(cells(found) == expected);
      all += found.all;
      for (const score_map& m : s.maps) compared += m.size();
    }
  }
  CHECK(all > 5000);
  CHECK(compared > 100000);
}

TEST_CASE("a plateau has one peak, its first cell") {
  scene s;
  for (int scale = 0; scale < 3; ++scale) s.add(grid(9, 12), 5);
  const auto found = s.peaks();
  REQUIRE(found.best.size() == 1);
  CHECK(cells(found)[0] == std::array{0, 0, 0});
  CHECK(s.peaks({5}).all == 0);
}

TEST_CASE("equal scores: the lower scale, then row, then column stays") {
  scene s;
  for (int scale = 0; scale < 3; ++scale) s.add(grid(20, 20));
  s(1, 10, 10) = s(0, 12, 11) = 3;
  CHECK(cells(s.peaks()) == std::vector{std::array{0, 12, 11}});
  s(0, 12, 11) = -1;
  s(1, 13, 9) = 3;
  CHECK(cells(s.peaks()) == std::vector{std::array{1, 10, 10}});
  s(1, 13, 9) = -1;
  s(1, 10, 9) = 3;
  CHECK(cells(s.peaks()) == std::vector{std::array{1, 10, 9}});
}

TEST_CASE("the window is 3 scales, 7 rows and 3 columns") {
  for (int ds = 0; ds <= 2; ++ds)
    for (int dr = 0; dr <= 4; ++dr)
      for (int dc = 0; dc <= 2; ++dc) {
        if (ds + dr + dc == 0) continue;
        scene s;
        for (int scale = 0; scale < 3; ++scale) s.add(grid(20, 20));
        s(0, 10, 10) = 2;
        s(ds, 10 + dr, 10 - dc) = 1;
        const bool apart = ds > 1 || dr > 3 || dc > 1;
        CHECK(s.peaks().all == (apart ? 2 : 1));
      }
}

TEST_CASE("borders and corners are found, and NaN neither is a peak nor hides one") {
  scene s;
  s.add(grid(16, 8), nan);
  s(0, 0, 0) = 1;
  s(0, 0, 7) = 2;
  s(0, 15, 0) = 3;
  s(0, 15, 7) = 4;
  s(0, 8, 4) = -0.5f;
  const auto found = s.peaks({-1});
  REQUIRE(found.best.size() == 5);
  for (std::size_t i = 0; i < 4; ++i) CHECK(found.best[i].score == static_cast<float>(4 - i));
  // Each is alone in its window, so it stays where it is.
  CHECK(found.best[0].y == 15);
  CHECK(found.best[0].x == 7);
  CHECK(found.best[0].box_height == doctest::Approx(10));
  CHECK(s.peaks({nan}).all == 0);
}

TEST_CASE("infinite scores are peaks where they are") {
  scene s;
  s.add(grid(9, 9), 0);
  s(0, 4, 4) = infinity;
  const auto found = s.peaks({1});
  REQUIRE(found.best.size() == 1);
  CHECK(found.best[0] == peak{0, 4, 4, 4, 4, 10, infinity});
}

TEST_CASE("one pixel, no pixels, no maps") {
  scene one;
  one.add(grid(1, 1), 7);
  CHECK(cells(one.peaks()) == std::vector{std::array{0, 0, 0}});
  scene none;
  CHECK(none.peaks().all == 0);
  none.add(grid(0, 5));
  none.add(grid(5, 0));
  none.add(grid(-3, 5));
  CHECK(none.peaks().all == 0);
  // A map without cells parts its neighbours.
  scene gap;
  gap.add(grid(1, 1), 7);
  gap.add(grid(0, 0));
  gap.add(grid(1, 1), 6);
  CHECK(gap.peaks().all == 2);
}

TEST_CASE("a mean-shift step moves a peak to where the scores around it point") {
  // A paraboloid over scale, row and column with its top between cells.
  const auto refined = [](double top_scale, double top_row, double top_column) {
    scene s;
    for (int scale = 0; scale < 3; ++scale) {
      s.add({15, 9, 100, 50, 8, 8, 100 * std::pow(2.0f, static_cast<float>(scale) / 7)}, -infinity);
      for (int row = 0; row < 15; ++row)
        for (int column = 0; column < 9; ++column)
          s(scale, row, column) =
              static_cast<float>(9 - 2 * std::pow(scale - top_scale, 2) - 0.3 * std::pow(row - top_row, 2)
                                 - 1.5 * std::pow(column - top_column, 2));
    }
    const auto found = s.peaks();
    REQUIRE(found.all == 1);
    return found.best[0];
  };
  const peak centred = refined(1, 7, 4);
  CHECK(centred.y == doctest::Approx(100 + 7 * 8));
  CHECK(centred.x == doctest::Approx(50 + 4 * 8));
  CHECK(centred.box_height == doctest::Approx(100 * std::pow(2.0, 1.0 / 7)));
  const peak shifted = refined(1.3, 7.4, 3.7);
  CHECK(shifted.scale == 1);
  CHECK(shifted.row == 7);
  CHECK(shifted.column == 4);
  // One step does not arrive, but it comes nearer in every axis.
  CHECK(std::abs(shifted.y - (100 + 7.4f * 8)) < 0.4f * 8);
  CHECK(shifted.y > 100 + 7 * 8);
  CHECK(std::abs(shifted.x - (50 + 3.7f * 8)) < 0.3f * 8);
  CHECK(shifted.x < 50 + 4 * 8);
  CHECK(shifted.box_height > 100 * std::pow(2.0f, 1.05f / 7));
  CHECK(shifted.box_height < 100 * std::pow(2.0f, 1.6f / 7));
}

TEST_CASE("without support a peak stays on its cell") {
  scene s;
  s.add({9, 9, 3, 4, 2, 2, 77}, 1);
  s(0, 5, 6) = 2;
  const auto found = s.peaks({1.5f, 0});
  REQUIRE(found.best.size() == 1);
  CHECK(found.best[0] == peak{0, 5, 6, 13, 16, 77, 2});
}

TEST_CASE("cells beyond the reach do not move a peak") {
  scene s;
  s.add({15, 5, 0, 0, 2, 2, 10}, 1);
  s(0, 7, 2) = 5;
  s(0, 8, 2) = 4;  // 2 pixels below
  s(0, 4, 2) = 4;  // 6 pixels above
  const auto y = [&](float reach) {
    const auto found = s.peaks({4.5f, 4, reach});
    REQUIRE(found.best.size() == 1);
    return found.best[0].y;
  };
  CHECK(y(1) == doctest::Approx((4 * 14 + 3 * 16 + 3 * 8) / 10.0));
  CHECK(y(0.6f) == y(1));
  CHECK(y(0.3f) == doctest::Approx((4 * 14 + 3 * 16) / 7.0));
  CHECK(y(0) == 14);
}

TEST_CASE("persons side by side: linear scores tell them apart where a softmax in fp16 does not") {
  scene linear;
  linear.add(grid(1, 9), 8.5f);
  linear(0, 0, 1) = 11;
  linear(0, 0, 7) = 9;
  scene softmax = linear;
  for (float& v : softmax.scores[0]) {
    v = static_cast<float>(edgenn::half(1 / (1 + std::exp(-v))));
    CHECK(v == 1);
  }
  CHECK(cells(linear.peaks()) == std::vector{std::array{0, 0, 1}, std::array{0, 0, 7}});
  CHECK(cells(softmax.peaks()) == std::vector{std::array{0, 0, 0}});
}

TEST_CASE("where there are more peaks than room, the best are kept") {
  std::mt19937 random(3);
  scene s;
  s.add({200, 200, 0, 0, 1, 1, 10, 0, 0});  // each cell for itself
  for (float& v : s.scores[0]) v = static_cast<float>(std::uniform_int_distribution(1, 1000)(random));
  const auto all = s.peaks();
  CHECK(all.all == 40000);
  for (const std::size_t room :
       {std::size_t{0}, std::size_t{1}, std::size_t{10}, std::size_t{3000}, std::size_t{40000}}) {
    const auto some = s.peaks({}, room);
    CHECK(some.all == 40000);
    CHECK(some.best
          == std::vector<peak>(all.best.begin(), all.best.begin() + static_cast<std::ptrdiff_t>(room)));
  }
}

TEST_CASE("a million candidates") {
  scene s;
  s.add({1000, 1000, 0, 0, 1, 1, 10, 0, 0});
  unsigned state = 1;
  for (float& v : s.scores[0]) v = static_cast<float>((state = state * 1664525u + 1013904223u) >> 8);
  const auto found = s.peaks({-1}, 1000000);
  CHECK(found.all == 1000000);
  REQUIRE(found.best.size() == 1000000);
  CHECK(std::is_sorted(found.best.begin(), found.best.end(),
                       [](const peak& a, const peak& b) { return a.score > b.score; }));
  // As a plateau: one window after the other is decided by its first cell.
  scene flat;
  flat.add(grid(1000, 1000), 1);
  CHECK(flat.peaks().all == 1);
}

TEST_CASE("maps without scores and too little scratch memory are an error") {
  scene s;
  s.add(grid(4, 4), 1);
  s.add(grid(4, 4), 1);
  const float* const pointers[] = {s.scores[0].data(), s.scores[1].data()};
  std::vector<peak> room(4);
  numbers scratch(peaks_scratch(s.maps));
  CHECK(find_peaks(s.maps, pointers, {}, room, scratch).all == 1);
  const found_peaks short_of_memory =
      find_peaks(s.maps, pointers, {}, room, std::span{scratch}.first(scratch.size() - 1));
  CHECK(short_of_memory.all == -1);
  CHECK(short_of_memory.best.empty());
  CHECK(find_peaks(s.maps, std::span{pointers}.first(1), {}, room, scratch).all == -1);
}

TEST_CASE("compilers find peaks as well") {
  constexpr auto found = [] {
    const std::array<float, 12> scores{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0};
    const score_map maps[] = {{3, 4, 0, 0, 1, 1, 16, 0, 1}};
    const float* const pointers[] = {scores.data()};
    std::array<float, 200> scratch{};
    std::array<peak, 4> room{};
    const found_peaks all = find_peaks(maps, pointers, {}, room, scratch);
    return all.all == 2 ? room[0] : peak{};
  }();
  static_assert(found.row == 2 && found.column == 2 && found.score == 3);
  CHECK(found.box_height == doctest::Approx(16));
}

}  // namespace
