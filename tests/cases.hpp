#pragma once
// One list of layer cases: it drives the layer tests of every backend and the support table.
//
// A case is a name, a layer with its parameters, and the shapes of its inputs. To add one, write one line
// into the function of its family below:
//
//     f(layer_case<conv2d{.filters = 4, .kernel = 3}, shape{6, 5, 3}>{"conv2d_3x3"});
//
// and its expected output, under the same name, in golden/make_golden.py. Layer and shapes are template
// arguments, the name is not: symbols stay short, and equal ops share one kernel.
//
// Inputs and weights follow from the name alone, by a generator that make_golden.py has too.
#include <array>
#include <concepts>
#include <cstdint>
#include <edgenn/graph.hpp>
#include <edgenn/kernel.hpp>
#include <edgenn/layers.hpp>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace edgenn::tests {

template <auto Layer, shape... In>
struct layer_case {
  const char* name;
  /// Inputs lie in [-input_range, input_range). A power of two, so that scaling by it is exact.
  float input_range = 2;

  using layer_type = std::remove_cvref_t<decltype(Layer)>;
  static constexpr auto layer = Layer;
  static constexpr int input_count = sizeof...(In);
  static constexpr std::array<shape, sizeof...(In)> in{In...};
  static constexpr shape out = Layer.output(In...);
  using op = edgenn::op<Layer, out, In...>;

  static constexpr weight_tensors weights = [] {
    if constexpr (requires { Layer.weights(In...); })
      return Layer.weights(In...);
    else
      return weight_tensors{};
  }();

  /// The network that consists of this layer.
  static constexpr auto network = edgenn::network<input_count + 1>(
      inputs{In...},
      [](value first, std::same_as<value> auto... rest) { return first.net->append(Layer, first, rest...); });
};

/// The numbers of a case, in canonical order.
struct case_data {
  std::vector<std::vector<float>> inputs;
  std::vector<float> weights;
};

/// Numerical Recipes' linear congruential generator, started by a hash of a name (FNV-1a, 32 bits).
class generator {
 public:
  explicit generator(std::string_view name) {
    for (const char c : name) state_ = (state_ ^ static_cast<unsigned char>(c)) * 16777619u;
  }
  /// Uniform in [-0.5, 0.5), a multiple of 2^-23: exact in float.
  float next() {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<float>(state_ >> 9) * 0x1p-23f - 0.5f;
  }

 private:
  std::uint32_t state_ = 2166136261u;
};

/// Inputs in their order, then the weights, which lie in [-0.5, 0.5); variances lie in [0.25, 1.25).
inline case_data make_data(std::string_view name, float input_range, std::span<const shape> in,
                           const weight_tensors& weights) {
  generator random{name};
  case_data data;
  for (const shape s : in) {
    std::vector<float>& x = data.inputs.emplace_back(static_cast<std::size_t>(s.size()));
    for (float& v : x) v = random.next() * (2 * input_range);
  }
  for (int t = 0; t < weights.count(); ++t) {
    const bool positive = std::string_view{weights[t].name} == "variance";
    for (int i = 0; i < weights[t].size(); ++i)
      data.weights.push_back(positive ? random.next() + 0.75f : random.next());
  }
  return data;
}

template <auto Layer, shape... In>
case_data make_data(const layer_case<Layer, In...>& c) {
  return make_data(c.name, c.input_range, c.in, c.weights);
}

