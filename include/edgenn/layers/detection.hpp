#pragma once
#include <edgenn/graph.hpp>
#include <edgenn/static_array.hpp>

namespace edgenn {

/// The order of the four numbers of a prior box and of what is predicted about it.
enum class box_order : int {
  xywh,  ///< x and y of the centre, width, height: Caffe's
  yxhw,  ///< y and x of the centre, height, width: TensorFlow's
};

/// What a box coder multiplies predictions by. TensorFlow's scales are the reciprocals.
struct box_variances {
  real x = 0.1;  ///< of the centre's x
  real y = 0.1;  ///< of the centre's y
  real w = 0.2;  ///< of the width
  real h = 0.2;  ///< of the height

  friend constexpr bool operator==(const box_variances&, const box_variances&) = default;
};

namespace detail {

/// The boxes in a tensor of four numbers each, whatever its extents.
constexpr int boxes_in(shape s) {
  if (s.size() % 4 != 0) error::boxes_are_not_four_numbers_each(s);
  return s.size() / 4;
}

}  // namespace detail

/// Boxes from what a detector predicts about its prior boxes, by the centre-size coder of SSD (Liu et al.
/// 2016, arXiv 1512.02325, section 2.2) and Faster R-CNN. For a prior box with centre (px, py) and size pw x
/// ph and the prediction (dx, dy, dw, dh) the box has the centre (px + vx dx pw, py + vy dy ph), the width pw
/// e^(vw dw) and the height ph e^(vh dh), with the variances v.
///
/// Input: 4 n predictions in storage order, of any extents. Output {n, 1, 4}: x1, y1, x2, y2 of each box, in
/// the unit of the prior boxes, not clipped. Weights: priors [n][4], their numbers in the order `order` too.
struct decode_boxes {
  static constexpr const char* name = "decode_boxes";
  box_order order = box_order::xywh;  ///< of predictions and prior boxes
  box_variances variances = {};       ///< factors of the predictions

  constexpr shape output(shape in) const { return {detail::boxes_in(in), 1, 4}; }
  constexpr weight_tensors weights(shape in) const {
    weight_tensors t;
    t.add("priors", detail::boxes_in(in), 4);
    return t;
  }
};

/// Width and height of a prior box, in shares of the image's width and height.
struct prior_size {
  real w = 0;  ///< width
  real h = 0;  ///< height

  friend constexpr bool operator==(const prior_size&, const prior_size&) = default;
};

/// The prior boxes of one cell of a grid; all cells have equal ones.
struct prior_sizes {
  static constexpr int capacity = 8;           ///< most prior boxes of a cell
  int count = 0;                               ///< of `sizes` in use
  static_array<prior_size, capacity> sizes{};  ///< in the order of the predictions

  /// Adds a prior box.
  constexpr void add(real w, real h) {
    if (count == capacity) error::prior_boxes_of_a_cell_are_at_most_eight();
    sizes[count++] = {w, h};
  }
};

/// `decode_boxes` with prior boxes that need no memory: they lie in the middle of the cells of a grid, the
/// pixels of the feature map that the predictions were made from. Cell (row, column) of a grid h x w has the
/// centre ((column + 1/2) / w, (row + 1/2) / h). This is Caffe's PriorBox with offset 0.5 and the step that
/// follows from the map, and TensorFlow's multiple_grid_anchor_generator as SSD uses it.
///
/// Input {h, w, 4 k}: for each cell the predictions for its k prior boxes. Output {h w k, 1, 4}: x1, y1, x2,
/// y2 in shares of the image's sides, cell by cell, not clipped.
struct decode_grid {
  static constexpr const char* name = "decode_grid";
  prior_sizes priors;                 ///< of each cell
  box_order order = box_order::xywh;  ///< of predictions
  box_variances variances = {};       ///< factors of the predictions

