// Networks that must not compile, one for each function of error.hpp. check.py defines the name of one case at
// a time; the marked line is the one that the compiler must show, next to the name after `expect:`.
// clang-format off: every mark stays on its line
#include <edgenn.hpp>

using namespace edgenn;

#ifdef CASE_shape_below_one
inline constexpr auto net = network({8, 0, 1}, [](value x) { return x | relu; });  // expect: shape_has_an_extent_below_one
#endif

#ifdef CASE_shape_below_one_inside
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | resize{.to = 0};  // expect: shape_has_an_extent_below_one
});
#endif

#ifdef CASE_tensor_too_large
inline constexpr auto net = network({32768, 32768, 1}, [](value x) {
  return x | conv2d{.filters = 2, .kernel = 1};  // expect: tensor_has_more_than_2147483647_elements
});
#endif

#ifdef CASE_kernel_extents
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | conv2d{.filters = 1, .kernel = {3, 0}};  // expect: kernel_extents_must_be_positive
});
#endif

#ifdef CASE_kernel_extents_of_max_pool3d
inline constexpr auto net = network({8, 8, 1, 4}, [](value x) {
  return x | max_pool3d{.window = {0, 2, 2}};  // expect: kernel_extents_must_be_positive
});
#endif

#ifdef CASE_strides
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | max_pool2d{.window = 2, .stride = 0};  // expect: strides_must_be_positive
});
#endif

#ifdef CASE_dilations
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | depthwise_conv2d{.kernel = 3, .dilation = {1, -1}};  // expect: dilations_must_be_positive
});
#endif

#ifdef CASE_negative_padding
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | conv2d{.filters = 1, .kernel = 3, .pad = -1};  // expect: padding_must_not_be_negative
});
#endif

#ifdef CASE_negative_padding_of_pad2d
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | pad2d{.pad = sides{.right = -1}};  // expect: padding_must_not_be_negative
});
#endif

#ifdef CASE_unsymmetrical_padding
inline constexpr auto net = network({8, 8, 1, 4}, [](value x) {
  return x | max_pool3d{.window = 3, .pad = padding{sides{.top = 1}}};  // expect: padding_of_a_3d_window_must_be_symmetrical
});
#endif

#ifdef CASE_padding_as_large_as_the_window
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | max_pool2d{.window = 2, .stride = 2, .pad = 2};  // expect: padding_must_be_smaller_than_the_window
});
#endif

#ifdef CASE_no_filters
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | conv2d{.filters = 0, .kernel = 3};  // expect: filters_must_be_positive
});
#endif

#ifdef CASE_no_units
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | dense{.units = -10};  // expect: units_must_be_positive
});
#endif

#ifdef CASE_no_multiplier
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | depthwise_conv2d{.kernel = 3, .multiplier = 0};  // expect: depth_multiplier_must_be_positive
});
#endif

#ifdef CASE_channels_and_groups
inline constexpr auto net = network({8, 8, 6}, [](value x) {
  return x | conv2d{.filters = 8, .kernel = 3, .groups = 4};  // expect: channels_are_not_a_multiple_of_groups
});
#endif

#ifdef CASE_filters_and_groups
inline constexpr auto net = network({8, 8, 6}, [](value x) {
  return x | conv2d{.filters = 8, .kernel = 3, .groups = 3};  // expect: filters_are_not_a_multiple_of_groups
});
#endif

#ifdef CASE_kernel_too_large
inline constexpr auto net = network({28, 28, 1}, [](value x) {
  x = x | max_pool2d{.window = 2, .stride = 2};
  x = x | max_pool2d{.window = 2, .stride = 2};
  return x | conv2d{.filters = 20, .kernel = 9};  // expect: kernel_is_larger_than_its_padded_input
});
#endif

#ifdef CASE_kernel_too_large_in_a_loop
inline constexpr auto net = network({28, 28, 1}, [](value x) {
  for (int i = 0; i < 10; ++i)
    x = x | conv2d{.filters = 2, .kernel = 5};  // expect: kernel_is_larger_than_its_padded_input
  return x;
});
#endif