template <class F>
void for_each_conv2d_case(F f) {
  f(layer_case<conv2d{.filters = 4, .kernel = 3}, shape{6, 5, 3}>{"conv2d_3x3"});
  f(layer_case<conv2d{.filters = 5, .kernel = 5}, shape{9, 8, 1}>{"conv2d_5x5_one_channel"});
  f(layer_case<conv2d{.filters = 3, .kernel = {1, 5}}, shape{3, 8, 2}>{"conv2d_row_kernel"});
  f(layer_case<conv2d{.filters = 3, .kernel = {5, 1}}, shape{8, 3, 2}>{"conv2d_column_kernel"});
  f(layer_case<conv2d{.filters = 6, .kernel = {4, 3}}, shape{4, 3, 2}>{"conv2d_whole_image"});
  f(layer_case<conv2d{.filters = 11, .kernel = 3, .pad = 1}, shape{4, 3, 13}>{"conv2d_odd_channels"});
  // 1x1 kernels
  f(layer_case<conv2d{.filters = 6, .kernel = 1}, shape{4, 5, 7}>{"conv2d_1x1"});
  f(layer_case<conv2d{.filters = 17, .kernel = 1}, shape{3, 3, 16}>{"conv2d_1x1_wide"});
  f(layer_case<conv2d{.filters = 3, .kernel = 1, .stride = 2}, shape{5, 6, 4}>{"conv2d_1x1_stride_2"});
  f(layer_case<conv2d{.filters = 3, .kernel = 1, .pad = 1}, shape{3, 2, 4}>{"conv2d_1x1_pad_1"});
  f(layer_case<conv2d{.filters = 5, .kernel = 1}, shape{1, 1, 8}>{"conv2d_1x1_image"});
  f(layer_case<conv2d{.filters = 5, .kernel = 3, .pad = 1}, shape{1, 1, 3}>{"conv2d_3x3_on_1x1_image"});
  // strides
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .stride = 2}, shape{7, 8, 3}>{"conv2d_stride_2"});
  f(layer_case<conv2d{.filters = 2, .kernel = 3, .stride = {2, 1}}, shape{6, 5, 2}>{"conv2d_stride_2x1"});
  f(layer_case<conv2d{.filters = 3, .kernel = 2, .stride = 3}, shape{8, 9, 2}>{
      "conv2d_stride_larger_than_kernel"});
  f(layer_case<conv2d{.filters = 2, .kernel = 7, .stride = 4, .pad = 3}, shape{11, 9, 3}>{
      "conv2d_7x7_stride_4"});
  // padding
  f(layer_case<conv2d{.filters = 3, .kernel = 3, .pad = 1}, shape{5, 4, 3}>{"conv2d_pad_1"});
  f(layer_case<conv2d{.filters = 3, .kernel = {5, 3}, .pad = {2, 1}}, shape{5, 4, 2}>{"conv2d_pad_2x1"});
  f(layer_case<
      conv2d{
          .filters = 2, .kernel = 3, .stride = 2, .pad = sides{.top = 1, .left = 0, .bottom = 2, .right = 3}},
      shape{5, 4, 3}>{"conv2d_pad_asymmetric"});
  f(layer_case<conv2d{.filters = 2, .kernel = 2, .pad = 3}, shape{2, 3, 2}>{"conv2d_pad_larger_than_kernel"});
  f(layer_case<conv2d{.filters = 3, .kernel = 3, .pad = same}, shape{5, 7, 2}>{"conv2d_same"});
  f(layer_case<conv2d{.filters = 3, .kernel = {2, 4}, .pad = same}, shape{6, 5, 2}>{
      "conv2d_same_even_kernel"});
  f(layer_case<conv2d{.filters = 3, .kernel = 3, .stride = 2, .pad = same}, shape{8, 6, 3}>{
      "conv2d_same_stride_2_even_size"});
  f(layer_case<conv2d{.filters = 3, .kernel = 3, .stride = 2, .pad = same}, shape{7, 5, 3}>{
      "conv2d_same_stride_2_odd_size"});
  f(layer_case<conv2d{.filters = 2, .kernel = 2, .stride = 3, .pad = same}, shape{8, 7, 2}>{
      "conv2d_same_stride_larger_than_kernel"});
  f(layer_case<conv2d{.filters = 3, .kernel = {2, 4}, .pad = same_lower}, shape{6, 5, 2}>{
      "conv2d_same_lower_even_kernel"});
  f(layer_case<conv2d{.filters = 3, .kernel = 3, .stride = 2, .pad = same_lower}, shape{8, 6, 3}>{
      "conv2d_same_lower_stride_2"});
  // dilation
  f(layer_case<conv2d{.filters = 2, .kernel = 3, .dilation = 2}, shape{7, 6, 3}>{"conv2d_dilation_2"});
  f(layer_case<conv2d{.filters = 2, .kernel = 3, .dilation = {2, 3}, .pad = same}, shape{6, 7, 2}>{
      "conv2d_dilation_2x3_same"});
  f(layer_case<conv2d{.filters = 2, .kernel = 3, .stride = 2, .dilation = 2, .pad = 2}, shape{7, 8, 2}>{
      "conv2d_dilation_2_stride_2"});
  // groups
  f(layer_case<conv2d{.filters = 6, .kernel = 3, .groups = 2}, shape{5, 5, 4}>{"conv2d_groups_2"});
  f(layer_case<conv2d{.filters = 3, .kernel = 3, .pad = 1, .groups = 3}, shape{4, 5, 6}>{
      "conv2d_groups_one_filter_each"});
  f(layer_case<conv2d{.filters = 10, .kernel = 3, .stride = 2, .pad = same, .groups = 5}, shape{5, 6, 5}>{
      "conv2d_groups_one_channel_each"});
  // bias and activation
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .bias = false}, shape{5, 4, 3}>{"conv2d_no_bias"});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .groups = 2, .bias = false}, shape{5, 4, 4}>{
      "conv2d_no_bias_groups"});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .act = relu}, shape{5, 4, 3}>{"conv2d_relu"});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .act = relu6}, shape{5, 4, 3}>{"conv2d_relu6", 8});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .act = leaky_relu(0.1)}, shape{5, 4, 3}>{
      "conv2d_leaky_relu"});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .act = clip(-0.5, 1.5)}, shape{5, 4, 3}>{"conv2d_clip"});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .act = sigmoid}, shape{5, 4, 3}>{"conv2d_sigmoid"});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .act = activations::tanh}, shape{5, 4, 3}>{"conv2d_tanh"});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .act = hard_sigmoid(0.2, 0.5)}, shape{5, 4, 3}>{
      "conv2d_hard_sigmoid"});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .act = hard_swish}, shape{5, 4, 3}>{"conv2d_hard_swish"});
}

