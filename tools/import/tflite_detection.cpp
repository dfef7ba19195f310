// TFLite: the custom operator at the end of the detectors of TensorFlow's Object Detection API.
#include <flatbuffers/flexbuffers.h>

#include "constant.hpp"
#include "tflite_lowering.hpp"

namespace edgenn::import {

namespace {

/// The operator's options: a map in the flexbuffers format.
class detection_options {
 public:
  explicit detection_options(const tflite_lowering& n) : n_{n}, bytes_{n.text("custom_options", "")} {
    const auto* start = reinterpret_cast<const std::uint8_t*>(bytes_.data());
    std::vector<std::uint8_t> reuse;
    if (!flexbuffers::VerifyBuffer(start, bytes_.size(), &reuse)
        || !flexbuffers::GetRoot(start, bytes_.size()).IsMap())
      n.refuse("its options are damaged");
  }

  int integer(const char* name, int least, int most) const {
    const std::int64_t v = find(name).AsInt64();
    if (v < least || v > most)
      n_.refuse(std::string{name} + ": found " + std::to_string(v) + ", expected " + std::to_string(least)
                + " to " + std::to_string(most));
    return static_cast<int>(v);
  }
  float positive(const char* name) const {
    const float v = find(name).AsFloat();
    if (!(v > 0 && v < 1e6f))
      n_.refuse(std::string{name} + ": found " + std::to_string(v) + ", expected a number above 0");
    return v;
  }
  float real(const char* name) const { return find(name).AsFloat(); }
  bool flag(const char* name) const { return has(name) && map()[name].AsBool(); }
  bool has(const char* name) const { return !map()[name].IsNull(); }

 private:
  flexbuffers::Map map() const {
    return flexbuffers::GetRoot(reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()).AsMap();
  }
  flexbuffers::Reference find(const char* name) const {
    const flexbuffers::Reference r = map()[name];
    if (!r.IsNumeric()) n_.refuse(std::string{"it lacks the option "} + name);
    return r;
  }

  const tflite_lowering& n_;
  std::string bytes_;
};

/// Boxes, classes, scores and their number become one value: rows of class, score and corners.
void detections_of(const tflite_lowering& n) {
  n.expect_inputs(3, 3);
  const detection_options options{n};
  const int boxes = n.value(0), scores = n.value(1);
  if (n.shape_of(boxes).size() != element_count(n.constant(2, "anchors").dims, n.where()))
    n.refuse("its boxes have the shape " + shape_text(n.dims_of(0)) + ", its anchors "
             + shape_text(n.tensor_at(2).dims));
  const decode_boxes decode{.order = box_order::yxhw,
                            .variances = {.x = 1 / options.positive("x_scale"),
                                          .y = 1 / options.positive("y_scale"),
                                          .w = 1 / options.positive("w_scale"),
                                          .h = 1 / options.positive("h_scale")}};
  const int decoded = n.append(decode, boxes, {n.numbers(2, "anchors")});
  const int classes = options.integer("num_classes", 1, n.shape_of(scores).c);
  const int by_box = options.integer("max_classes_per_detection", 1, classes);
  const int most = options.integer("max_detections", 1, 100'000);
  const bool regular = options.flag("use_regular_nms");
  non_max_suppression_layer l{.capacity = regular ? most : most * by_box,
                              .score_threshold = options.real("nms_score_threshold"),
                              .iou_threshold = options.real("nms_iou_threshold"),
                              .among = regular ? suppression::each_class : suppression::best_class,
                              .first_class = n.shape_of(scores).c - classes};
  if (regular)
    l.detections_per_class =
        options.has("detections_per_class") ? options.integer("detections_per_class", 1, 100'000) : 100;
  if (!regular) l.classes_per_detection = by_box;
  const int operands[] = {decoded, scores};
  const int found = n.append_all(l, operands);
  for (int k = 0; k < n.output_count(); ++k) n.state().nodes[static_cast<std::size_t>(n.output(k))] = found;
  n.state().joined = found;
  n.note("the outputs of " + n.op()
         + " became one: rows of class, score, x1, y1, x2, y2; its classes are numbered from "
         + std::to_string(l.first_class));
}

}  // namespace

void add_tflite_detection(tflite_handlers& all) { all["TFLite_Detection_PostProcess"] = detections_of; }

}  // namespace edgenn::import
