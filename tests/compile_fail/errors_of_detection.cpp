// Detection layers that must not compile. As in errors_of_networks.cpp, check.py defines one case at a time and
// looks for the text after `expect:` and for the marked line.
// clang-format off: every mark stays on its line
#include <edgenn.hpp>

using namespace edgenn;

inline constexpr inputs<2> boxes_and_scores{{shape{10, 1, 4}, shape{10, 1, 3}}};

#ifdef CASE_boxes_of_three_numbers
inline constexpr auto net = network({5, 1, 3}, [](value x) {
  return x | decode_boxes{};  // expect: boxes_are_not_four_numbers_each
});
#endif

#ifdef CASE_channels_of_a_grid
constexpr prior_sizes two = [] {
  prior_sizes p;
  p.add(1, 1);
  p.add(1, 2);
  return p;
}();
inline constexpr auto net = network({3, 3, 12}, [](value x) {
  return x | decode_grid{.priors = two};  // expect: channels_are_not_four_for_each_prior_box
});
#endif

#ifdef CASE_grid_without_prior_boxes
inline constexpr auto net = network({3, 3, 4}, [](value x) {
  return x | decode_grid{};  // expect: channels_are_not_four_for_each_prior_box
});
#endif

#ifdef CASE_nine_prior_boxes
constexpr prior_sizes nine = [] {
  prior_sizes p;
  for (int i = 1; i <= 9; ++i) p.add(i, i);  // expect: prior_boxes_of_a_cell_are_at_most_eight
  return p;
}();
#endif

#ifdef CASE_scores_of_other_boxes
inline constexpr auto net = network(inputs{shape{10, 1, 4}, shape{9, 1, 3}}, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores);  // expect: scores_are_not_a_multiple_of_boxes
});
#endif

#ifdef CASE_scores_and_boxes_swapped
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  return non_max_suppression(scores, boxes);  // expect: boxes_are_not_four_numbers_each
});
#endif

#ifdef CASE_no_class_but_the_background
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores, {.first_class = 3});  // expect: first_class_is_not_among_the_classes
});
#endif

#ifdef CASE_iou_threshold_above_one
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores, {.iou_threshold = 1.5});  // expect: iou_threshold_must_be_between_0_and_1
});
#endif

#ifdef CASE_iou_threshold_not_a_number
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores, {.iou_threshold = __builtin_nanf("")});  // expect: iou_threshold_must_be_between_0_and_1
});
#endif

#ifdef CASE_score_threshold_not_a_number
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores, {.score_threshold = __builtin_nanf("")});  // expect: score_threshold_must_be_a_number
});
#endif

#ifdef CASE_no_capacity
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores, {.capacity = 0});  // expect: limits_of_non_max_suppression_must_be_positive
});
#endif

#ifdef CASE_odd_capacity_for_two_classes_each
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores, {.capacity = 5, .among = suppression::best_class, .classes_per_detection = 2});  // expect: capacity_must_be_a_multiple_of_classes_per_detection
});
#endif

#ifdef CASE_more_classes_for_a_detection_than_there_are
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores, {.among = suppression::best_class, .first_class = 1, .classes_per_detection = 4});  // expect: classes_per_detection_are_more_than_classes
});
#endif

#ifdef CASE_classes_per_detection_within_each_class
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores, {.classes_per_detection = 2});  // expect: option_belongs_to_the_other_kind_of_suppression
});
#endif

#ifdef CASE_indices_of_best_classes
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores, {.among = suppression::best_class, .rows = detection_rows::indices});  // expect: option_belongs_to_the_other_kind_of_suppression
});
#endif

#ifdef CASE_boxes_beyond_24_bits
inline constexpr auto net = network(inputs{shape{16777217, 1, 4}, shape{16777217}}, [](value boxes, value scores) {
  return non_max_suppression(boxes, scores);  // expect: non_max_suppression_has_more_than_16777216_boxes
});
#endif

#ifdef CASE_dropped_detections
inline constexpr auto net = network(boxes_and_scores, [](value boxes, value scores) {
  non_max_suppression(boxes, scores);  // expect: nodiscard
  return boxes | relu;
});
#endif