template <class F>
void for_each_depthwise_conv2d_case(F f) {
  f(layer_case<depthwise_conv2d{.kernel = 3}, shape{6, 5, 4}>{"depthwise_conv2d_3x3"});
  f(layer_case<depthwise_conv2d{.kernel = {5, 1}, .pad = {2, 0}}, shape{6, 5, 3}>{
      "depthwise_conv2d_column_kernel"});
  f(layer_case<depthwise_conv2d{.kernel = 3, .stride = 2, .pad = same}, shape{8, 6, 5}>{
      "depthwise_conv2d_same_stride_2_even_size"});
  f(layer_case<depthwise_conv2d{.kernel = 3, .stride = 2, .pad = same}, shape{7, 5, 8}>{
      "depthwise_conv2d_same_stride_2_odd_size"});
  f(layer_case<depthwise_conv2d{.kernel = 2, .pad = same_lower}, shape{4, 5, 3}>{
      "depthwise_conv2d_same_lower"});
  f(layer_case<depthwise_conv2d{
                   .kernel = 3, .stride = {1, 2}, .pad = sides{.top = 0, .left = 1, .bottom = 1, .right = 2}},
               shape{4, 6, 3}>{"depthwise_conv2d_pad_asymmetric"});
  f(layer_case<depthwise_conv2d{.kernel = 3, .dilation = 2, .pad = 1}, shape{6, 7, 3}>{
      "depthwise_conv2d_dilation_2"});
  f(layer_case<depthwise_conv2d{.kernel = 3, .multiplier = 2}, shape{5, 4, 3}>{
      "depthwise_conv2d_multiplier_2"});
  f(layer_case<depthwise_conv2d{.kernel = 3, .stride = 2, .pad = same, .multiplier = 3}, shape{6, 5, 2}>{
      "depthwise_conv2d_multiplier_3_stride_2"});
  f(layer_case<depthwise_conv2d{.kernel = 3, .multiplier = 8}, shape{5, 5, 1}>{
      "depthwise_conv2d_one_channel"});
  f(layer_case<depthwise_conv2d{.kernel = 3, .pad = 1, .bias = false}, shape{4, 4, 5}>{
      "depthwise_conv2d_no_bias"});
  f(layer_case<depthwise_conv2d{.kernel = 3, .pad = same, .act = relu6}, shape{5, 5, 4}>{
      "depthwise_conv2d_relu6", 8});
}

template <class F>
void for_each_separable_conv2d_case(F f) {
  f(layer_case<separable_conv2d{.filters = 6, .kernel = 3}, shape{6, 5, 4}>{"separable_conv2d_3x3"});
  f(layer_case<separable_conv2d{
                   .filters = 9, .kernel = 3, .stride = 2, .pad = same, .depthwise_act = relu6, .act = relu6},
               shape{8, 6, 5}>{"separable_conv2d_relu6_stride_2", 8});
  f(layer_case<
      separable_conv2d{
          .filters = 4, .kernel = 3, .multiplier = 2, .depthwise_bias = false, .bias = false, .act = relu},
      shape{5, 4, 3}>{"separable_conv2d_multiplier_2_no_bias"});
}

template <class F>
void for_each_pooled_conv2d_case(F f) {
  f(layer_case<pooled_conv2d{.filters = 6, .kernel = 3, .pad = 1, .act = relu}, shape{8, 6, 4}>{
      "pooled_conv2d_3x3"});
  f(layer_case<pooled_conv2d{.filters = 5, .kernel = {3, 2}, .bias = false}, shape{9, 8, 3}>{
      "pooled_conv2d_odd_size_no_bias"});
  f(layer_case<pooled_conv2d{
                   .filters = 4, .kernel = 3, .stride = 2, .pad = same, .groups = 2, .act = hard_swish},
               shape{7, 9, 4}>{"pooled_conv2d_stride_2_groups_hard_swish"});
}

template <class F>
void for_each_dense_case(F f) {
  f(layer_case<dense{.units = 7}, shape{.c = 19}>{"dense_vector"});
  f(layer_case<dense{.units = 5}, shape{3, 4, 2}>{"dense_image"});
  f(layer_case<dense{.units = 4}, shape{2, 3, 2, 2}>{"dense_volume"});
  f(layer_case<dense{.units = 1}, shape{.c = 33}>{"dense_one_unit"});
  f(layer_case<dense{.units = 6, .bias = false}, shape{.c = 10}>{"dense_no_bias"});
  f(layer_case<dense{.units = 16, .act = relu}, shape{.c = 10}>{"dense_relu"});
  f(layer_case<dense{.units = 16, .act = activations::tanh}, shape{.c = 10}>{"dense_tanh"});
}

