// ONNX: Concat, Split, Slice, Gather, Pad: tensors that are joined, cut and extended.
#include <algorithm>

#include "constant.hpp"
#include "fold.hpp"
#include "lowering.hpp"

namespace edgenn::import {

namespace {

/// Joins the views along an axis; eight at most at a time.
int append_concat(const lowering& n, std::vector<int> views, axis along) {
  constexpr auto most = static_cast<std::size_t>(max_node_inputs);
  while (views.size() > 1) {
    std::vector<int> joined;
    for (std::size_t i = 0; i < views.size(); i += most) {
      const std::span<const int> some =
          std::span<const int>{views}.subspan(i, std::min(most, views.size() - i));
      joined.push_back(some.size() == 1 ? some[0]
                                        : n.net().append(concat_layer{along}, some, {}, n.place().comment()));
    }
    views = std::move(joined);
  }
  return views[0];
}

void concat_of(const lowering& n) {
  n.expect_inputs(1, 1 << 20);
  placed first = n.value(0);
  if (!axis_order(first.at))
    first = first.at.rank() == 4 ? n.place().in_order(first, image_order) : n.place().plain(first);
  const int rank = first.at.rank(), source_axis = n.axis(n.integer("axis", 1), rank);
  const std::vector<int> order = *axis_order(first.at);
  const auto [view, along] = viewed_along(n, first, source_axis);
  const shape whole = n.net().shape_of(view);
  std::vector<int> views{view};
  std::int64_t extent = first.at.extent(source_axis);
  for (int k = 1; k < n.input_count(); ++k) {
    const placed& v = n.value(k);
    extents dims = v.at.dims();
    if (v.at.rank() != rank)
      n.refuse("its inputs have " + std::to_string(rank) + " and " + std::to_string(v.at.rank()) + " axes");
    const std::int64_t own = v.at.extent(source_axis);
    dims[static_cast<std::size_t>(source_axis)] = first.at.extent(source_axis);
    if (dims != first.at.dims())
      n.refuse("its inputs have the shapes " + shape_text(first.at.dims()) + " and " + shape_text(v.at.dims())
               + ", which differ in another extent than axis " + std::to_string(source_axis));
    views.push_back(n.place().viewed(n.place().in_order(v, order).node, with_extent(whole, along, own)));
    extent += own;
  }
  extents dims = first.at.dims();
  dims[static_cast<std::size_t>(source_axis)] = extent;
  n.result(append_concat(n, views, along), arrangement{n.checked(dims), order});
}

/// A part of `v` along one axis.
placed part_of(const lowering& n, const placed& v, const slice_range& r) {
  const placed x = n.place().with_axis_together(v, r.axis);
  if (r.count < 1) n.refuse("its result has no elements, which edgenn's values must have");
  if (r.begin == 0 && r.step == 1 && r.count == v.at.extent(r.axis)) return v;
  const auto [view, along] = viewed_along(n, x, r.axis);
  const slice layer{
      .along = along, .begin = extent_of(r.begin), .count = extent_of(r.count), .step = extent_of(r.step)};
  return {n.append(layer, view), x.at.resized(r.axis, r.count), v.type};
}

void slice_of(const lowering& n) {
  n.expect_inputs(1, 5);
  placed v = n.value(0);
  for (const slice_range& r : slice_ranges(n, v.at.dims())) v = part_of(n, v, r);
  n.result(v);
}

/// Equal parts unless their extents are stated; the last part may be smaller since version 18.
void split_of(const lowering& n) {
  n.expect_inputs(1, 2);
  const placed& v = n.value(0);
  const int axis = n.axis(n.integer("axis", 0), v.at.rank());
  const std::int64_t extent = v.at.extent(axis);
  const int count = n.output_count();
  if (n.integer("num_outputs", count) != count) n.refuse("num_outputs does not fit its results");
  std::vector<std::int64_t> parts = n.integers("split");
  if (n.has(1)) parts = n.constant_integers(1, "split");
  if (parts.empty()) {
    const std::int64_t each = (extent + count - 1) / count;
    parts.assign(static_cast<std::size_t>(count), each);
    parts.back() = extent - each * (count - 1);
    if (parts.back() != each && n.version() < 18)
      n.refuse(std::to_string(extent) + " elements do not fall into " + std::to_string(count)
               + " equal parts");
  }
  std::int64_t begin = 0;
  if (static_cast<int>(parts.size()) != count)
    n.refuse("split " + list_text(parts) + " does not fit its " + std::to_string(count) + " results");
  for (const std::int64_t p : parts) {
    if (p < 0 || p > extent - begin)
      n.refuse("split " + list_text(parts) + " does not fit the " + std::to_string(extent)
               + " elements of the axis");
    begin += p;
  }
  if (begin != extent)
    n.refuse("split " + list_text(parts) + " does not fit the " + std::to_string(extent)
             + " elements of the axis");
  begin = 0;
  for (int k = 0; k < count; ++k) {
    const std::int64_t own = parts[static_cast<std::size_t>(k)];
    if (n.output(k) >= 0) {
      n.place().set_comment(n.result_name(k));
      n.result(k, part_of(n, v, {axis, begin, own, 1}));
    }
    begin += own;
  }
}

/// One element of an axis, which then vanishes, or elements that follow each other at equal distances.
void gather_of(const lowering& n) {
  n.expect_inputs(2, 2);
  const placed& v = n.value(0);
  const int axis = n.axis(n.integer("axis", 0), v.at.rank());
  std::vector<std::int64_t> indices = n.constant_integers(1, "indices");
  for (std::int64_t& i : indices) {
    if (i < -v.at.extent(axis) || i >= v.at.extent(axis))
      n.refuse("index " + std::to_string(i) + " lies outside axis " + std::to_string(axis) + " of "
               + shape_text(v.at.dims()));
    if (i < 0) i += v.at.extent(axis);
  }
  const extents& index_dims = n.tensor_at(1).dims;
  if (indices.empty() || index_dims.size() > 1)
    n.refuse("its indices have the shape " + shape_text(index_dims) + ", expected one number or a list");
  const std::int64_t step = indices.size() < 2 ? 1 : indices[1] - indices[0];
  for (std::size_t i = 1; i < indices.size(); ++i)
    if (step == 0 || indices[i] - indices[i - 1] != step)
      n.refuse("its indices " + list_text(indices) + " do not follow each other at equal distances");
  const placed part = part_of(n, v, {axis, indices[0], static_cast<std::int64_t>(indices.size()), step});
  if (!index_dims.empty()) return n.result(part);
  extents dims = part.at.dims();
  dims.erase(dims.begin() + axis);
  n.result(with_extents(n, part, dims));
}

/// What Pad adds before and behind each axis.
struct borders {
  std::vector<std::int64_t> before, after;
};
borders read_borders(const lowering& n, int rank) {
  std::vector<std::int64_t> pads, axes;
  if (n.version() < 11) {
    pads = n.integers(n.version() < 2 ? "paddings" : "pads");
  } else {
    pads = n.constant_integers(1, "pads");
    if (n.has(3)) axes = n.constant_integers(3, "axes");
  }
  if (axes.empty())
    for (int a = 0; a < rank; ++a) axes.push_back(a);
  std::ignore = n.axes(axes, rank);
  if (pads.size() != 2 * axes.size())
    n.refuse("pads " + list_text(pads) + " does not fit " + std::to_string(axes.size()) + " axes");
  borders b{std::vector<std::int64_t>(static_cast<std::size_t>(rank), 0),
            std::vector<std::int64_t>(static_cast<std::size_t>(rank), 0)};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(n.axis(axes[i], rank));
    b.before[axis] = pads[i];
    b.after[axis] = pads[axes.size() + i];
    for (const std::int64_t p : {pads[i], pads[axes.size() + i]})
      if (p < -2147483647 || p > 2147483647) n.refuse("pads " + list_text(pads) + " are no extents");
  }
  return b;
}

/// Rows and columns of an image at once; any other axis as the columns of a view. Negative pads cut.
void pad_of(const lowering& n) {
  n.expect_inputs(1, 4);
  placed v = n.value(0);
  pad2d layer;
  const std::string mode = n.text("mode", "constant");
  if (mode == "edge") layer.fill = border::edge;
  if (mode == "reflect") layer.fill = border::reflect;
  if (mode != "edge" && mode != "reflect" && mode != "constant")
    n.refuse("mode is " + mode + ", expected constant, edge or reflect");
  layer.value = n.version() < 11 ? n.real("value", 0)
                : n.has(2)       ? static_cast<float>(n.constant_scalar(2, "value"))
                                 : 0.0f;
  auto [before, after] = read_borders(n, v.at.rank());
  for (std::size_t a = 0; a < before.size(); ++a) {
    const std::int64_t extent = v.at.dims()[a], from = std::max<std::int64_t>(0, -before[a]),
                       to = std::max<std::int64_t>(0, -after[a]);
    if (from + to >= extent) n.refuse("its negative pads leave nothing of axis " + std::to_string(a));
    v = part_of(n, v, {static_cast<int>(a), from, extent - from - to, 1});
    before[a] = std::max<std::int64_t>(0, before[a]);
    after[a] = std::max<std::int64_t>(0, after[a]);
  }
  extents dims = v.at.dims();
  for (std::size_t a = 0; a < dims.size(); ++a) dims[a] += before[a] + after[a];
  n.checked(dims);
  if (dims.size() == 4 && v.at.extent(0) == 1 && dims[0] == 1
      && (dims[2] != v.at.extent(2) || dims[3] != v.at.extent(3))) {
    const placed x = n.place().in_order(v, image_order);
    layer.pad = sides{extent_of(before[2]), extent_of(before[3]), extent_of(after[2]), extent_of(after[3])};
    v = {n.append(layer, n.place().viewed(x.node, image_shape(v.at.dims()))),
         arrangement{{1, v.at.extent(1), dims[2], dims[3]}, image_order}, v.type};
  }
  for (int a = 0; a < v.at.rank(); ++a) {
    const auto axis = static_cast<std::size_t>(a);
    if (dims[axis] == v.at.extent(a)) continue;
    const placed x = n.place().with_axis_together(v, a);
    const auto [view, along] = viewed_along(n, x, a);
    shape s = n.net().shape_of(view);
    if (along == axis::channels) s = {s.d * s.h * s.w, s.c, 1};
    if (along == axis::width) s = {s.d * s.h, s.w, s.c};
    if (along == axis::height) s = {s.d, s.h, s.w * s.c};
    if (along == axis::depth) s = {1, s.d, s.h * s.w * s.c};
    layer.pad = sides{.left = extent_of(before[axis]), .right = extent_of(after[axis])};
    v = {n.append(layer, n.place().viewed(view, s)), x.at.resized(a, dims[axis]), v.type};
  }
  n.result(v);
}

}  // namespace

void add_joining(handlers& all) {
  all["Concat"] = concat_of;
  all["Split"] = split_of;
  all["Slice"] = slice_of;
  all["Gather"] = gather_of;
  all["Pad"] = pad_of;
}

}  // namespace edgenn::import