#ifdef CASE_kernel_too_large_in_a_block
struct stage {
  int filters;
  constexpr value operator()(value x) const {
    return x | conv2d{.filters = filters, .kernel = 7};  // expect: kernel_is_larger_than_its_padded_input
  }
};
inline constexpr auto net = network({12, 12, 1}, [](value x) { return x | stage{4} | stage{8}; });
#endif

#ifdef CASE_depth
inline constexpr auto net = network({8, 8, 1, 4}, [](value x) {
  return x | conv2d{.filters = 1, .kernel = 3};  // expect: layer_needs_an_input_of_depth_one
});
#endif

#ifdef CASE_shapes_of_add
inline constexpr auto net = network({8, 8, 16}, [](value x) {
  const value left = x | conv2d{.filters = 16, .kernel = 3, .pad = same};
  const value right = x | conv2d{.filters = 16, .kernel = 3};
  return add(left, right);  // expect: operands_of_add_must_have_equal_shapes
});
#endif

#ifdef CASE_shapes_of_multiply
inline constexpr auto net = network({8, 8, 16}, [](value x) {
  return multiply(x, x | conv2d{.filters = 2, .kernel = 1});  // expect: second_operand_of_multiply_must_have_the_extents_of_the_first_or_one
});
#endif

#ifdef CASE_shapes_of_concat
inline constexpr auto net = network({8, 8, 16}, [](value x) {
  const value half_size = x | average_pool2d{.window = 2, .stride = 2};
  return concat(x, half_size);  // expect: operands_of_concat_differ_in_another_extent_than_the_joined_one
});
#endif

#ifdef CASE_elements_of_reshape
inline constexpr auto net = network({8, 8, 3}, [](value x) {
  return x | reshape{.h = 8, .w = 8, .c = 4};  // expect: reshape_must_keep_the_number_of_elements
});
#endif

#ifdef CASE_even_lrn
inline constexpr auto net = network({8, 8, 3}, [](value x) {
  return x | lrn{.size = 4};  // expect: lrn_size_must_be_odd_and_positive
});
#endif

#ifdef CASE_epsilon
inline constexpr auto net = network({8, 8, 3}, [](value x) {
  return x | batch_norm{.epsilon = 0};  // expect: epsilon_must_be_positive
});
#endif

#ifdef CASE_clip_limits
inline constexpr auto net = network({8, 8, 3}, [](value x) {
  return x | clip(1, -1);  // expect: clip_minimum_must_not_exceed_its_maximum
});
#endif

#ifdef CASE_pad2d_same
inline constexpr auto net = network({8, 8, 3}, [](value x) {
  return x | pad2d{.pad = same};  // expect: pad2d_needs_its_padding_in_pixels
});
#endif

#ifdef CASE_pad2d_reflect
inline constexpr auto net = network({8, 8, 3}, [](value x) {
  return x | pad2d{.pad = 8, .fill = border::reflect};  // expect: pad_by_reflection_must_be_smaller_than_the_input
});
#endif

#ifdef CASE_resize_scale
inline constexpr auto net = network({8, 8, 3}, [](value x) {
  return x | resize{.to = 16, .scale_h = -2};  // expect: resize_scale_must_be_finite_and_positive
});
#endif

#ifdef CASE_wrong_expectation
inline constexpr auto net = network({28, 28, 1}, [](value x) {
  x = x | conv2d{.filters = 20, .kernel = 5} | expect{24, 24, 20};
  x = x | max_pool2d{.window = 2, .stride = 2} | expect{14, 14, 20};  // expect: value_does_not_have_the_expected_shape
  return x | dense{.units = 10};
});
#endif

