// Boxes, their overlap, and greedy non-maximum suppression of detections.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cases.hpp>
#include <edgenn/vision/nms.hpp>
#include <limits>
#include <vector>

namespace {

using namespace edgenn;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

// Overlaps that fp32 holds exactly.
constexpr box unit{0, 0, 1, 1}, half{0, 0, 1, 0.5f};
static_assert(iou(unit, unit) == 1 && iou(unit, half) == 0.5f && iou(half, unit) == 0.5f);
static_assert(iou(unit, box{0.5f, 0.5f, 1.5f, 1.5f}) == 0.25f / 1.75f);
static_assert(iou(unit, box{1, 0, 2, 1}) == 0, "boxes that touch share no area");
static_assert(iou(unit, box{3, 3, 4, 4}) == 0);
static_assert(iou(box{1, 1, 0, 0}, half) == 0.5f && iou(box{0, 0.5f, 1, 0}, unit) == 0.5f,
              "any two opposite corners");
// What has no area overlaps with nothing, not even with itself.
static_assert(iou(box{}, box{}) == 0 && iou(box{0, 0, 1, 0}, unit) == 0
              && iou(box{.5f, .5f, .5f, .5f}, unit) == 0);
static_assert(box{1, 2, 4, 8}.area() == 18 && box{4, 8, 1, 2}.normalized() == box{1, 2, 4, 8});

TEST_CASE("iou of boxes that are no boxes is 0, never NaN") {
  const box strange[] = {{nan, nan, nan, nan},
                         {nan, 0, 1, 1},
                         {0, nan, 1, 1},
                         {0, 0, nan, 1},
                         {0, 0, 1, nan},
                         {-infinity, 0, 1, 1},
                         {0, 0, infinity, 1},
                         {0, -infinity, 1, infinity},
                         {-infinity, -infinity, infinity, infinity},
                         {0, 0, 3e38f, 3e38f},
                         {-3e38f, -3e38f, 3e38f, 3e38f}};
  for (const box& a : strange) {
    for (const box& b : strange) CHECK(iou(a, b) == 0);
    CHECK(iou(a, unit) == 0);
    CHECK(iou(unit, a) == 0);
  }
}

constexpr bool suppresses_at_compile_time() {
  std::array found{detection{1, 0.5f, {0, 0, 10, 10}}, detection{1, 0.75f, {1, 0, 11, 10}},
                   detection{2, 0.25f, {0, 0, 10, 10}}, detection{1, 0.125f, {40, 0, 50, 10}}};
  const auto kept = greedy_nms(found, 0.5f);
  if (kept.size() != 3 || kept.data() != found.data()) return false;
  if (kept[0].score != 0.75f || kept[1].score != 0.25f || kept[2].score != 0.125f) return false;
  const auto alone = greedy_nms(kept, 0.5f, competition::of_all);
  return alone.size() == 2 && alone[0].score == 0.75f && alone[1].score == 0.125f;
}
static_assert(suppresses_at_compile_time());

/// The definition, written without care for speed.
std::vector<detection> brute_force(std::vector<detection> found, float threshold, competition among) {
  std::vector<detection> kept;
  std::stable_sort(found.begin(), found.end(),
                   [](const detection& a, const detection& b) { return a.score > b.score; });
  for (const detection& d : found) {
    const bool overlaps = std::any_of(kept.begin(), kept.end(), [&](const detection& k) {
      return (among == competition::of_all || k.label == d.label) && iou(k.where, d.where) > threshold;
    });
    if (!overlaps) kept.push_back(d);
  }
  return kept;
}

TEST_CASE("greedy_nms is what its definition says, on random boxes") {
  tests::generator random{"greedy_nms"};
  for (int count = 0; count < 150; count += count < 8 ? 1 : 13) {
    std::vector<detection> found(static_cast<std::size_t>(count));
    for (detection& d : found) {
      const float x = random.next(), y = random.next();
      d = {static_cast<int>((random.next() + 0.5f) * 3),
           random.next(),
           {x, y, x + random.next() * 0.5f, y + random.next() * 0.5f}};
    }
    for (const competition among : {competition::within_classes, competition::of_all})
      for (const float threshold : {0.0f, 0.25f, 0.5f, 1.0f}) {
        const auto expected = brute_force(found, threshold, among);
        auto copy = found;
        const auto kept = greedy_nms(copy, threshold, among);
        REQUIRE(kept.size() == expected.size());
        for (std::size_t i = 0; i < kept.size(); ++i) {
          CHECK(kept[i].score == expected[i].score);
          CHECK(kept[i].label == expected[i].label);
          CHECK(kept[i].where == expected[i].where);
        }
      }
  }
}

TEST_CASE("equal scores: the result does not depend on the order of the detections") {
  std::vector<detection> found;
  for (int i = 0; i < 40; ++i)
    found.push_back({i % 2, 0.5f, {static_cast<float>(i % 10), 0, static_cast<float>(i % 10) + 3, 2}});
  auto forwards = found, backwards = found;
  std::reverse(backwards.begin(), backwards.end());
  const auto a = greedy_nms(forwards, 0.4f), b = greedy_nms(backwards, 0.4f);
  REQUIRE(a.size() == b.size());
  CHECK(a.size() == 10);  // x = 0, 2, 4, 6, 8 of each class
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].label == b[i].label);
    CHECK(a[i].where == b[i].where);
  }
}

TEST_CASE("NaN scores are dropped, infinite ones are scores, NaN boxes overlap with nothing") {
  std::vector<detection> found{{0, nan, {0, 0, 1, 1}},       {0, -infinity, {0, 0, 1, 1}},
                               {0, infinity, {5, 5, 6, 6}},  {0, 0.5f, {nan, nan, 1, 1}},
                               {0, 0.25f, {nan, nan, 1, 1}}, {0, nan, {7, 7, 8, 8}}};
  const auto kept = greedy_nms(found, 0.5f);
  REQUIRE(kept.size() == 4);
  CHECK(kept[0].score == infinity);
  CHECK(kept[3].score == -infinity);
}

TEST_CASE("a NaN threshold suppresses nothing, a negative one all but the best of a class") {
  const std::vector<detection> found{{0, 1, {0, 0, 1, 1}}, {0, 2, {0, 0, 1, 1}}, {1, 3, {9, 9, 10, 10}}};
  auto copy = found;
  CHECK(greedy_nms(copy, nan).size() == 3);
  copy = found;
  CHECK(greedy_nms(copy, -1).size() == 2);
}

TEST_CASE("rows of a network become detections in pixels, up to the first empty row") {
  const float rows[] = {17, 0.75f, 0.25f, 0.5f, 0.5f, 1, 3, 0.5f, 0, 0, 1, 1,
                        -1, 0,     0,     0,    0,    0, 5, 1,    0, 0, 1, 1};
  std::array<detection, 8> memory;
  const auto found = read_detections(rows, memory, 200, 100);
  REQUIRE(found.size() == 2);
  CHECK(found[0].label == 17);
  CHECK(found[0].score == 0.75f);
  CHECK(found[0].where == box{50, 50, 100, 100});
  CHECK(read_detections(rows, std::span{memory}.first(1)).size() == 1);
  CHECK(read_detections(std::span{rows}.first(11), memory).size() == 1);
  CHECK(read_detections({}, memory).empty());
  for (const float label : {nan, infinity, -infinity, 3e38f, -0.5f}) {
    const float strange[] = {label, 1, 0, 0, 1, 1};
    CHECK(read_detections(strange, memory).empty());
  }
}

}  // namespace
