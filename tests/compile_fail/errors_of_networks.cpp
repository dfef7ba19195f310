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
  return multiply(x, x | conv2d{.filters = 2, .kernel = 1});  // expect: operands_of_multiply_must_have_equal_shapes
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
