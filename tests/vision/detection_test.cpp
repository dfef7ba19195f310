// The detection layers on inputs that no detector should produce, and on a million boxes. What they compute
// from ordinary inputs is in cases.hpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <edgenn/backends/reference.hpp>
#include <layers/run_case.hpp>
#include <limits>
#include <vector>

namespace {

using namespace edgenn;
using numbers = std::vector<float>;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

/// Runs the kernel itself.
template <non_max_suppression_layer L, shape Boxes, shape Scores>
numbers suppress(const numbers& boxes, const numbers& scores) {
  constexpr shape out = L.output(Boxes, Scores);
  using kernel = edgenn::kernel<reference, op<L, out, Boxes, Scores>>;
  REQUIRE(static_cast<int>(boxes.size()) == Boxes.size());
  REQUIRE(static_cast<int>(scores.size()) == Scores.size());
  tests::aligned_memory scratch{kernel::scratch_bytes, reference::alignment};
  numbers y(static_cast<std::size_t>(out.size()), nan);
  using view = tensor_view<const float>;
  kernel::run(view::contiguous(boxes.data(), Boxes), view::contiguous(scores.data(), Scores),
              tensor_view<float>::contiguous(y.data(), out), nullptr, scratch.data());
  return y;
}

/// Rows that are not empty.
int found(const numbers& rows, int width = 6) {
  int count = 0;
  while (count * width < static_cast<int>(rows.size()) && rows[static_cast<std::size_t>(count * width)] >= 0)
    ++count;
  for (std::size_t i = static_cast<std::size_t>(count * width); i < rows.size(); ++i)
    CHECK(rows[i] == (width == 6 && i % 6 != 0 ? 0.0f : -1.0f));
  return count;
}

constexpr shape four_boxes{4, 1, 4}, four_scores{4, 1, 1};
const numbers apart{0, 0, 1, 1, 2, 0, 3, 1, 4, 0, 5, 1, 6, 0, 7, 1};
const numbers equal{0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1};

TEST_CASE("scores that are NaN are never found, infinite ones are") {
  constexpr non_max_suppression_layer how{.capacity = 4, .score_threshold = -1};
  const numbers rows = suppress<how, four_boxes, four_scores>(apart, {nan, infinity, -infinity, 0.5f});
  CHECK(found(rows) == 2);
  CHECK(rows[1] == infinity);
  CHECK(rows[7] == 0.5f);
  CHECK(found(suppress<how, four_boxes, four_scores>(apart, {nan, nan, nan, nan})) == 0);
}

TEST_CASE("best class: NaN scores are passed over") {
  constexpr non_max_suppression_layer how{
      .capacity = 8, .among = suppression::best_class, .classes_per_detection = 2};
  const numbers rows = suppress<how, four_boxes, shape{4, 1, 3}>(
      apart, {nan, 0.5f, 0.25f, nan, nan, nan, 0.75f, nan, nan, -1, -2, nan});
  // box 2 has one class, box 0 has two, box 1 none, and box 3 none above the threshold
  REQUIRE(found(rows) == 3);
  CHECK(rows[0] == 0);
  CHECK(rows[1] == 0.75f);
  CHECK(rows[6] == 1);
  CHECK(rows[7] == 0.5f);
  CHECK(rows[12] == 2);
  CHECK(rows[13] == 0.25f);
}

TEST_CASE("boxes with NaN and infinite coordinates overlap with nothing and are reported as they are") {
  constexpr non_max_suppression_layer how{.capacity = 4, .iou_threshold = 0.0};
  const numbers boxes{nan,       nan, nan,      nan, nan,       nan, nan,      nan,
                      -infinity, 0,   infinity, 1,   -infinity, 0,   infinity, 1};
  const numbers rows = suppress<how, four_boxes, four_scores>(boxes, {0.5f, 0.5f, 0.5f, 0.75f});
  CHECK(found(rows) == 4);
  CHECK(rows[2] == -infinity);
  CHECK(std::isnan(rows[8]));
}

TEST_CASE("corners in any order, x1 > x2 and y1 > y2, are the same boxes") {
  constexpr non_max_suppression_layer how{.capacity = 4};
  const numbers boxes{0, 0, 4, 2, 4, 2, 0, 0, 4, 0, 0, 2, 0, 2, 4, 0};
  const numbers rows = suppress<how, four_boxes, four_scores>(boxes, {0.25f, 0.5f, 1, 0.75f});
  CHECK(found(rows) == 1);
  CHECK(rows == numbers{0, 1, 4, 0, 0, 2, -1, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0});
}

TEST_CASE("boxes without area compete with nobody") {
  constexpr non_max_suppression_layer how{.capacity = 4, .iou_threshold = 0.0};
  CHECK(found(suppress<how, four_boxes, four_scores>(numbers(16, 0.5f), {1, 1, 1, 1})) == 4);
}

TEST_CASE("the threshold of 1 keeps equal boxes, that of 0 only boxes that do not overlap") {
  constexpr non_max_suppression_layer all{.capacity = 4, .iou_threshold = 1},
      one{.capacity = 4, .iou_threshold = 0.0};
  CHECK(found(suppress<all, four_boxes, four_scores>(equal, {4, 3, 2, 1})) == 4);
  CHECK(found(suppress<one, four_boxes, four_scores>(equal, {4, 3, 2, 1})) == 1);
  CHECK(found(suppress<one, four_boxes, four_scores>(apart, {4, 3, 2, 1})) == 4);
}

TEST_CASE("all scores equal: lower classes first, then lower numbers of boxes") {
  constexpr shape scores{4, 1, 2};
  constexpr non_max_suppression_layer how{.capacity = 6};
  const numbers rows = suppress<how, four_boxes, scores>(apart, numbers(8, 0.5f));
  REQUIRE(found(rows) == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(rows[6 * i] == (i < 4 ? 0 : 1));
    CHECK(rows[6 * i + 2] == 2 * static_cast<float>(i % 4));
  }
  constexpr non_max_suppression_layer best{.capacity = 3, .among = suppression::best_class};
  const numbers first = suppress<best, four_boxes, scores>(apart, numbers(8, 0.5f));
  REQUIRE(found(first) == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(first[6 * i] == 0);
    CHECK(first[6 * i + 2] == 2 * static_cast<float>(i));
  }
}

TEST_CASE("a capacity that is too small keeps the best of all classes") {
  constexpr non_max_suppression_layer how{.capacity = 3};
  const numbers rows = suppress<how, four_boxes, shape{4, 1, 2}>(apart, {1, 8, 2, 7, 3, 6, 4, 5});
  CHECK(rows == numbers{1, 8, 0, 0, 1, 1, 1, 7, 2, 0, 3, 1, 1, 6, 4, 0, 5, 1});
}

TEST_CASE("thresholds: scores must be above theirs, and infinite ones are thresholds") {
  constexpr non_max_suppression_layer at{.capacity = 4, .score_threshold = 0.5};
  CHECK(found(suppress<at, four_boxes, four_scores>(apart, {0.5f, 0.5f, 0.51f, 0.49f})) == 1);
  constexpr non_max_suppression_layer none{.capacity = 4, .score_threshold = infinity};
  CHECK(found(suppress<none, four_boxes, four_scores>(apart, {1, infinity, 3, 4})) == 0);
  constexpr non_max_suppression_layer all{.capacity = 4, .score_threshold = -infinity};
  CHECK(found(suppress<all, four_boxes, four_scores>(apart, {-3e38f, 0, -1, -2})) == 4);
}

TEST_CASE("a million boxes") {
  constexpr int count = 1'000'000;
  constexpr shape boxes{count, 1, 4}, scores{count, 1, 1};
  constexpr non_max_suppression_layer how{.capacity = 10, .iou_threshold = 0.5};
  numbers where(4 * count), score(count);
  tests::generator random{"a million boxes"};
  // Five places, each with 200,000 boxes that all but coincide.
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = static_cast<float>(i % 5);
    const float shift = random.next() / 128;
    for (std::size_t k = 0; k < 4; ++k) where[4 * i + k] = 3 * place + (k < 2 ? 0.0f : 1.0f) + shift;
    score[i] = random.next() + 1;
  }
  const numbers rows = suppress<how, boxes, scores>(where, score);
  CHECK(found(rows) == 5);
  CHECK(rows[1] == *std::max_element(score.begin(), score.end()));

