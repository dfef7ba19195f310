#include <edgenn/backends/reference/detection.hpp>

#include "families.hpp"

namespace edgenn::import {

namespace {

std::string code_of(const box_variances& v) {
  return initialiser{""}
      .add("x", v.x, box_variances{}.x)
      .add("y", v.y, box_variances{}.y)
      .add("w", v.w, box_variances{}.w)
      .add("h", v.h, box_variances{}.h)
      .done();
}

std::string expression(const decode_boxes& l, std::span<const std::string> operands) {
  initialiser text{"decode_boxes"};
  if (l.order != box_order::xywh) text.add_text("order", "box_order::yxhw");
  if (l.variances != box_variances{}) text.add_text("variances", code_of(l.variances));
  return piped(operands, text.done());
}
void run(const decode_boxes& l, const work& w) {
  edgenn::detail::decode(l, w.out_shape.h, w.in[0].data, w.weights, w.out);
}
kernel_needs needs(const decode_boxes&, std::span<const shape>, shape) { return {.in_place = true}; }

std::string expression(const decode_grid& l, std::span<const std::string> operands) {
  std::string sizes;
  for (int i = 0; i < l.priors.count; ++i) {
    sizes += i == 0 ? "{" : ", {";
    sizes += code(l.priors.sizes[i].w) + ", " + code(l.priors.sizes[i].h);
    sizes += '}';
  }
  initialiser text{"decode_grid"};
  text.add_text("priors", '{' + code(l.priors.count) + ", {{" + sizes + "}}}");
  if (l.order != box_order::xywh) text.add_text("order", "box_order::yxhw");
  if (l.variances != box_variances{}) text.add_text("variances", code_of(l.variances));
  return piped(operands, text.done());
}
void run(const decode_grid& l, const work& w) {
  edgenn::detail::decode(l, w.in[0].extents, w.in[0].data, w.out);
}
kernel_needs needs(const decode_grid&, std::span<const shape>, shape) { return {.in_place = true}; }

std::string expression(const non_max_suppression_layer& l, std::span<const std::string> operands) {
  const non_max_suppression_layer usual;
  initialiser text{""};
  text.add("capacity", l.capacity, usual.capacity)
      .add("score_threshold", l.score_threshold, usual.score_threshold);
  text.add("iou_threshold", l.iou_threshold, usual.iou_threshold);
  if (l.among != usual.among) text.add_text("among", "suppression::best_class");
  text.add("first_class", l.first_class, usual.first_class).add("top_k", l.top_k, usual.top_k);
  text.add("detections_per_class", l.detections_per_class, usual.detections_per_class);
  text.add("classes_per_detection", l.classes_per_detection, usual.classes_per_detection);
  text.add("class_major", l.class_major, usual.class_major);
  if (l.format != usual.format) text.add_text("format", "box_format::centers");
  if (l.rows != usual.rows) text.add_text("rows", "detection_rows::indices");
  const std::string how = text.done();
  return "non_max_suppression(" + operands[0] + ", " + operands[1] + (how == "{}" ? "" : ", " + how) + ')';
}
void run(const non_max_suppression_layer& l, const work& w) {
  using suppressor = edgenn::detail::suppressor<float>;
  const int boxes = edgenn::detail::boxes_in(w.in[0].extents);
  std::vector<suppressor::candidate> candidates(static_cast<std::size_t>(boxes));
  suppressor{l,
             boxes,
             l.classes(w.in[0].extents, w.in[1].extents),
             w.in[0].data,
             w.in[1].data,
             w.out,
             candidates.data()}
      .run();
}
kernel_needs needs(const non_max_suppression_layer&, std::span<const shape> in, shape) {
  using candidate = edgenn::detail::suppressor<float>::candidate;
  return {.scratch_bytes = edgenn::detail::boxes_in(in[0]) * static_cast<int>(sizeof(candidate))};
}

constexpr layer_kind kinds[] = {kind_of_layer<decode_boxes, expression, run, needs>(),
                                kind_of_layer<decode_grid, expression, run, needs>(),
                                kind_of_layer<non_max_suppression_layer, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> detection_kinds() { return kinds; }

}  // namespace edgenn::import
