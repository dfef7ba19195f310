// TFLite: shapes, borders, joined tensors and resized images.
#include <algorithm>

#include "constant.hpp"
#include "tflite_lowering.hpp"

namespace edgenn::import {

namespace {

extents dims_of_image(shape s) { return {1, s.h, s.w, s.c}; }

/// `wanted` with one -1 replaced so that `count` elements fill it.
extents completed(const tflite_lowering& n, extents wanted, std::int64_t count) {
  std::int64_t known = 1, open = 0;
  for (const std::int64_t d : wanted) {
    if (d < -1 || d == 0) n.refuse("it asks for the shape " + list_text(wanted));
    open += d == -1;
    if (d > 0 && known <= count) known *= d;
  }
  if (open > 1) n.refuse("it leaves more than one extent of " + list_text(wanted) + " open");
  for (std::int64_t& d : wanted)
    if (d == -1 && known <= count) d = count / known;
  if (known > count || count % known != 0 || (open == 0 && known != count))
    n.refuse("it asks for the shape " + list_text(wanted) + " of " + std::to_string(count) + " elements");
  return wanted;
}

/// The shape comes as a constant, as an option or, where it is computed, from the file's word on the result.
void reshape_of(const tflite_lowering& n) {
  n.expect_inputs(1, 2);
  const int x = n.value(0);
  extents wanted = n.stated_dims();
  if (n.is_constant(1))
    wanted = n.constant_integers(1, "shape");
  else if (const std::vector<std::int64_t> option = n.integers("new_shape"); !option.empty() && !n.has(1))
    wanted = option;
  n.result(x, completed(n, wanted, n.shape_of(x).size()));
}

/// Axes of extent 1 come or go; the file states the result.
void squeeze_of(const tflite_lowering& n) {
  const int x = n.value(0);
  const extents& from = n.dims_of(0);
  const std::vector<int> axes = n.axes(n.integers("dims"), static_cast<int>(from.size()));
  extents dims;
  for (std::size_t k = 0; k < from.size(); ++k) {
    const bool named = std::find(axes.begin(), axes.end(), static_cast<int>(k)) != axes.end();
    if (named && from[k] != 1)
      n.refuse("axis " + std::to_string(k) + " of its input " + shape_text(from) + " is not 1");
    if (!named && !(axes.empty() && from[k] == 1)) dims.push_back(from[k]);
  }
  n.result(x, dims);
}

void expand_dims_of(const tflite_lowering& n) {
  n.expect_inputs(2, 2);
  const int x = n.value(0);
  extents dims = n.dims_of(0);
  const auto axes = n.constant_integers(1, "axis");
  if (axes.size() != 1) n.refuse("its axis has " + std::to_string(axes.size()) + " elements, expected 1");
  dims.insert(dims.begin() + n.axis(axes[0], static_cast<int>(dims.size()) + 1), 1);
  n.result(x, dims);
}

/// Borders of rows and columns.
void pad_with(const tflite_lowering& n, float value) {
  const int x = n.value(0);
  const extents& dims = n.dims_of(0);
  const std::vector<std::int64_t> stated = n.constant_integers(1, "border");
  if (dims.size() != 4 || dims[0] != 1 || stated.size() != 8)
    n.refuse("its input has the shape " + shape_text(dims) + " and its border "
             + std::to_string(stated.size()) + " numbers, expected 1 x height x width x channels and 8");
  if (stated[0] != 0 || stated[1] != 0 || stated[6] != 0 || stated[7] != 0)
    n.refuse("its border " + list_text(stated) + " adds batches or channels, which is not supported");
  for (const std::int64_t v : stated)
    if (v < 0 || v > 1'000'000) n.refuse("its border " + list_text(stated) + " is negative or too large");
  const auto at = [&](std::size_t k) { return static_cast<int>(stated[k]); };
  const pad2d l{.pad = sides{.top = at(2), .left = at(4), .bottom = at(3), .right = at(5)}, .value = value};
  const int y = n.append(l, x);
  n.result(y, dims_of_image(n.shape_of(y)));
}

void pad_of(const tflite_lowering& n) {
  n.expect_inputs(2, 2);
  pad_with(n, 0);
}
void pad_v2_of(const tflite_lowering& n) {
  n.expect_inputs(3, 3);
  const std::vector<float> value = n.numbers(2, "value");
  if (value.size() != 1) n.refuse("its value has " + std::to_string(value.size()) + " elements, expected 1");
  pad_with(n, value[0]);
}

/// The axis of edgenn's layout that is axis `k` of `rank`.
axis axis_of(const tflite_lowering& n, int k, int rank) {
  constexpr axis from_the_end[] = {axis::channels, axis::width, axis::height, axis::depth};
  const int place = rank - 1 - k;
  if (place > 3)
    n.refuse("it joins along axis " + std::to_string(k) + " of " + std::to_string(rank)
             + ", which is not supported");
  return from_the_end[place];
}

/// A layer joins eight values at most.
int joined(const tflite_lowering& n, const concat_layer& l, std::vector<int> values) {
  while (values.size() > 1) {
    std::vector<int> fewer;
    for (std::size_t first = 0; first < values.size(); first += max_node_inputs) {
      const std::size_t count = std::min(values.size() - first, std::size_t{max_node_inputs});
      fewer.push_back(count == 1 ? values[first] : n.append_all(l, std::span{values}.subspan(first, count)));
    }
    values = std::move(fewer);
  }
  return values[0];
}

void concatenation_of(const tflite_lowering& n) {
  if (n.input_count() == 0) n.refuse("it has no inputs");
  extents dims = n.dims_of(0);
  const int along = n.axis(n.required("axis"), static_cast<int>(dims.size()));
  std::vector<int> values;
  std::int64_t sum = 0;
  for (int k = 0; k < n.input_count(); ++k) {
    values.push_back(n.value(k));
    extents other = n.dims_of(k);
    if (other.size() != dims.size())
      n.refuse("its operands have the shapes " + shape_text(dims) + " and " + shape_text(other));
    sum += other[static_cast<std::size_t>(along)];
  }
  dims[static_cast<std::size_t>(along)] = sum;
  element_count(dims, n.where());
  const concat_layer l{axis_of(n, along, static_cast<int>(dims.size()))};
  n.activated_result(joined(n, l, std::move(values)), dims);
}

extent size_of_result(const tflite_lowering& n) {
  n.expect_inputs(2, 2);
  if (n.dims_of(0).size() != 4 || n.dims_of(0)[0] != 1)
    n.refuse("its input has the shape " + shape_text(n.dims_of(0))
             + ", expected 1 x height x width x channels");
  const std::vector<std::int64_t> size = n.constant_integers(1, "size");
  if (size.size() != 2 || size[0] < 1 || size[1] < 1 || size[0] > 1'000'000 || size[1] > 1'000'000)
    n.refuse("its size is " + list_text(size) + ", expected a height and a width above 0");
  return {static_cast<int>(size[0]), static_cast<int>(size[1])};
}

bool option(const tflite_lowering& n, const char* name) { return n.integer(name, 0) != 0; }

void resize_bilinear_of(const tflite_lowering& n) {
  const resize l{.to = size_of_result(n),
                 .mode = interpolation::bilinear,
                 .at = option(n, "align_corners")        ? coordinates::align_corners
                       : option(n, "half_pixel_centers") ? coordinates::half_pixel
                                                         : coordinates::asymmetric};
  const int y = n.append(l, n.value(0));
  n.result(y, dims_of_image(n.shape_of(y)));
}

void resize_nearest_of(const tflite_lowering& n) {
  const bool corners = option(n, "align_corners");
  const resize l{.to = size_of_result(n),
                 .at = corners                           ? coordinates::align_corners
                       : option(n, "half_pixel_centers") ? coordinates::half_pixel_floor
                                                         : coordinates::asymmetric,
                 .nearest = corners ? nearest_pixel::round_prefer_ceil : nearest_pixel::floor};
  const int y = n.append(l, n.value(0));
  n.result(y, dims_of_image(n.shape_of(y)));
}

}  // namespace

void add_tflite_rearranging(tflite_handlers& all) {
  all["RESHAPE"] = reshape_of;
  all["SQUEEZE"] = squeeze_of;
  all["EXPAND_DIMS"] = expand_dims_of;
  all["PAD"] = pad_of;
  all["PADV2"] = pad_v2_of;
  all["CONCATENATION"] = concatenation_of;
  all["RESIZE_BILINEAR"] = resize_bilinear_of;
  all["RESIZE_NEAREST_NEIGHBOR"] = resize_nearest_of;
}

}  // namespace edgenn::import
