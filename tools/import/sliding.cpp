#include "sliding.hpp"

#include "constant.hpp"

namespace edgenn::import {

namespace {

/// A list of one or two extents, each at least `least`.
extent read_extent(const lowering& n, const char* name, int axes, const extents& fallback, int least) {
  const extents stated = n.integers(name, fallback);
  if (static_cast<int>(stated.size()) != axes)
    n.refuse(std::string{name} + " is " + list_text(stated) + ", expected " + std::to_string(axes)
             + " numbers");
  int checked[2] = {1, 1};
  for (int i = 0; i < axes; ++i) {
    const std::int64_t v = stated[static_cast<std::size_t>(i)];
    if (v < least || v > 2147483647)
      n.refuse(std::string{name} + " is " + list_text(stated) + ", expected " + std::to_string(least)
               + " or more");
    checked[2 - axes + i] = static_cast<int>(v);
  }
  return {checked[0], checked[1]};
}

padding read_padding(const lowering& n, int axes) {
  const std::string rule = n.text("auto_pad", "NOTSET");
  const auto count = static_cast<std::size_t>(axes);
  const extents pads = n.integers("pads", extents(2 * count, 0));
  if (pads.size() != 2 * count)
    n.refuse("pads is " + list_text(pads) + ", expected " + std::to_string(2 * count) + " numbers");
  bool stated = false;
  for (const std::int64_t v : pads) {
    if (v < 0 || v > 2147483647) n.refuse("pads is " + list_text(pads) + ", expected 0 or more");
    stated = stated || v != 0;
  }
  if (rule != "NOTSET" && stated)
    n.refuse("it states both auto_pad = " + rule + " and pads = " + list_text(pads));
  if (rule == "SAME_UPPER") return same;
  if (rule == "SAME_LOWER") return same_lower;
  if (rule != "NOTSET" && rule != "VALID")
    n.refuse("auto_pad is " + rule + ", expected NOTSET, VALID, SAME_UPPER or SAME_LOWER");
  const auto side = [&](std::size_t i) { return static_cast<int>(pads[i]); };
  if (axes == 1) return sides{.left = side(0), .right = side(1)};
  return sides{.top = side(0), .left = side(1), .bottom = side(2), .right = side(3)};
}

}  // namespace

window_attributes read_window(const lowering& n, int spatial_axes, const extents& kernel) {
  const extents ones(static_cast<std::size_t>(spatial_axes), 1);
  return {read_extent(n, "kernel_shape", spatial_axes, kernel, 1),
          read_extent(n, "strides", spatial_axes, ones, 1),
          read_extent(n, "dilations", spatial_axes, ones, 1), read_padding(n, spatial_axes)};
}

void check_batch(const lowering& n, std::int64_t batch) {
  if (batch != 1)
    n.refuse("its input is a batch of " + std::to_string(batch)
             + ", but edgenn runs one at a time: import with --input-shape NAME=1x... and run once for each");
}

image image_operand(const lowering& n) {
  const placed& v = n.value(0);
  const extents& dims = v.at.dims();
  if (dims.size() == 3) {
    constexpr int order[] = {0, 2, 1};
    const shape s{extent_of(dims[0]), extent_of(dims[2]), extent_of(dims[1])};
    return {n.place().viewed(n.place().in_order(v, order).node, s), s};
  }
  if (dims.size() != 4)
    n.refuse("its input has the shape " + shape_text(dims) + ", expected N x C x H x W or N x C x L");
  check_batch(n, dims[0]);
  const shape s = image_shape(dims);
  return {n.place().viewed(n.place().in_order(v, image_order).node, s), s};
}

void image_result(const lowering& n, int node) {
  const extents& in = n.value(0).at.dims();
  const shape s = n.net().shape_of(node);
  if (in.size() == 3) {
    constexpr int order[] = {0, 2, 1};
    n.result(node, arrangement{{in[0], s.c, s.w}, order});
  } else {
    n.result(node, arrangement{{1, s.c, s.h, s.w}, image_order});
  }
}

}  // namespace edgenn::import