#ifdef CASE_value_of_another_network
constexpr value keep(value* kept, value x) { return kept != nullptr ? *kept : x; }
consteval int two_networks() {
  value stray{};
  network({8, 8, 3}, [&](value x) { return stray = x | relu; });
  network({8, 8, 3}, [&](value x) {
    return add(x, stray);  // expect: values_belong_to_different_networks
  });
  return 0;
}
inline constexpr int net = two_networks();
#endif

#ifdef CASE_too_many_nodes
inline constexpr auto net = network<8>({8, 8, 3}, [](value x) {
  for (int i = 0; i < 8; ++i) x = x | relu;  // expect: network_has_more_nodes_than_its_capacity
  return x;
});
#endif

#ifdef CASE_too_many_weights
inline constexpr auto net = network({1, 1, 30000}, [](value x) {
  for (int i = 0; i < 3; ++i)
    x = x | dense{.units = 30000};  // expect: network_has_more_than_2147483647_weights
  return x;
});
#endif

#ifdef CASE_input_returned
inline constexpr auto net =  // the whole definition is one call
    network({8, 8, 3}, [](value x) { return x; });  // expect: network_must_not_return_its_input_unchanged
#endif

// Numbers that fit no int: each ends in an error with a name, none in an overflow.
#ifdef CASE_weights_of_one_layer
inline constexpr auto net = network({100, 100, 100}, [](value x) {
  return x | dense{.units = 100000};  // expect: network_has_more_than_2147483647_weights
});
#endif

#ifdef CASE_weights_of_a_huge_kernel
inline constexpr auto net = network({8, 8, 4}, [](value x) {
  return x | conv2d{.filters = 8, .kernel = 60000, .pad = 30000};  // expect: network_has_more_than_2147483647_weights
});
#endif

#ifdef CASE_weights_beyond_64_bits
inline constexpr auto net = network({1, 1, 2000000000}, [](value x) {
  return x | conv2d{.filters = 2000000000, .kernel = 1000000000, .pad = same};  // expect: network_has_more_than_2147483647_weights
});
#endif

#ifdef CASE_macs
struct endless {
  static constexpr const char* name = "endless";
  constexpr shape output(shape in) const { return in; }
  constexpr long long macs(shape) const { return 1LL << 62; }
};
template <>
struct edgenn::layer_named<"endless"> {
  using type = endless;
};
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  for (int i = 0; i < 2; ++i)
    x = x | endless{};  // expect: network_has_more_than_9223372036854775807_macs
  return x;
});
#endif

#ifdef CASE_reshape_beyond_32_bits
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | reshape{.h = 65536, .w = 65536};  // expect: reshape_must_keep_the_number_of_elements
});
#endif

#ifdef CASE_reshape_to_what_wraps_around
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | reshape{.h = 65536, .w = 65536, .c = 65536, .d = 65537};  // expect: reshape_must_keep_the_number_of_elements
});
#endif

#ifdef CASE_kernel_beyond_32_bits
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | conv2d{.filters = 1, .kernel = 100000, .dilation = 100000};  // expect: kernel_is_larger_than_its_padded_input
});
#endif

#ifdef CASE_dilation_beyond_32_bits_with_same
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | conv2d{.filters = 1, .kernel = 3, .dilation = 2000000000, .pad = same};  // expect: window_reaches_beyond_2147483647_inputs
});
#endif

#ifdef CASE_padding_beyond_32_bits
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | conv2d{.filters = 1, .kernel = 3, .pad = 2000000000};  // expect: window_reaches_beyond_2147483647_inputs
});
#endif

#ifdef CASE_stride_beyond_32_bits
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | max_pool2d{.window = 8, .stride = 2147483647, .round = rounding::up}  // legal, one position
           | conv2d{.filters = 1, .kernel = 1, .stride = 2147483647, .pad = same}  // legal too
           | conv2d{.filters = 1, .kernel = 2, .stride = 2, .pad = 2147483647};  // expect: window_reaches_beyond_2147483647_inputs
});
#endif