template <class F>
void for_each_pooling_case(F f) {
  using enum rounding;
  f(layer_case<max_pool2d{.window = 2, .stride = 2}, shape{6, 4, 3}>{"max_pool2d_2x2"});
  f(layer_case<max_pool2d{.window = 3, .stride = 2}, shape{8, 6, 3}>{"max_pool2d_overlapping"});
  f(layer_case<max_pool2d{.window = 3, .stride = 2, .round = up}, shape{8, 6, 3}>{"max_pool2d_ceil"});
  f(layer_case<max_pool2d{.window = 2, .stride = 2, .pad = 1, .round = up}, shape{5, 6, 2}>{
      "max_pool2d_ceil_padded"});  // a last window that would start in the padding is dropped
  f(layer_case<max_pool2d{.window = 2, .stride = 3}, shape{8, 7, 2}>{"max_pool2d_stride_larger_than_window"});
  f(layer_case<max_pool2d{.window = 1, .stride = 2}, shape{5, 4, 3}>{"max_pool2d_1x1"});
  f(layer_case<max_pool2d{.window = {2, 3}, .stride = {1, 2}}, shape{5, 7, 2}>{"max_pool2d_2x3"});
  f(layer_case<max_pool2d{.window = 3, .stride = 1, .pad = 1}, shape{4, 5, 3}>{"max_pool2d_pad_1"});
  f(layer_case<max_pool2d{
                   .window = 3, .stride = 2, .pad = sides{.top = 0, .left = 2, .bottom = 1, .right = 0}},
               shape{6, 5, 2}>{"max_pool2d_pad_asymmetric"});
  f(layer_case<max_pool2d{.window = 3, .stride = 2, .pad = same}, shape{6, 7, 2}>{"max_pool2d_same"});
  f(layer_case<max_pool2d{.window = 2, .stride = 1, .pad = same_lower}, shape{4, 5, 2}>{
      "max_pool2d_same_lower"});
  f(layer_case<max_pool2d{.window = 2, .stride = 1, .dilation = {2, 3}}, shape{6, 7, 2}>{
      "max_pool2d_dilation"});

  f(layer_case<average_pool2d{.window = 2, .stride = 2}, shape{6, 4, 3}>{"average_pool2d_2x2"});
  f(layer_case<average_pool2d{.window = 3, .stride = 2}, shape{7, 5, 3}>{"average_pool2d_overlapping"});
  f(layer_case<average_pool2d{.window = 2, .stride = 3}, shape{8, 7, 2}>{
      "average_pool2d_stride_larger_than_window"});
  f(layer_case<average_pool2d{.window = 3, .stride = 1, .pad = 1}, shape{4, 5, 3}>{"average_pool2d_pad_1"});
  f(layer_case<average_pool2d{.window = 3, .stride = 1, .pad = 1, .count_padding = true}, shape{4, 5, 3}>{
      "average_pool2d_padding_counted"});
  f(layer_case<average_pool2d{.window = 3, .stride = 2, .round = up}, shape{8, 6, 3}>{"average_pool2d_ceil"});
  f(layer_case<average_pool2d{.window = 3, .stride = 2, .pad = 1, .round = up, .count_padding = true},
               shape{6, 8, 2}>{"average_pool2d_ceil_padding_counted"});
  f(layer_case<average_pool2d{.window = 2, .stride = 2, .pad = 1, .round = up}, shape{5, 6, 2}>{
      "average_pool2d_ceil_padded"});
  f(layer_case<average_pool2d{.window = {3, 2},
                              .stride = {2, 1},
                              .pad = sides{.top = 2, .left = 0, .bottom = 0, .right = 1},
                              .count_padding = true},
               shape{5, 4, 2}>{"average_pool2d_asymmetric_padding_counted"});
  f(layer_case<average_pool2d{.window = 3, .stride = 2, .pad = same}, shape{6, 7, 2}>{"average_pool2d_same"});

  f(layer_case<global_average_pool{}, shape{5, 4, 7}>{"global_average_pool_image"});
  f(layer_case<global_average_pool{}, shape{3, 4, 2, 3}>{"global_average_pool_volume"});
  f(layer_case<global_max_pool{}, shape{5, 4, 7}>{"global_max_pool_image"});
  f(layer_case<global_max_pool{}, shape{3, 4, 2, 3}>{"global_max_pool_volume"});

  f(layer_case<max_pool3d{.window = 2}, shape{4, 5, 2, 3}>{"max_pool3d_2x2x2"});
  f(layer_case<max_pool3d{.window = {3, 7, 3}, .pad = {1, 3, 1}}, shape{9, 5, 1, 4}>{
      "max_pool3d_3x7x3"});  // the window of non-maximum suppression over a scale pyramid
  f(layer_case<max_pool3d{.window = {1, 2, 3}, .stride = {1, 2, 2}}, shape{5, 7, 2, 2}>{"max_pool3d_stride"});
  f(layer_case<max_pool3d{.window = 3, .stride = 2, .pad = same}, shape{4, 5, 2, 3}>{"max_pool3d_same"});
}

