// TFLite: convolutions, dense layers and pooling.
#include <cmath>

#include "constant.hpp"
#include "tflite_lowering.hpp"

namespace edgenn::import {

namespace {

/// Operand 0, an image of batch 1.
int image(const tflite_lowering& n) {
  const extents& dims = n.dims_of(0);
  if (dims.size() != 4 || dims[0] != 1)
    n.refuse("its input has the shape " + shape_text(dims) + ", expected 1 x height x width x channels");
  return n.value(0);
}

extents dims_of_image(shape s) { return {1, s.h, s.w, s.c}; }

padding pad_of(const tflite_lowering& n) {
  const std::string pad = n.text("padding", "");
  if (pad == "SAME") return same;
  if (pad == "VALID") return valid;
  n.refuse("it lacks the option padding");
}

extent pair_of(const tflite_lowering& n, const char* height, const char* width) {
  const int h = n.required(height), w = n.required(width);
  if (h < 1) n.refuse(std::string{height} + ": found " + std::to_string(h) + ", expected 1 or more");
  if (w < 1) n.refuse(std::string{width} + ": found " + std::to_string(w) + ", expected 1 or more");
  return {h, w};
}

/// The extents of operand 1, of rank `rank`.
const extents& kernel_dims(const tflite_lowering& n, std::size_t rank) {
  const extents& dims = n.constant(1, "kernel").dims;
  if (dims.size() != rank || element_count(dims, n.where()) == 0)
    n.refuse("its kernel has the shape " + shape_text(dims) + ", expected " + std::to_string(rank) + " axes");
  return dims;
}

/// In a quantised model a bias is stored in units of the input's scale times the kernel's.
void check_scale_of_bias(const tflite_lowering& n) {
  const quantization &in = n.tensor_at(0).scaling, &kernel = n.tensor_at(1).scaling,
                     &bias = n.tensor_at(2).scaling;
  if (in.scales.empty() || kernel.scales.empty() || bias.scales.empty()) return;
  if (bias.scales.size() != kernel.scales.size())
    n.refuse("its bias has " + std::to_string(bias.scales.size()) + " scales, expected "
             + std::to_string(kernel.scales.size()) + " as its kernel");
  for (std::size_t i = 0; i < bias.scales.size(); ++i) {
    const double expected = static_cast<double>(in.scales[0]) * static_cast<double>(kernel.scales[i]);
    const double found = static_cast<double>(bias.scales[i]);
    if (!(std::abs(found - expected) <= 0.02 * expected))
      n.refuse("scale " + std::to_string(i) + " of its bias: found " + std::to_string(found) + ", expected "
               + std::to_string(expected) + ", the input's times the kernel's");
  }
}

/// The kernel and, if there is one, the bias of `channels` elements.
std::vector<std::vector<float>> weights_of(const tflite_lowering& n, std::int64_t channels) {
  n.expect_inputs(2, 3);
  std::vector<std::vector<float>> weights{n.numbers(1, "kernel")};
  if (!n.has(2)) return weights;
  if (element_count(n.constant(2, "bias").dims, n.where()) != channels)
    n.refuse("its bias has the shape " + shape_text(n.tensor_at(2).dims) + ", expected "
             + std::to_string(channels));
  check_scale_of_bias(n);
  weights.push_back(n.numbers(2, "bias"));
  return weights;
}

void convolution_of(const tflite_lowering& n) {
  const int x = image(n);
  const extents& kernel = kernel_dims(n, 4);
  const int channels = n.shape_of(x).c;
  if (channels % kernel[3] != 0)
    n.refuse("its kernel has " + std::to_string(kernel[3]) + " channels, expected a divisor of the input's "
             + std::to_string(channels));
  const conv2d l{.filters = static_cast<int>(kernel[0]),
                 .kernel = {static_cast<int>(kernel[1]), static_cast<int>(kernel[2])},
                 .stride = pair_of(n, "stride_h", "stride_w"),
                 .dilation = pair_of(n, "dilation_h", "dilation_w"),
                 .pad = pad_of(n),
                 .groups = static_cast<int>(channels / kernel[3]),
                 .bias = n.has(2),
                 .act = n.act()};
  const int y = n.append(l, x, weights_of(n, kernel[0]));
  n.result(y, dims_of_image(n.shape_of(y)));
}

void depthwise_of(const tflite_lowering& n) {
  const int x = image(n);
  const extents& kernel = kernel_dims(n, 4);
  const int channels = n.shape_of(x).c, multiplier = n.required("multiplier");
  if (multiplier < 1) n.refuse("multiplier: found " + std::to_string(multiplier) + ", expected 1 or more");
  if (kernel[0] != 1 || kernel[3] != std::int64_t{channels} * multiplier)
    n.refuse("its kernel has the shape " + shape_text(kernel) + ", expected 1 x height x width x "
             + std::to_string(std::int64_t{channels} * multiplier));
  const depthwise_conv2d l{.kernel = {static_cast<int>(kernel[1]), static_cast<int>(kernel[2])},
                           .stride = pair_of(n, "stride_h", "stride_w"),
                           .dilation = pair_of(n, "dilation_h", "dilation_w"),
                           .pad = pad_of(n),
                           .multiplier = multiplier,
                           .bias = n.has(2),
                           .act = n.act()};
  const int y = n.append(l, x, weights_of(n, kernel[3]));
  n.result(y, dims_of_image(n.shape_of(y)));
}

void fully_connected_of(const tflite_lowering& n) {
  const int x = n.value(0);
  const extents& kernel = kernel_dims(n, 2);
  if (n.integer("weights_format", 0) != 0) n.refuse("its kernel is shuffled, which is not supported");
  const int units = static_cast<int>(kernel[0]), inputs = static_cast<int>(kernel[1]);
  const int size = n.shape_of(x).size();
  if (size % inputs != 0)
    n.refuse("its kernel takes " + std::to_string(inputs) + " numbers, the input has "
             + std::to_string(size));
  const int rows = size / inputs;
  extents dims{rows, units};
  if (n.integer("keep_num_dims", 0) != 0) {
    dims = n.dims_of(0);
    if (dims.empty() || dims.back() != inputs)
      n.refuse("its kernel takes " + std::to_string(inputs) + " numbers, the input has the shape "
               + shape_text(dims));
    dims.back() = units;
  }
  const std::vector<std::vector<float>> weights = weights_of(n, units);
  if (rows == 1)
    return n.result(n.append(dense{.units = units, .bias = n.has(2), .act = n.act()}, x, weights), dims);
  const conv2d by_row{.filters = units, .kernel = 1, .bias = n.has(2), .act = n.act()};
  n.result(n.append(by_row, n.viewed(x, {1, rows, inputs}), weights), dims);
}

template <class Pool>
void pooling_of(const tflite_lowering& n) {
  n.expect_inputs(1, 1);
  const int y = n.append(Pool{.window = pair_of(n, "window_h", "window_w"),
                              .stride = pair_of(n, "stride_h", "stride_w"),
                              .pad = pad_of(n)},
                         image(n));
  n.activated_result(y, dims_of_image(n.shape_of(y)));
}

/// The mean over rows and columns.
void mean_of(const tflite_lowering& n) {
  n.expect_inputs(2, 2);
  const int x = image(n);
  const std::vector<std::int64_t> stated = n.constant_integers(1, "axes");
  const std::vector<int> axes = n.axes(stated, 4);
  if (axes != std::vector<int>{1, 2})
    n.refuse("it averages over the axes " + list_text(stated) + ", expected rows and columns, [1, 2]");
  const int y = n.append(global_average_pool{}, x);
  const int channels = n.shape_of(y).c;
  n.result(y, n.integer("keep_dims", 0) != 0 ? extents{1, 1, 1, channels} : extents{1, channels});
}

}  // namespace

void add_tflite_windows(tflite_handlers& all) {
  all["CONV_2D"] = convolution_of;
  all["DEPTHWISE_CONV_2D"] = depthwise_of;
  all["FULLY_CONNECTED"] = fully_connected_of;
  all["MAX_POOL_2D"] = pooling_of<max_pool2d>;
  all["AVERAGE_POOL_2D"] = pooling_of<average_pool2d>;
  all["MEAN"] = mean_of;
}

}  // namespace edgenn::import