  // None has an area: all stay. All scores equal: the first of each place, in their order.
  CHECK(found(suppress<how, boxes, scores>(numbers(4 * count, 0.0f), score)) == 10);
  std::fill(score.begin(), score.end(), 0.5f);
  const numbers first = suppress<how, boxes, scores>(where, score);
  REQUIRE(found(first) == 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(first[6 * i + 2] == where[4 * i]);
}

TEST_CASE(
    "decoding: predictions that overflow or are NaN give boxes of such numbers and touch nothing else") {
  static constexpr auto net = network<2>({3, 1, 4}, [](value x) { return x | decode_boxes{}; });
  const numbers priors{0.5f, 0.5f, 0.25f, 0.25f, 0.5f, 0.5f, 0.25f, 0.25f, 0.5f, 0.5f, 0.25f, 0.25f};
  model<net, reference> m{std::span<const float, 12>{priors}};
  const numbers x{0, 0, 1000, nan, 0, 0, 0, 0, infinity, 0, -1000, -infinity};
  const auto y = m.run(std::span<const float, 12>{x});
  CHECK(y[0] == -infinity);
  CHECK(y[2] == infinity);
  CHECK(std::isnan(y[1]));
  CHECK(numbers(y.begin() + 4, y.begin() + 8) == numbers{0.375f, 0.375f, 0.625f, 0.625f});
  CHECK(y[8] == infinity);
  CHECK(y[9] == 0.5f);
  CHECK(y[11] == 0.5f);
}

}  // namespace
