// ONNX: BatchNormalization, LRN, Softmax.
#include "constant.hpp"
#include "lowering.hpp"

namespace edgenn::import {

namespace {

constexpr int channel_axis[] = {1};

/// y = (x - mean) / sqrt(variance + epsilon) * scale + offset in each channel.
void batch_normalization(const lowering& n) {
  n.expect_inputs(5, 5);
  for (const char* name : {"momentum", "consumed_inputs"}) n.ignore(name);
  if (n.integer("spatial", 1) == 0) n.refuse("spatial = 0 is not supported");
  bool training = n.integer("training_mode", 0) != 0 || (n.version() < 7 && n.integer("is_test", 0) == 0);
  for (int k = 1; k < n.output_count(); ++k) training = training || n.output(k) >= 0;  // until version 14
  if (training) n.refuse("it is in training mode");
  const float epsilon = n.real("epsilon", 1e-5f);
  const placed& v = n.value(0);
  if (v.at.rank() < 2)
    n.refuse("its input has the shape " + shape_text(v.at.dims()) + ", expected N x C x ...");
  const std::int64_t channels = v.at.extent(1);
  const placed x = with_channels(n, v, channel_axis);
  std::vector<std::vector<float>> weights;
  int view = -1;
  for (int k = 1; k <= 4; ++k) {
    static constexpr const char* roles[] = {"", "scale", "offset", "mean", "variance"};
    tensor numbers = n.constant(k, roles[k]);
    if (n.version() < 14)
      n.expect_same_type(k, roles[k]);
    else if (is_whole(numbers.type))  // other real types are allowed
      n.refuse(std::string{"its "} + roles[k] + " is of type " + name_of(numbers.type)
               + ", expected real numbers");
    const std::int64_t count = element_count(numbers.dims, n.where());
    if (count != channels)
      n.refuse(std::string{"its "} + roles[k] + " has " + std::to_string(count) + " elements, expected "
               + std::to_string(channels));
    // Memory may have the channels in another order than the source.
    numbers.dims.assign(static_cast<std::size_t>(v.at.rank() - 1), 1);
    numbers.dims[0] = channels;
    channel_numbers spread_numbers = spread(n, x, numbers);
    view = spread_numbers.view;
    weights.push_back(std::move(spread_numbers.numbers));
  }
  for (const float variance : weights[3])
    if (!(variance + epsilon > 0)) n.refuse("a variance + epsilon is not positive");
  n.result(n.append(batch_norm{.epsilon = epsilon}, view, weights), x.at);
}

/// y = x / (bias + alpha / size * sum of squares of neighbouring channels)^beta.
void local_response_normalization(const lowering& n) {
  n.expect_inputs(1, 1);
  const placed& v = n.value(0);
  if (v.at.rank() < 2)
    n.refuse("its input has the shape " + shape_text(v.at.dims()) + ", expected N x C x ...");
  const lrn layer{.size = n.checked_extent(n.integer("size", 0), "size"),
                  .alpha = n.real("alpha", 1e-4f),
                  .beta = n.real("beta", 0.75f),
                  .k = n.real("bias", 1)};
  const placed x = n.place().with_innermost(v, channel_axis);
  n.result(n.append(layer, viewed_with_channels(n, x, v.at.extent(1))), x.at);
}

/// Over one axis; until version 13 over it and all axes after it.
void softmax_of(const lowering& n) {
  n.expect_inputs(1, 1);
  const placed& v = n.value(0);
  const int axis = n.axis(n.integer("axis", n.version() < 13 ? 1 : -1), v.at.rank());
  std::vector<int> axes{axis};
  for (int a = axis + 1; a < v.at.rank() && n.version() < 13; ++a) axes.push_back(a);
  std::int64_t channels = 1;
  for (const int a : axes) channels *= v.at.extent(a);
  const placed x = with_channels(n, v, axes);
  n.result(n.append(softmax{}, viewed_with_channels(n, x, channels)), x.at);
}

}  // namespace

void add_normalization(handlers& all) {
  all["BatchNormalization"] = batch_normalization;
  all["LRN"] = local_response_normalization;
  all["Softmax"] = softmax_of;
}

}  // namespace edgenn::import
