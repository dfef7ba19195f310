// TFLite: functions of single elements, sums, products and normalisation.
#include <algorithm>

#include "constant.hpp"
#include "tflite_lowering.hpp"

namespace edgenn::import {

namespace {

void apply(const tflite_lowering& n, const activation& act) {
  n.result(n.append(activate{act}, n.value(0)), n.dims_of(0));
}

void logistic_of(const tflite_lowering& n) { apply(n, sigmoid); }
void relu_of(const tflite_lowering& n) { apply(n, relu); }
void relu6_of(const tflite_lowering& n) { apply(n, relu6); }
void relu1_of(const tflite_lowering& n) { apply(n, clip(-1, 1)); }
void relu_0_to_1_of(const tflite_lowering& n) { apply(n, clip(0, 1)); }
void tanh_of(const tflite_lowering& n) { apply(n, activations::tanh); }
void hard_swish_of(const tflite_lowering& n) { apply(n, hard_swish); }
void leaky_relu_of(const tflite_lowering& n) { apply(n, leaky_relu(n.real("alpha", 0))); }

/// Numbers of a constant that has one for each channel of `channels`, or one for all.
std::vector<float> for_channels(const tflite_lowering& n, int k, const char* role, int channels) {
  const std::vector<float> numbers = n.numbers(k, role);
  const extents& dims = n.tensor_at(k).dims;
  if (numbers.size() == 1) return std::vector<float>(static_cast<std::size_t>(channels), numbers[0]);
  if (numbers.size() != static_cast<std::size_t>(channels) || dims.back() != channels)
    n.refuse(std::string{"its "} + role + " has the shape " + shape_text(dims)
             + ", expected one number for each of " + std::to_string(channels) + " channels, or one");
  return numbers;
}

void prelu_of(const tflite_lowering& n) {
  n.expect_inputs(2, 2);
  const int x = n.value(0);
  n.result(n.append(prelu{}, x, {for_channels(n, 1, "slope", n.shape_of(x).c)}), n.dims_of(0));
}

/// Which operand is the constant; -1: none.
int constant_operand(const tflite_lowering& n) {
  n.expect_inputs(2, 2);
  if (n.is_constant(0) && n.is_constant(1)) n.refuse("both of its operands are constants");
  return n.is_constant(0) ? 0 : n.is_constant(1) ? 1 : -1;
}

void add_of(const tflite_lowering& n) {
  const int k = constant_operand(n);
  if (k >= 0) {
    const int x = n.value(1 - k);
    const affine l{.scale = false, .act = n.act()};
    return n.result(n.append(l, x, {for_channels(n, k, "constant", n.shape_of(x).c)}), n.dims_of(1 - k));
  }
  int operands[] = {n.value(0), n.value(1)};
  const int larger = n.shape_of(operands[0]).size() < n.shape_of(operands[1]).size() ? 1 : 0;
  const shape to = n.shape_of(operands[larger]);
  int& smaller = operands[1 - larger];
  if (n.shape_of(smaller) != to) smaller = n.append(broadcast{to.h, to.w, to.c, to.d}, smaller);
  n.result(n.append_all(add_layer{n.act()}, operands), n.dims_of(larger));
}

void multiply_of(const tflite_lowering& n) {
  const int k = constant_operand(n);
  if (k >= 0) {
    const int x = n.value(1 - k);
    const affine l{.offset = false, .act = n.act()};
    return n.result(n.append(l, x, {for_channels(n, k, "constant", n.shape_of(x).c)}), n.dims_of(1 - k));
  }
  int operands[] = {n.value(0), n.value(1)};
  const int larger = n.shape_of(operands[0]).size() < n.shape_of(operands[1]).size() ? 1 : 0;
  if (larger == 1) std::swap(operands[0], operands[1]);
  n.result(n.append_all(multiply_layer{n.act()}, operands), n.dims_of(larger));
}

void softmax_of(const tflite_lowering& n) {
  n.expect_inputs(1, 1);
  int x = n.value(0);
  const float beta = n.real("beta", 1);
  if (!(beta > 0)) n.refuse("beta: found " + std::to_string(beta) + ", expected a number above 0");
  if (beta != 1)
    x = n.append(affine{.offset = false}, x,
                 {std::vector<float>(static_cast<std::size_t>(n.shape_of(x).c), beta)});
  n.result(n.append(softmax{}, x), n.dims_of(0));
}

void lrn_of(const tflite_lowering& n) {
  const int radius = n.required("radius");
  if (radius < 0 || radius > 10000)
    n.refuse("radius: found " + std::to_string(radius) + ", expected 0 to 10000");
  const lrn l{.size = 2 * radius + 1,
              .alpha = n.real("alpha", 1),
              .beta = n.real("beta", 0.5f),
              .k = n.real("bias", 1),
              .divide_alpha = false};
  n.result(n.append(l, n.value(0)), n.dims_of(0));
}

/// Between numbers and their quantised form nothing changes: the target computes in fp32.
void conversion_of(const tflite_lowering& n) {
  n.expect_inputs(1, 1);
  if (n.op() == "QUANTIZE" && !n.state().dequantize)
    n.refuse("the model computes with quantised numbers: --dequantize takes them as real ones");
  n.result(n.value(0), n.dims_of(0));
}

}  // namespace

void add_tflite_elementwise(tflite_handlers& all) {
  all["ADD"] = add_of;
  all["MUL"] = multiply_of;
  all["LOGISTIC"] = logistic_of;
  all["RELU"] = relu_of;
  all["RELU6"] = relu6_of;
  all["RELU_N1_TO_1"] = relu1_of;
  all["RELU_0_TO_1"] = relu_0_to_1_of;
  all["TANH"] = tanh_of;
  all["HARD_SWISH"] = hard_swish_of;
  all["LEAKY_RELU"] = leaky_relu_of;
  all["PRELU"] = prelu_of;
  all["SOFTMAX"] = softmax_of;
  all["LOCAL_RESPONSE_NORMALIZATION"] = lrn_of;
  all["QUANTIZE"] = conversion_of;
  all["DEQUANTIZE"] = conversion_of;
}

}  // namespace edgenn::import