template <class F>
void for_each_activation_case(F f) {
  f(layer_case<activate{none}, shape{3, 2, 3}>{"activate_none"});
  f(layer_case<activate{relu}, shape{3, 4, 3}>{"activate_relu"});
  f(layer_case<activate{relu6}, shape{3, 4, 3}>{"activate_relu6", 8});
  f(layer_case<activate{leaky_relu(0.1)}, shape{3, 4, 3}>{"activate_leaky_relu"});
  f(layer_case<activate{clip(-1, 0.75)}, shape{3, 4, 3}>{"activate_clip"});
  f(layer_case<activate{sigmoid}, shape{3, 4, 3}>{"activate_sigmoid", 8});
  f(layer_case<activate{sigmoid}, shape{.c = 9}>{"activate_sigmoid_saturated", 1024});
  f(layer_case<activate{activations::tanh}, shape{3, 4, 3}>{"activate_tanh"});
  f(layer_case<activate{activations::tanh}, shape{.c = 9}>{"activate_tanh_saturated", 1024});
  f(layer_case<activate{hard_swish}, shape{3, 4, 3}>{"activate_hard_swish", 8});
  f(layer_case<activate{hard_sigmoid(0.2, 0.5)}, shape{3, 4, 3}>{"activate_hard_sigmoid_onnx", 4});
  f(layer_case<activate{hard_sigmoid(1.0 / 6, 0.5)}, shape{3, 4, 3}>{"activate_hard_sigmoid_pytorch", 8});
  f(layer_case<activate{relu}, shape{3, 2, 2, 2}>{"activate_relu_volume"});
  f(layer_case<prelu{}, shape{4, 3, 5}>{"prelu_image"});
  f(layer_case<prelu{}, shape{.c = 12}>{"prelu_vector"});
}

template <class F>
void for_each_normalization_case(F f) {
  f(layer_case<softmax{}, shape{.c = 10}>{"softmax_vector"});
  f(layer_case<softmax{}, shape{3, 4, 5}>{"softmax_image"});
  f(layer_case<softmax{}, shape{2, 2, 6}>{"softmax_large_logits", 1024});
  f(layer_case<softmax{}, shape{3, 2, 1}>{"softmax_one_channel"});
  f(layer_case<lrn{}, shape{2, 3, 9}>{"lrn_caffe_defaults", 64});
  f(layer_case<lrn{.size = 3, .alpha = 0.5, .k = 2}, shape{3, 2, 6}>{"lrn_alpha_over_size"});
  f(layer_case<lrn{.size = 5, .alpha = 0.5, .k = 2, .divide_alpha = false}, shape{3, 2, 8}>{
      "lrn_alpha_alone"});
  f(layer_case<lrn{.size = 7, .alpha = 1, .beta = 0.5}, shape{2, 2, 4}>{"lrn_size_larger_than_channels"});
  f(layer_case<batch_norm{}, shape{4, 3, 5}>{"batch_norm_image"});
  f(layer_case<batch_norm{.epsilon = 1e-3}, shape{.c = 12}>{"batch_norm_vector"});
  f(layer_case<batch_norm{.epsilon = 0.25, .act = relu}, shape{4, 3, 5}>{"batch_norm_relu"});
  f(layer_case<affine{}, shape{4, 3, 5}>{"affine_image"});
  f(layer_case<affine{.offset = false}, shape{.c = 12}>{"affine_scale_only"});
  f(layer_case<affine{.scale = false}, shape{3, 2, 4, 2}>{"affine_offset_only_volume"});
  f(layer_case<affine{.act = relu}, shape{4, 3, 5}>{"affine_relu"});
}

template <class F>
void for_each_elementwise_case(F f) {
  f(layer_case<add_layer{}, shape{4, 3, 5}, shape{4, 3, 5}>{"add_image"});
  f(layer_case<add_layer{.act = relu}, shape{4, 3, 5}, shape{4, 3, 5}>{"add_relu"});
  f(layer_case<add_layer{}, shape{2, 3, 2, 2}, shape{2, 3, 2, 2}>{"add_volume"});
  f(layer_case<multiply_layer{}, shape{4, 3, 5}, shape{4, 3, 5}>{"multiply_image"});
  f(layer_case<multiply_layer{}, shape{4, 3, 5}, shape{1, 1, 5}>{"multiply_by_channels"});
  f(layer_case<multiply_layer{}, shape{4, 3, 5}, shape{4, 3, 1}>{"multiply_by_pixels"});
  f(layer_case<multiply_layer{}, shape{4, 3, 5}, shape{1, 3, 1}>{"multiply_by_columns"});
  f(layer_case<multiply_layer{}, shape{4, 3, 5}, shape{1, 1, 1}>{"multiply_by_scalar"});
  f(layer_case<multiply_layer{}, shape{2, 3, 2, 2}, shape{2, 1, 2, 1}>{"multiply_volume"});
  f(layer_case<multiply_layer{.act = relu6}, shape{4, 3, 5}, shape{4, 3, 5}>{"multiply_relu6", 8});
}

