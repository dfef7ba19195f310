// ONNX: MaxPool, AveragePool, GlobalMaxPool, GlobalAveragePool, ReduceMean, ReduceMax.
#include "constant.hpp"
#include "fold.hpp"
#include "sliding.hpp"

namespace edgenn::import {

namespace {

rounding read_rounding(const lowering& n) {
  return n.integer("ceil_mode", 0) != 0 ? rounding::up : rounding::down;
}

void check_indices(const lowering& n) {
  n.ignore("storage_order");  // of the indices, a second result
  n.expect_inputs(1, 1);
}

/// One or two spatial axes: the layer itself.
int append_max_pool(const lowering& n, int x, const window_attributes& w, rounding round) {
  return n.append(
      max_pool2d{
          .window = w.kernel, .stride = w.stride, .dilation = w.dilation, .pad = w.pad, .round = round},
      x);
}
int append_average_pool(const lowering& n, int x, const window_attributes& w, rounding round,
                        bool count_padding) {
  if (w.dilation != extent{1}) n.refuse("edgenn's average_pool2d has no dilations");
  return n.append(average_pool2d{.window = w.kernel,
                                 .stride = w.stride,
                                 .pad = w.pad,
                                 .round = round,
                                 .count_padding = count_padding},
                  x);
}

/// Three spatial axes: a pool over rows and columns of all slices at once, then one over the slices. `append`
/// appends a pool of a window to a node.
template <class Append>
void pool3d(const lowering& n, Append append) {
  const placed& v = n.value(0);
  const extents& dims = v.at.dims();
  check_batch(n, dims[0]);
  const std::string rule = n.text("auto_pad", "NOTSET");
  const extents kernel = n.integers("kernel_shape"), strides = n.integers("strides", {1, 1, 1}),
                dilations = n.integers("dilations", {1, 1, 1}), pads = n.integers("pads", extents(6, 0));
  if (kernel.size() != 3 || strides.size() != 3 || dilations.size() != 3 || pads.size() != 6
      || rule != "NOTSET")
    n.refuse("its attributes do not fit a window of three axes: " + n.attributes_text());
  const auto at = [&](const extents& list, std::size_t i) {
    return n.checked_extent(list[i], "an attribute of the window");
  };
  const window_attributes of_images{{at(kernel, 1), at(kernel, 2)},
                                    {at(strides, 1), at(strides, 2)},
                                    {at(dilations, 1), at(dilations, 2)},
                                    sides{at(pads, 1), at(pads, 2), at(pads, 4), at(pads, 5)}};
  const window_attributes of_slices{{1, at(kernel, 0)},
                                    {1, at(strides, 0)},
                                    {1, at(dilations, 0)},
                                    sides{.left = at(pads, 0), .right = at(pads, 3)}};
  constexpr int order[] = {0, 3, 4, 2, 1};  // rows, columns, slices, channels
  const int slices = extent_of(dims[2]), channels = extent_of(dims[1]);
  const int x = n.place().viewed(
      n.place().in_order(v, order).node,
      {extent_of(dims[3]), extent_of(dims[4]), n.checked_extent(1LL * slices * channels, "an extent")});
  const int images = append(x, of_images);
  const shape s = n.net().shape_of(images);
  const int stack = n.place().viewed(images, {1, s.h * s.w, s.c});
  const int as_slices = n.place().viewed(stack, {s.h * s.w, slices, channels});
  const int y = append(as_slices, of_slices);
  n.result(y, arrangement{{1, channels, n.net().shape_of(y).w, s.h, s.w}, order});
}

/// The maximum under the window.
void max_pool(const lowering& n) {
  check_indices(n);
  const rounding round = read_rounding(n);
  if (n.value(0).at.rank() == 5)
    return pool3d(n, [&](int x, const window_attributes& w) { return append_max_pool(n, x, w, round); });
  const image x = image_operand(n);
  image_result(n, append_max_pool(n, x.node, read_window(n, n.value(0).at.rank() - 2, {}), round));
}

/// The mean of the elements under the window, padding counted or not.
void average_pool(const lowering& n) {
  n.expect_inputs(1, 1);
  const rounding round = read_rounding(n);
  const bool count_padding = n.integer("count_include_pad", 0) != 0;
  if (n.value(0).at.rank() == 5) {
    // The mean of means is the mean if all windows have the same number of elements.
    bool padded = round == rounding::up;
    for (const std::int64_t p : n.integers("pads")) padded = padded || p != 0;
    if (padded) n.refuse("over three axes edgenn has no average pool with padding or ceil_mode");
    return pool3d(n, [&](int x, const window_attributes& w) {
      return append_average_pool(n, x, w, round, count_padding);
    });
  }
  const image x = image_operand(n);
  image_result(
      n, append_average_pool(n, x.node, read_window(n, n.value(0).at.rank() - 2, {}), round, count_padding));
}

/// Reduces `axes` to one element, as a global pool over all but the rest.
template <layer L>
void reduce(const lowering& n, const std::vector<int>& axes, bool keep) {
  const placed& v = n.value(0);
  std::vector<int> rest;
  extents kept, dims;
  for (int a = 0; a < v.at.rank(); ++a) {
    const bool reduced = std::find(axes.begin(), axes.end(), a) != axes.end();
    if (!reduced) rest.push_back(a);
    if (!reduced || keep) dims.push_back(reduced ? 1 : v.at.extent(a));
  }
  const placed moved = with_channels(n, v, rest);
  std::int64_t channels = 1;
  for (const int a : rest) channels *= v.at.extent(a);
  const int y = n.append(L{}, viewed_with_channels(n, moved, channels));
  // Memory is the innermost part of what it was.
  arrangement at = moved.at;
  for (const int a : axes) at = at.with_one_element(a);
  if (!keep) at = *at.reshaped(dims);
  n.result(y, at);
}

template <layer L>
void global_pool(const lowering& n) {
  n.expect_inputs(1, 1);
  const placed& v = n.value(0);
  if (v.at.rank() < 3)
    n.refuse("its input has the shape " + shape_text(v.at.dims()) + ", expected N x C x ...");
  std::vector<int> axes;
  for (int a = 2; a < v.at.rank(); ++a) axes.push_back(a);
  reduce<L>(n, axes, true);
}

/// The mean, or the maximum, over some axes; over all if none are stated.
template <layer L>
void reduce_axes(const lowering& n) {
  n.expect_inputs(1, 2);
  const int rank = n.value(0).at.rank();
  extents stated = n.integers("axes");
  if (n.has(1)) stated = n.constant_integers(1, "axes");
  const bool nothing = n.integer("noop_with_empty_axes", 0) != 0, keep = n.integer("keepdims", 1) != 0;
  if (stated.empty() && nothing) return n.result(n.value(0));
  std::vector<int> axes = n.axes(stated, rank);
  if (axes.empty())
    for (int a = 0; a < rank; ++a) axes.push_back(a);
  reduce<L>(n, axes, keep);
}

}  // namespace

void add_pooling(handlers& all) {
  all["MaxPool"] = max_pool;
  all["AveragePool"] = average_pool;
  all["GlobalMaxPool"] = global_pool<global_max_pool>;
  all["GlobalAveragePool"] = global_pool<global_average_pool>;
  all["ReduceMax"] = reduce_axes<global_max_pool>;
  all["ReduceMean"] = reduce_axes<global_average_pool>;
}

}  // namespace edgenn::import
