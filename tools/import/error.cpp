// The functions of edgenn/error.hpp, which constant evaluation must not find, for networks built at run time:
// each throws its own name and its values.
#include <edgenn/error.hpp>
#include <sstream>
#include <string>

#include "source.hpp"

namespace edgenn::error {

namespace {

void print(std::ostream& o, shape s) {
  o << s.h << " x " << s.w << " x " << s.c;
  if (s.d != 1) o << " x " << s.d;
}
void print(std::ostream& o, extent e) { o << e.h << " x " << e.w; }
void print(std::ostream& o, auto number) { o << number; }

/// "padding must not be negative: 3, 4"
template <class... Values>
[[noreturn]] void fail(std::string function, const Values&... values) {
  for (char& c : function)
    if (c == '_') c = ' ';
  std::ostringstream line;
  line << function;
  [[maybe_unused]] const char* separator = ": ";
  ((line << separator, print(line, values), separator = ", "), ...);
  throw import::import_error{line.str()};
}

}  // namespace

void shape_has_an_extent_below_one(shape s) { fail(__func__, s); }
void shape_has_an_extent_above_2147483647(long long extent) { fail(__func__, extent); }
void tensor_has_more_than_2147483647_elements(shape s) { fail(__func__, s); }
void kernel_extents_must_be_positive(extent e) { fail(__func__, e); }
void strides_must_be_positive(extent e) { fail(__func__, e); }
void dilations_must_be_positive(extent e) { fail(__func__, e); }
void padding_must_not_be_negative() { fail(__func__); }
void padding_of_a_3d_window_must_be_symmetrical() { fail(__func__); }
void padding_must_be_smaller_than_the_window(int padding, int window) { fail(__func__, padding, window); }
void pooling_window_has_no_tap_on_its_input(int output_position) { fail(__func__, output_position); }
void window_reaches_beyond_2147483647_inputs(long long reach) { fail(__func__, reach); }
void filters_must_be_positive(int filters) { fail(__func__, filters); }
void units_must_be_positive(int units) { fail(__func__, units); }
void depth_multiplier_must_be_positive(int multiplier) { fail(__func__, multiplier); }
void channels_are_not_a_multiple_of_groups(int channels, int groups) { fail(__func__, channels, groups); }
void filters_are_not_a_multiple_of_groups(int filters, int groups) { fail(__func__, filters, groups); }
void kernel_is_larger_than_its_padded_input(long long padded_input, long long kernel) {
  fail("kernel_is_larger_than_its_padded_input", kernel, padded_input);
}
void layer_needs_an_input_of_depth_one(shape s) { fail(__func__, s); }
void operands_of_add_must_have_equal_shapes(shape lhs, shape rhs) { fail(__func__, lhs, rhs); }
void second_operand_of_multiply_must_have_the_extents_of_the_first_or_one(shape first, shape second) {
  fail(__func__, first, second);
}
void input_of_broadcast_must_have_its_extents_or_one(shape in, shape to) { fail(__func__, in, to); }
void transpose_must_name_every_axis_once() { fail(__func__); }
void slice_reaches_beyond_its_input(long long first, long long last, long long extent) {
  fail(__func__, first, last, extent);
}
void operands_of_concat_differ_in_another_extent_than_the_joined_one(shape lhs, shape rhs) {
  fail(__func__, lhs, rhs);
}
void reshape_must_keep_the_number_of_elements(shape from, shape to) { fail(__func__, from, to); }
void lrn_size_must_be_odd_and_positive(int size) { fail(__func__, size); }
void epsilon_must_be_positive(float epsilon) { fail(__func__, epsilon); }
void clip_minimum_must_not_exceed_its_maximum(float minimum, float maximum) {
  fail(__func__, minimum, maximum);
}
void pad2d_needs_its_padding_in_pixels() { fail(__func__); }
void pad_by_reflection_must_be_smaller_than_the_input(shape s) { fail(__func__, s); }
void resize_scale_must_be_finite_and_positive(float scale) { fail(__func__, scale); }
void boxes_are_not_four_numbers_each(shape s) { fail(__func__, s); }
void channels_are_not_four_for_each_prior_box(int channels, int prior_boxes) {
  fail(__func__, channels, prior_boxes);
}
void prior_boxes_of_a_cell_are_at_most_eight() { fail(__func__); }
void scores_are_not_a_multiple_of_boxes(int scores, int boxes) { fail(__func__, scores, boxes); }
void first_class_is_not_among_the_classes(int first_class, int classes) {
  fail(__func__, first_class, classes);
}
void iou_threshold_must_be_between_0_and_1(float threshold) { fail(__func__, threshold); }
void score_threshold_must_be_a_number() { fail(__func__); }
void limits_of_non_max_suppression_must_be_positive(int capacity, int top_k, int detections_per_class) {
  fail(__func__, capacity, top_k, detections_per_class);
}
void capacity_must_be_a_multiple_of_classes_per_detection(int capacity, int classes_per_detection) {
  fail(__func__, capacity, classes_per_detection);
}
void classes_per_detection_are_more_than_classes(int classes_per_detection, int classes) {
  fail(__func__, classes_per_detection, classes);
}
void option_belongs_to_the_other_kind_of_suppression() { fail(__func__); }
void non_max_suppression_has_more_than_16777216_boxes(int boxes) { fail(__func__, boxes); }
void value_does_not_have_the_expected_shape(shape actual, shape expected) {
  fail(__func__, actual, expected);
}
void what_follows_a_value_must_be_a_layer_an_activation_or_a_block() { fail(__func__); }
void values_belong_to_different_networks() { fail(__func__); }
void network_has_more_nodes_than_its_capacity(int capacity) { fail(__func__, capacity); }
void network_has_more_than_2147483647_weights() { fail(__func__); }
void network_has_more_than_9223372036854775807_macs() { fail(__func__); }
void network_must_not_return_its_input_unchanged() { fail(__func__); }

}  // namespace edgenn::error
