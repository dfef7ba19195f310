// ONNX: functions of single elements.
#include <limits>

#include "constant.hpp"
#include "fold.hpp"
#include "lowering.hpp"

namespace edgenn::import {

namespace {

/// The same for every element. Whatever shape the node has stays.
void apply(const lowering& n, const activation& act) {
  n.ignore("consumed_inputs");  // of the first operator sets
  const placed& v = n.value(0);
  n.result(n.append(activate{act}, v.node), v.at);
}

void relu_of(const lowering& n) { apply(n, relu); }
void sigmoid_of(const lowering& n) { apply(n, sigmoid); }
void tanh_of(const lowering& n) { apply(n, activations::tanh); }
void hard_swish_of(const lowering& n) { apply(n, hard_swish); }
void leaky_relu_of(const lowering& n) { apply(n, leaky_relu(n.real("alpha", 0.01f))); }
void hard_sigmoid_of(const lowering& n) {
  const float slope = n.real("alpha", 0.2f), offset = n.real("beta", 0.5f);
  apply(n, hard_sigmoid(slope, offset));
}
/// |x| is x, and -x where x is negative.
void magnitude_of(const lowering& n) { apply(n, leaky_relu(-1)); }

void do_nothing(const lowering& n) { n.result(n.value(0)); }

/// Limits are attributes, since version 11 inputs; either may be absent.
void clip_of(const lowering& n) {
  n.expect_inputs(1, 3);
  double minimum = static_cast<double>(std::numeric_limits<float>::lowest());
  double maximum = static_cast<double>(std::numeric_limits<float>::max());
  bool has_minimum = n.has_attribute("min"), has_maximum = n.has_attribute("max");
  if (n.version() < 11) {
    minimum = static_cast<double>(n.real("min", std::numeric_limits<float>::lowest()));
    maximum = static_cast<double>(n.real("max", std::numeric_limits<float>::max()));
  } else {
    has_minimum = n.has(1);
    has_maximum = n.has(2);
    if (has_minimum) minimum = n.constant_scalar(1, "minimum");
    if (has_maximum) maximum = n.constant_scalar(2, "maximum");
  }
  if (!has_minimum && !has_maximum) return do_nothing(n);
  if (has_minimum && !has_maximum && minimum == 0) return apply(n, relu);
  apply(n, clip(real{minimum}, real{maximum}));
}

/// y = x where x >= 0, slope * x elsewhere. Until version 7 a slope is one for each channel.
void prelu_of(const lowering& n) {
  n.expect_inputs(2, 2);
  const placed& v = n.value(0);
  tensor slope = n.constant(1, "slope");
  const std::int64_t count = element_count(slope.dims, n.where());
  if (n.version() < 7 && count > 1 && slope.dims.size() == 1)
    slope.dims.resize(static_cast<std::size_t>(v.at.rank() - 1), 1);
  const auto [view, numbers] = spread(n, v, slope);
  n.result(n.append(prelu{}, view, {numbers}), v.at);
}

/// Between types of real numbers nothing changes: the target computes in fp32.
void cast_of(const lowering& n) {
  n.ignore("saturate");
  const std::int64_t to = n.integer("to", 0);
  const bool to_real = to == 1 || to == 10 || to == 11 || to == 16;
  if (!to_real) n.refuse("it casts a computed value to a type of whole numbers, which edgenn has not");
  placed v = n.value(0);
  v.type = element::f32;
  n.result(v);
}

/// Nothing is dropped at inference. The second result says so.
void dropout_of(const lowering& n) {
  n.ignore("ratio");
  n.ignore("seed");
  n.expect_inputs(1, 3);
  const bool training =
      n.version() < 7 ? n.integer("is_test", 0) == 0 : n.has(2) && n.constant_scalar(2, "training_mode") != 0;
  const double ratio = n.has(1) ? n.constant_scalar(1, "ratio") : static_cast<double>(n.real("ratio", 0.5f));
  if (training && ratio != 0) n.refuse("it is in training mode");
  n.result(n.value(0));
  if (n.output(1) < 0) return;
  const std::int64_t one[] = {1};
  const tensor kept = constant_of(element::boolean, {}, std::span<const std::int64_t>{one});
  n.constant_result(1, broadcast_constant(kept, n.value(0).at.dims()));
}

}  // namespace

void add_elementwise(handlers& all) {
  all["Relu"] = relu_of;
  all["LeakyRelu"] = leaky_relu_of;
  all["PRelu"] = prelu_of;
  all["Sigmoid"] = sigmoid_of;
  all["HardSigmoid"] = hard_sigmoid_of;
  all["HardSwish"] = hard_swish_of;
  all["Tanh"] = tanh_of;
  all["Clip"] = clip_of;
  all["Abs"] = magnitude_of;
  all["Identity"] = do_nothing;
  all["Cast"] = cast_of;
  all["Dropout"] = dropout_of;
}

}  // namespace edgenn::import