template <class F>
void for_each_rearranging_case(F f) {
  using enum axis;
  f(layer_case<concat_layer{channels}, shape{3, 2, 2}, shape{3, 2, 5}>{"concat_channels_2"});
  f(layer_case<concat_layer{channels}, shape{3, 2, 2}, shape{3, 2, 1}, shape{3, 2, 4}>{"concat_channels_3"});
  f(layer_case<concat_layer{channels}, shape{2, 2, 2}, shape{2, 2, 1}, shape{2, 2, 3}, shape{2, 2, 4}>{
      "concat_channels_4"});
  f(layer_case<concat_layer{height}, shape{3, 2, 3}, shape{1, 2, 3}>{"concat_height_2"});
  f(layer_case<concat_layer{height}, shape{1, 2, 3}, shape{2, 2, 3}, shape{3, 2, 3}>{"concat_height_3"});
  f(layer_case<concat_layer{width}, shape{3, 2, 3}, shape{3, 4, 3}>{"concat_width_2"});
  f(layer_case<concat_layer{width}, shape{2, 1, 3}, shape{2, 2, 3}, shape{2, 3, 3}, shape{2, 1, 3}>{
      "concat_width_4"});
  f(layer_case<concat_layer{depth}, shape{2, 3, 2, 1}, shape{2, 3, 2, 2}>{"concat_depth_2"});
  f(layer_case<concat_layer{depth}, shape{2, 3, 2, 2}, shape{2, 3, 2, 1}, shape{2, 3, 2, 3}>{
      "concat_depth_3"});
  f(layer_case<concat_layer{channels}, shape{2, 3, 2, 2}, shape{2, 3, 1, 2}>{"concat_channels_of_volumes"});
  f(layer_case<reshape{.h = 3, .w = 4, .c = 5}, shape{5, 6, 2}>{"reshape_image"});
  f(layer_case<reshape{.h = 2, .w = 5, .c = 2, .d = 3}, shape{6, 5, 2}>{"reshape_to_volume"});
  f(layer_case<flatten{}, shape{3, 4, 5}>{"flatten_image"});
  f(layer_case<transpose{.h = axis::width, .w = axis::height}, shape{3, 4, 5}>{"transpose_rows_and_columns"});
  f(layer_case<transpose{.h = axis::channels, .w = axis::height, .c = axis::width}, shape{3, 4, 5}>{
      "transpose_channels_first"});
  f(layer_case<transpose{.h = axis::height, .w = axis::depth, .c = axis::width, .d = axis::channels},
               shape{3, 4, 5, 2}>{"transpose_volume"});
  f(layer_case<slice{.along = axis::height, .begin = 1, .count = 2}, shape{4, 3, 2}>{"slice_rows"});
  f(layer_case<slice{.along = axis::width, .begin = 4, .count = 3, .step = -2}, shape{2, 5, 3}>{
      "slice_columns_backwards"});
  f(layer_case<slice{.begin = 2, .count = 4}, shape{3, 2, 7}>{"slice_channels"});
  f(layer_case<slice{.begin = 1, .count = 4, .step = 3}, shape{.c = 12}>{"slice_every_third_channel"});
  f(layer_case<slice{.along = axis::depth, .begin = 1, .count = 1}, shape{2, 2, 2, 3}>{"slice_depth"});
  f(layer_case<broadcast{3, 4, 5}, shape{.c = 5}>{"broadcast_pixels"});
  f(layer_case<broadcast{3, 4, 5}, shape{3, 4, 1}>{"broadcast_channels"});
  f(layer_case<broadcast{3, 4, 5, 2}, shape{1, 4, 1, 2}>{"broadcast_volume"});
  f(layer_case<identity{}, shape{2, 3, 4}>{"identity_image"});
  f(layer_case<dropout{}, shape{2, 3, 4}>{"dropout_image"});
  f(layer_case<pad2d{.pad = 1}, shape{3, 2, 3}>{"pad2d_zero"});
  f(layer_case<pad2d{.pad = {1, 2}, .value = -1.5}, shape{3, 2, 3}>{"pad2d_value"});
  f(layer_case<pad2d{.pad = sides{.top = 0, .left = 2, .bottom = 3, .right = 1}, .fill = border::edge},
               shape{2, 3, 3}>{"pad2d_edge"});
  f(layer_case<pad2d{.pad = sides{.top = 2, .left = 1, .bottom = 0, .right = 3}, .fill = border::reflect},
               shape{3, 4, 2}>{"pad2d_reflect"});
}

