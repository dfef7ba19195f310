// ONNX: NonMaxSuppression.
#include <algorithm>
#include <limits>

#include "constant.hpp"
#include "lowering.hpp"

namespace edgenn::import {

namespace {

/// A number that must be known at import.
double stated_number(const lowering& n, int k, const char* role, double fallback) {
  return n.has(k) ? n.constant_scalar(k, role) : fallback;
}

/// The rows (batch, class, box) of the boxes that remain. Their number depends on the data: there is room for
/// all that may come.
void non_max_suppression_of(const lowering& n) {
  n.expect_inputs(2, 5);
  const placed boxes = n.place().plain(n.value(0)), scores = n.place().plain(n.value(1));
  const extents &b = boxes.at.dims(), &s = scores.at.dims();
  if (b.size() != 3 || b[0] != 1 || b[2] != 4)
    n.refuse("its boxes have the shape " + shape_text(b) + ", expected 1 x boxes x 4");
  if (s.size() != 3 || s[0] != 1 || s[2] != b[1])
    n.refuse("its scores have the shape " + shape_text(s) + ", expected 1 x classes x "
             + std::to_string(b[1]));

  const double stated_most = stated_number(n, 2, "max_output_boxes_per_class", 0);
  if (!(stated_most >= 1))
    n.refuse("max_output_boxes_per_class is " + std::to_string(stated_most)
             + ": the result would have no elements, which edgenn's values must have");
  const auto most = static_cast<std::int64_t>(std::min(stated_most, static_cast<double>(b[1])));
  const std::int64_t capacity = most * s[1];
  n.checked({capacity, 3});

  const std::int64_t centers = n.integer("center_point_box", 0);
  if (centers != 0 && centers != 1)
    n.refuse("center_point_box is " + std::to_string(centers) + ", expected 0 or 1");
  const non_max_suppression_layer l{
      .capacity = extent_of(capacity),
      .score_threshold = stated_number(n, 4, "score_threshold", -std::numeric_limits<double>::infinity()),
      .iou_threshold = stated_number(n, 3, "iou_threshold", 0),
      .detections_per_class = extent_of(most),
      .class_major = true,
      .format = centers == 1 ? box_format::centers : box_format::corners,
      .rows = detection_rows::indices};
  const int node = n.append(l, boxes.node, scores.node);
  n.net().note("the result of " + n.where() + " has " + std::to_string(capacity)
               + " rows; where fewer boxes remain, the others hold -1");
  n.result(placed{node, arrangement{{capacity, 3}}, element::i64});
}

}  // namespace

void add_detection(handlers& all) { all["NonMaxSuppression"] = non_max_suppression_of; }

}  // namespace edgenn::import