  constexpr shape output(shape in) const {
    if (in.d != 1) error::layer_needs_an_input_of_depth_one(in);
    if (priors.count < 1 || in.c != 4LL * priors.count)
      error::channels_are_not_four_for_each_prior_box(in.c, priors.count);
    return {detail::boxes_in(in), 1, 4};
  }
};

/// How the classes of a box compete in `non_max_suppression`.
enum class suppression : int {
  /// Boxes compete within each class, and a box may be found as several classes. Caffe's DetectionOutput,
  /// ONNX's NonMaxSuppression, TFLite_Detection_PostProcess with use_regular_nms.
  each_class,
  /// A box has the score of its best class, and all boxes compete. TFLite_Detection_PostProcess without
  /// use_regular_nms.
  best_class,
};

/// What `non_max_suppression` reads as a box.
enum class box_format : int {
  corners,  ///< two opposite corners, in any order: x1, y1, x2, y2, or y1, x1, y2, x2
  centers,  ///< centre, width and height: x, y, w, h
};

/// What a row of the result of `non_max_suppression` holds.
enum class detection_rows : int {
  boxes,    ///< class, score, x1, y1, x2, y2 of each detection, the highest score first
  indices,  ///< 0, class, number of the box, class by class as ONNX's NonMaxSuppression does
};

/// Greedy non-maximum suppression with a fixed number of results: going from the highest score to the lowest,
/// keeps each box unless it and one kept before have an intersection over union (`iou`) above
/// `iou_threshold`. Of equal scores the lower class, then the lower number of the box comes first. Scores
/// that are NaN are never above `score_threshold`.
///
/// Inputs, in storage order: boxes, 4 n numbers of any extents; scores, n x classes or, with `class_major`,
/// classes x n. Output {capacity, 1, 6}, or {capacity, 1, 3} with `detection_rows::indices`. Rows that remain
/// empty hold class -1 and zeros, or three times -1. Time: for each class n log n comparisons and, if k boxes
/// are kept, at most n k overlaps.
struct non_max_suppression_layer {
  static constexpr const char* name = "non_max_suppression";
  int capacity = 100;                           ///< rows of the output
  real score_threshold = 0;                     ///< scores must be above it
  real iou_threshold = 0.5;                     ///< in [0, 1]; boxes with a higher overlap compete
  suppression among = suppression::each_class;  ///< which boxes compete
  int first_class = 0;                          ///< classes below it are not looked for: 1 skips a background
  int top_k = 0;                                ///< boxes that enter, with the highest scores; 0: all
  int detections_per_class = 0;                 ///< most of them; 0: no limit. Not for `best_class`
  int classes_per_detection = 1;                ///< rows for each box, its best classes. For `best_class`
  flag class_major = false;                     ///< whether scores are classes x n
  box_format format = box_format::corners;      ///< of the boxes
  detection_rows rows = detection_rows::boxes;  ///< what they hold

  /// Classes, for the inputs' shapes.
  constexpr int classes(shape boxes, shape scores) const { return scores.size() / detail::boxes_in(boxes); }

  constexpr shape output(shape boxes, shape scores) const {
    constexpr int most_boxes = 16777216;  // a float holds the number of each
    const int n = detail::boxes_in(boxes);
    if (n > most_boxes) error::non_max_suppression_has_more_than_16777216_boxes(n);
    if (scores.size() % n != 0) error::scores_are_not_a_multiple_of_boxes(scores.size(), n);
    const int all = classes(boxes, scores);
    if (first_class < 0 || first_class >= all) error::first_class_is_not_among_the_classes(first_class, all);
    if (!(iou_threshold.value() >= 0 && iou_threshold.value() <= 1))
      error::iou_threshold_must_be_between_0_and_1(iou_threshold.value());
    if (score_threshold.value() != score_threshold.value()) error::score_threshold_must_be_a_number();
    if (capacity < 1 || top_k < 0 || detections_per_class < 0)
      error::limits_of_non_max_suppression_must_be_positive(capacity, top_k, detections_per_class);
    if (among == suppression::each_class ? classes_per_detection != 1
                                         : detections_per_class != 0 || rows != detection_rows::boxes)
      error::option_belongs_to_the_other_kind_of_suppression();
    if (classes_per_detection < 1 || capacity % classes_per_detection != 0)
      error::capacity_must_be_a_multiple_of_classes_per_detection(capacity, classes_per_detection);
    if (classes_per_detection > all - first_class)
      error::classes_per_detection_are_more_than_classes(classes_per_detection, all - first_class);
    return {capacity, 1, rows == detection_rows::boxes ? 6 : 3};
  }
};

template <>
struct layer_named<"decode_boxes"> {
  using type = decode_boxes;
};
template <>
struct layer_named<"decode_grid"> {
  using type = decode_grid;
};
template <>
struct layer_named<"non_max_suppression"> {
  using type = non_max_suppression_layer;
};

/// Detections from boxes and scores: `non_max_suppression(boxes, scores, {.capacity = 10})`.
[[nodiscard]] constexpr value non_max_suppression(value boxes, value scores,
                                                  const non_max_suppression_layer& how = {}) {
  return boxes.net->append(how, boxes, scores);
}

}  // namespace edgenn