template <class F>
void for_each_resize_case(F f) {
  using enum interpolation;
  using enum coordinates;
  using pixel = nearest_pixel;
  // every way to place positions, up and down, with extents that do not divide each other
  f(layer_case<resize{.to = {7, 5}, .mode = nearest, .at = half_pixel}, shape{4, 3, 2}>{
      "resize_nearest_half_pixel_up"});
  f(layer_case<resize{.to = {4, 3}, .mode = nearest, .at = half_pixel}, shape{7, 5, 2}>{
      "resize_nearest_half_pixel_down"});
  f(layer_case<resize{.to = {7, 5}, .mode = nearest, .at = asymmetric, .nearest = pixel::floor},
               shape{4, 3, 2}>{"resize_nearest_asymmetric_up"});
  f(layer_case<resize{.to = {4, 3}, .mode = nearest, .at = asymmetric, .nearest = pixel::floor},
               shape{7, 5, 2}>{"resize_nearest_asymmetric_down"});
  f(layer_case<resize{.to = {7, 5}, .mode = nearest, .at = align_corners}, shape{4, 3, 2}>{
      "resize_nearest_align_corners_up"});
  f(layer_case<resize{.to = {4, 3}, .mode = nearest, .at = align_corners}, shape{7, 5, 2}>{
      "resize_nearest_align_corners_down"});
  f(layer_case<resize{.to = {7, 5}, .mode = nearest, .at = half_pixel_floor, .nearest = pixel::floor},
               shape{4, 3, 2}>{"resize_nearest_half_pixel_floor_up"});
  f(layer_case<resize{.to = {4, 3}, .mode = nearest, .at = half_pixel_floor, .nearest = pixel::floor},
               shape{7, 5, 2}>{"resize_nearest_half_pixel_floor_down"});
  f(layer_case<resize{.to = {1, 5}, .mode = nearest, .at = pytorch_half_pixel}, shape{4, 3, 2}>{
      "resize_nearest_pytorch_half_pixel_to_one_row"});
  f(layer_case<resize{.to = {7, 5}, .mode = bilinear, .at = half_pixel}, shape{4, 3, 2}>{
      "resize_bilinear_half_pixel_up"});
  f(layer_case<resize{.to = {4, 3}, .mode = bilinear, .at = half_pixel}, shape{7, 5, 2}>{
      "resize_bilinear_half_pixel_down"});
  f(layer_case<resize{.to = {7, 5}, .mode = bilinear, .at = asymmetric}, shape{4, 3, 2}>{
      "resize_bilinear_asymmetric_up"});
  f(layer_case<resize{.to = {4, 3}, .mode = bilinear, .at = asymmetric}, shape{7, 5, 2}>{
      "resize_bilinear_asymmetric_down"});
  f(layer_case<resize{.to = {7, 5}, .mode = bilinear, .at = align_corners}, shape{4, 3, 2}>{
      "resize_bilinear_align_corners_up"});
  f(layer_case<resize{.to = {4, 3}, .mode = bilinear, .at = align_corners}, shape{7, 5, 2}>{
      "resize_bilinear_align_corners_down"});
  f(layer_case<resize{.to = {1, 5}, .mode = bilinear, .at = align_corners}, shape{4, 3, 2}>{
      "resize_bilinear_align_corners_to_one_row"});
  f(layer_case<resize{.to = {1, 5}, .mode = bilinear, .at = pytorch_half_pixel}, shape{4, 3, 2}>{
      "resize_bilinear_pytorch_half_pixel_to_one_row"});
  f(layer_case<resize{.to = {1, 5}, .mode = bilinear, .at = half_pixel}, shape{4, 3, 2}>{
      "resize_bilinear_half_pixel_to_one_row"});
  f(layer_case<resize{.to = {5, 1}, .mode = bilinear, .at = half_pixel}, shape{1, 1, 3}>{
      "resize_bilinear_from_one_pixel"});
  // every rounding, with positions that lie exactly between two pixels
  f(layer_case<resize{.to = {6, 4}, .at = asymmetric, .nearest = pixel::round_prefer_floor}, shape{3, 2, 2}>{
      "resize_round_prefer_floor_up"});
  f(layer_case<resize{.to = {2, 3}, .at = half_pixel, .nearest = pixel::round_prefer_floor}, shape{4, 6, 2}>{
      "resize_round_prefer_floor_down"});
  f(layer_case<resize{.to = {6, 4}, .at = asymmetric, .nearest = pixel::round_prefer_ceil}, shape{3, 2, 2}>{
      "resize_round_prefer_ceil_up"});
  f(layer_case<resize{.to = {2, 3}, .at = half_pixel, .nearest = pixel::round_prefer_ceil}, shape{4, 6, 2}>{
      "resize_round_prefer_ceil_down"});
  f(layer_case<resize{.to = {6, 4}, .at = asymmetric, .nearest = pixel::floor}, shape{3, 2, 2}>{
      "resize_floor_up"});
  f(layer_case<resize{.to = {2, 3}, .at = half_pixel, .nearest = pixel::floor}, shape{4, 6, 2}>{
      "resize_floor_down"});
  f(layer_case<resize{.to = {6, 4}, .at = asymmetric, .nearest = pixel::ceil}, shape{3, 2, 2}>{
      "resize_ceil_up"});
  f(layer_case<resize{.to = {2, 3}, .at = half_pixel, .nearest = pixel::ceil}, shape{4, 6, 2}>{
      "resize_ceil_down"});
  // scales that differ from the ratio of the extents
  f(layer_case<resize{
                   .to = {7, 4}, .at = asymmetric, .nearest = pixel::floor, .scale_h = 1.5, .scale_w = 1.5},
               shape{5, 3, 2}>{"resize_nearest_stated_scale"});
  f(layer_case<resize{.to = {3, 7}, .mode = bilinear, .scale_h = 0.75, .scale_w = 1.5}, shape{5, 5, 2}>{
      "resize_bilinear_stated_scale"});

  f(layer_case<bicubic_resize{.to = {7, 5}}, shape{4, 3, 2}>{"bicubic_resize_up"});
  f(layer_case<bicubic_resize{.to = {4, 3}}, shape{7, 5, 2}>{"bicubic_resize_down"});
  f(layer_case<bicubic_resize{.to = {7, 5}, .at = align_corners, .slope = -0.5}, shape{4, 3, 2}>{
      "bicubic_resize_slope"});
  f(layer_case<bicubic_resize{.to = {7, 5}, .slope = -0.5, .exclude_outside = true}, shape{4, 3, 2}>{
      "bicubic_resize_exclude_outside"});
  f(layer_case<bicubic_resize{.to = {3, 7}, .at = asymmetric, .scale_h = 0.75, .scale_w = 1.5},
               shape{5, 5, 2}>{"bicubic_resize_stated_scale"});
}

