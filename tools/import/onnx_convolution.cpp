// ONNX: Conv.
#include "constant.hpp"
#include "sliding.hpp"

namespace edgenn::import {

namespace {

/// Kernels [filters][channels][h][w] of ONNX as [filters][h][w][channels].
std::vector<float> channels_last(const std::vector<float>& kernel, std::size_t filters, std::size_t channels,
                                 std::size_t pixels) {
  std::vector<float> to(kernel.size());
  for (std::size_t f = 0; f < filters; ++f)
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t p = 0; p < pixels; ++p)
        to[(f * pixels + p) * channels + c] = kernel[(f * channels + c) * pixels + p];
  return to;
}

/// Kernels [filters][1][h][w] as [h][w][filters].
std::vector<float> filters_last(const std::vector<float>& kernel, std::size_t filters, std::size_t pixels) {
  std::vector<float> to(kernel.size());
  for (std::size_t f = 0; f < filters; ++f)
    for (std::size_t p = 0; p < pixels; ++p) to[p * filters + f] = kernel[f * pixels + p];
  return to;
}

/// y[f] = sum of kernel[f] * x under the window + bias[f], where the filters of a group read its channels
/// only.
void conv(const lowering& n) {
  n.expect_inputs(2, 3);
  const tensor& kernel = n.constant(1, "kernel");
  n.expect_same_type(1, "kernel");
  n.expect_same_type(2, "bias");
  const image x = image_operand(n);
  const int spatial_axes = n.value(0).at.rank() - 2;
  if (static_cast<int>(kernel.dims.size()) != spatial_axes + 2)
    n.refuse("its kernel has the shape " + shape_text(kernel.dims) + ", expected "
             + std::to_string(spatial_axes + 2) + " axes");
  const window_attributes w = read_window(n, spatial_axes, {kernel.dims.begin() + 2, kernel.dims.end()});
  const std::int64_t groups = n.integer("group", 1), filters = kernel.dims[0], channels = kernel.dims[1];
  if (groups < 1 || groups > x.extents.c || x.extents.c % groups != 0)
    n.refuse("group is " + std::to_string(groups) + ", which does not divide the "
             + std::to_string(x.extents.c) + " channels of its input");
  if (filters < 1 || filters % groups != 0)
    n.refuse("group is " + std::to_string(groups) + ", which does not divide its " + std::to_string(filters)
             + " filters");
  const extents stated = spatial_axes == 1 ? extents{w.kernel.w} : extents{w.kernel.h, w.kernel.w};
  if (channels != x.extents.c / groups || extents(kernel.dims.begin() + 2, kernel.dims.end()) != stated)
    n.refuse("its kernel has the shape " + shape_text(kernel.dims) + ", expected " + std::to_string(filters)
             + "x" + std::to_string(x.extents.c / groups) + "x" + shape_text(stated));

  std::vector<float> bias;
  if (n.has(2)) {
    bias = floats_of(n.constant(2, "bias"));
    if (static_cast<std::int64_t>(bias.size()) != filters)
      n.refuse("its bias has " + std::to_string(bias.size()) + " elements, expected "
               + std::to_string(filters));
  }
  const auto weights = [&](std::vector<float> k) {
    std::vector<std::vector<float>> all{std::move(k)};
    if (n.has(2)) all.push_back(bias);
    return all;
  };
  const auto count = static_cast<std::size_t>(filters),
             pixels = static_cast<std::size_t>(w.kernel.h) * static_cast<std::size_t>(w.kernel.w);
  if (groups == x.extents.c && groups > 1) {
    const depthwise_conv2d layer{.kernel = w.kernel,
                                 .stride = w.stride,
                                 .dilation = w.dilation,
                                 .pad = w.pad,
                                 .multiplier = static_cast<int>(filters / groups),
                                 .bias = n.has(2)};
    return image_result(n, n.append(layer, x.node, weights(filters_last(floats_of(kernel), count, pixels))));
  }
  const conv2d layer{.filters = static_cast<int>(filters),
                     .kernel = w.kernel,
                     .stride = w.stride,
                     .dilation = w.dilation,
                     .pad = w.pad,
                     .groups = static_cast<int>(groups),
                     .bias = n.has(2)};
  const auto inner = static_cast<std::size_t>(channels);
  image_result(n, n.append(layer, x.node, weights(channels_last(floats_of(kernel), count, inner, pixels))));
}

}  // namespace

void add_convolutions(handlers& all) { all["Conv"] = conv; }

}  // namespace edgenn::import