#ifdef CASE_multiplier_beyond_32_bits
inline constexpr auto net = network({8, 8, 100000}, [](value x) {
  return x | depthwise_conv2d{.kernel = 3, .multiplier = 100000};  // expect: shape_has_an_extent_above_2147483647
});
#endif

#ifdef CASE_border_beyond_32_bits
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | pad2d{.pad = sides{.left = 2147483647, .right = 2147483647}};  // expect: shape_has_an_extent_above_2147483647
});
#endif

#ifdef CASE_concat_beyond_32_bits
inline constexpr auto net = network({1, 1, 2000000000}, [](value x) {
  return concat(x, x | relu);  // expect: shape_has_an_extent_above_2147483647
});
#endif

#ifdef CASE_joined_elements
inline constexpr auto net = network({40000, 40000, 1}, [](value x) {
  return concat(x, x);  // expect: tensor_has_more_than_2147483647_elements
});
#endif

#ifdef CASE_window_in_the_padding
inline constexpr auto net = network({1, 1, 3}, [](value x) {
  x = x | reshape{.h = 1, .w = 3, .c = 1};
  return x | max_pool2d{.window = {1, 2}, .stride = 1, .dilation = 4, .pad = {0, 2}};  // expect: pooling_window_has_no_tap_on_its_input
});
#endif

#ifdef CASE_window_in_the_padding_of_same
inline constexpr auto net = network({3, 3, 1}, [](value x) {
  return x | max_pool2d{.window = 2, .stride = 1, .dilation = 4, .pad = same};  // expect: pooling_window_has_no_tap_on_its_input
});
#endif

// What defines a network.
#ifdef CASE_forgotten_return
inline constexpr auto net = network({8, 8, 1}, [](value x) { x = x | relu; });  // expect: edgenn: the function that defines a network returns nothing: a `return` is missing
#endif

#ifdef CASE_definition_of_two_inputs
inline constexpr auto net = network({8, 8, 1}, [](value a, value b) { return add(a, b); });  // expect: edgenn: the function that defines a network takes one value for each input
#endif

#ifdef CASE_definition_of_one_input
inline constexpr auto net =
    network(inputs{shape{8, 8, 1}, shape{8, 8, 1}},  // expect: edgenn: the function that defines a network takes one value for each input
            [](value x) { return x | relu; });
#endif

#ifdef CASE_definition_that_returns_a_number
inline constexpr auto net = network({8, 8, 1}, [](value x) { return x.id; });  // expect: edgenn: the function that defines a network returns a value or outputs{...}
#endif

// What is made and then dropped.
#ifdef CASE_dropped_layer
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  x | dense{.units = 3};  // expect: nodiscard
  return x | relu;
});
#endif

#ifdef CASE_dropped_activation
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  x | relu;  // expect: nodiscard
  return x | dense{.units = 3};
});
#endif

#ifdef CASE_dropped_block
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  const auto block = [](value y) { return y | relu; };
  x | block;  // expect: nodiscard
  return x | dense{.units = 3};
});
#endif

#ifdef CASE_dropped_sum
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  add(x, x);  // expect: nodiscard
  return x | dense{.units = 3};
});
#endif

#ifdef CASE_dropped_product
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  multiply(x, x);  // expect: nodiscard
  return x | dense{.units = 3};
});
#endif

#ifdef CASE_dropped_concat
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  concat(x, x);  // expect: nodiscard
  return x | dense{.units = 3};
});
#endif

#ifdef CASE_dropped_concat_of_rows
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  concat(axis::height, x, x);  // expect: nodiscard
  return x | dense{.units = 3};
});
#endif

#ifdef CASE_dropped_expectation
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  expect{8, 8, 1}(x);  // expect: nodiscard
  return x | dense{.units = 3};
});
#endif

#ifdef CASE_dropped_node
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  x.net->append(add_layer{}, x, x);  // expect: nodiscard
  return x | dense{.units = 3};
});
#endif