/// A few prior boxes of different sizes.
constexpr prior_sizes some_priors(int count) {
  prior_sizes p;
  for (int i = 0; i < count; ++i) p.add(0.25 + 0.125 * i, 0.5 - 0.0625 * i);
  return p;
}

template <class F>
void for_each_detection_case(F f) {
  using enum suppression;
  f(layer_case<decode_boxes{}, shape{7, 1, 4}>{"decode_boxes_xywh"});
  f(layer_case<decode_boxes{.order = box_order::yxhw, .variances = {.x = 0.1, .y = 0.3, .w = 0.2, .h = 0.4}},
               shape{2, 3, 2, 2}>{"decode_boxes_yxhw"});
  f(layer_case<decode_grid{.priors = some_priors(3)}, shape{2, 4, 12}>{"decode_grid_xywh"});
  f(layer_case<decode_grid{.priors = some_priors(1),
                           .order = box_order::yxhw,
                           .variances = {.x = 0.1, .y = 0.3, .w = 0.2, .h = 0.4}},
               shape{3, 2, 4}>{"decode_grid_yxhw"});

  f(layer_case<non_max_suppression_layer{.capacity = 20}, shape{30, 1, 4}, shape{30, 1, 2}>{
      "non_max_suppression_each_class"});
  f(layer_case<non_max_suppression_layer{.capacity = 9, .score_threshold = -1, .iou_threshold = 0.125},
               shape{30, 1, 4}, shape{30, 1, 3}>{"non_max_suppression_more_than_fit"});
  f(layer_case<non_max_suppression_layer{.capacity = 12,
                                         .score_threshold = -2,
                                         .iou_threshold = 0.25,
                                         .first_class = 1,
                                         .top_k = 9,
                                         .detections_per_class = 3},
               shape{20, 1, 4}, shape{20, 1, 4}>{"non_max_suppression_limits"});
  f(layer_case<non_max_suppression_layer{.capacity = 5, .score_threshold = 2}, shape{8, 1, 4},
               shape{8, 1, 2}>{"non_max_suppression_finds_nothing"});
  f(layer_case<non_max_suppression_layer{
                   .capacity = 10, .iou_threshold = 0.25, .format = box_format::centers},
               shape{24, 1, 4}, shape{24, 1, 1}>{"non_max_suppression_centers"});
  f(layer_case<non_max_suppression_layer{.capacity = 14,
                                         .score_threshold = -1,
                                         .iou_threshold = 0.25,
                                         .class_major = true,
                                         .rows = detection_rows::indices},
               shape{1, 12, 4}, shape{1, 3, 12}>{"non_max_suppression_indices"});
  f(layer_case<
      non_max_suppression_layer{
          .capacity = 8, .score_threshold = 1, .iou_threshold = 0.125, .among = best_class, .first_class = 1},
      shape{40, 1, 4}, shape{40, 1, 5}>{"non_max_suppression_best_class"});
  f(layer_case<non_max_suppression_layer{.capacity = 12,
                                         .score_threshold = 0.5,
                                         .iou_threshold = 0.25,
                                         .among = best_class,
                                         .top_k = 8,
                                         .classes_per_detection = 3},
               shape{20, 1, 4}, shape{20, 1, 5}>{"non_max_suppression_three_classes_each"});
}

/// Calls `f` with every case.
template <class F>
void for_each_case(F f) {
  for_each_conv2d_case(f);
  for_each_depthwise_conv2d_case(f);
  for_each_separable_conv2d_case(f);
  for_each_pooled_conv2d_case(f);
  for_each_dense_case(f);
  for_each_pooling_case(f);
  for_each_activation_case(f);
  for_each_normalization_case(f);
  for_each_elementwise_case(f);
  for_each_rearranging_case(f);
  for_each_resize_case(f);
  for_each_detection_case(f);
}

}  // namespace edgenn::tests
