#pragma once
// Errors in a network, found while the compiler builds its graph.
//
// None of these functions is constexpr and none has a definition: a graph that is wrong ends constant
// evaluation by naming one of them, so the diagnostic reads as the function's name, and the note
// above it as the user's own line. Add a function here for every new way a layer can be misused; a layer of
// your own declares its errors beside itself.
#include <edgenn/shape.hpp>

/// Mistakes in a network. The compiler reports one by naming it.
namespace edgenn::error {

/// The mistake that its name says.
/// @{
void shape_has_an_extent_below_one(shape);
void shape_has_an_extent_above_2147483647(long long extent);
void tensor_has_more_than_2147483647_elements(shape);
void kernel_extents_must_be_positive(extent);
void strides_must_be_positive(extent);
void dilations_must_be_positive(extent);
void padding_must_not_be_negative();
void padding_of_a_3d_window_must_be_symmetrical();
void padding_must_be_smaller_than_the_window(int padding, int window);
void pooling_window_has_no_tap_on_its_input(int output_position);
void window_reaches_beyond_2147483647_inputs(long long reach);
void filters_must_be_positive(int filters);
void units_must_be_positive(int units);
void depth_multiplier_must_be_positive(int multiplier);
void channels_are_not_a_multiple_of_groups(int channels, int groups);
void filters_are_not_a_multiple_of_groups(int filters, int groups);
void kernel_is_larger_than_its_padded_input(long long padded_input, long long kernel);
void layer_needs_an_input_of_depth_one(shape);
void operands_of_add_must_have_equal_shapes(shape lhs, shape rhs);
void second_operand_of_multiply_must_have_the_extents_of_the_first_or_one(shape first, shape second);
void input_of_broadcast_must_have_its_extents_or_one(shape in, shape to);
void transpose_must_name_every_axis_once();
void slice_reaches_beyond_its_input(long long first, long long last, long long extent);
void operands_of_concat_differ_in_another_extent_than_the_joined_one(shape lhs, shape rhs);
void reshape_must_keep_the_number_of_elements(shape from, shape to);
void lrn_size_must_be_odd_and_positive(int size);
void epsilon_must_be_positive(float epsilon);
void clip_minimum_must_not_exceed_its_maximum(float minimum, float maximum);
void pad2d_needs_its_padding_in_pixels();
void pad_by_reflection_must_be_smaller_than_the_input(shape);
void resize_scale_must_be_finite_and_positive(float scale);
void boxes_are_not_four_numbers_each(shape);
void channels_are_not_four_for_each_prior_box(int channels, int prior_boxes);
void prior_boxes_of_a_cell_are_at_most_eight();
void scores_are_not_a_multiple_of_boxes(int scores, int boxes);
void first_class_is_not_among_the_classes(int first_class, int classes);
void iou_threshold_must_be_between_0_and_1(float threshold);
void score_threshold_must_be_a_number();
void limits_of_non_max_suppression_must_be_positive(int capacity, int top_k, int detections_per_class);
void capacity_must_be_a_multiple_of_classes_per_detection(int capacity, int classes_per_detection);
void classes_per_detection_are_more_than_classes(int classes_per_detection, int classes);
void option_belongs_to_the_other_kind_of_suppression();
void non_max_suppression_has_more_than_16777216_boxes(int boxes);
void value_does_not_have_the_expected_shape(shape actual, shape expected);
void what_follows_a_value_must_be_a_layer_an_activation_or_a_block();
void values_belong_to_different_networks();
void network_has_more_nodes_than_its_capacity(int capacity);
void network_has_more_than_2147483647_weights();
void network_has_more_than_9223372036854775807_macs();
void network_must_not_return_its_input_unchanged();
/// @}

}  // namespace edgenn::error

namespace edgenn::detail {

/// An extent computed without overflow, as an extent of a shape.
constexpr int checked_extent(long long extent) {
  if (extent > max_int) error::shape_has_an_extent_above_2147483647(extent);
  return static_cast<int>(extent);
}

}  // namespace edgenn::detail
