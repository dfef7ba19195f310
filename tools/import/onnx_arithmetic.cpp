// ONNX: Add, Sub, Mul, Div, Neg, Expand, Tile.
#include <algorithm>

#include "constant.hpp"
#include "fold.hpp"
#include "lowering.hpp"

namespace edgenn::import {

namespace {

/// The extents of operand `k` with the axes that broadcasting puts before it and, until version 7, behind it.
extents aligned(const lowering& n, int k) {
  const extents &a = n.extents_of_input(0), b = aligned_extents(n, a, n.extents_of_input(1));
  extents dims = k == 0 ? a : b;
  dims.insert(dims.begin(), std::max(a.size(), b.size()) - dims.size(), 1);
  return dims;
}

placed with_leading_axes(const placed& v, const extents& dims) {
  return {v.node, *v.at.reshaped(dims), v.type};
}

extents common_extents(const lowering& n) {
  n.expect_inputs(2, 2);
  const auto dims = broadcast_extents(aligned(n, 0), aligned(n, 1));
  if (!dims)
    n.refuse("its operands have the shapes " + shape_text(n.extents_of_input(0)) + " and "
             + shape_text(n.extents_of_input(1)) + ", which do not fit");
  return n.checked(*dims);
}

/// Memory in the order of whole axes: images as images, others as in the source.
placed with_whole_axes(const lowering& n, const placed& v) {
  return axis_order(v.at) ? v : v.at.rank() == 4 ? n.place().in_order(v, image_order) : n.place().plain(v);
}

/// Runs of neighbouring axes in memory along which an operand is repeated, or is not, as one shape.
struct broadcast_shapes {
  shape whole, part;
};
broadcast_shapes shapes_of_broadcast(const lowering& n, std::span<const int> order, const extents& whole,
                                     const extents& part) {
  std::vector<std::pair<std::int64_t, bool>> runs;
  for (const int a : order) {
    const auto axis = static_cast<std::size_t>(a);
    if (whole[axis] == 1) continue;
    const bool repeated = part[axis] == 1;
    if (runs.empty() || runs.back().second != repeated) runs.push_back({1, repeated});
    runs.back().first *= whole[axis];
  }
  if (runs.size() > 4)
    n.refuse("an operand of the shape " + shape_text(part) + " repeated to " + shape_text(whole)
             + " alternates too often");
  broadcast_shapes s;
  int shape::*const extents[] = {&shape::c, &shape::w, &shape::h, &shape::d};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto [extent, repeated] = runs[runs.size() - 1 - i];
    s.whole.*extents[i] = extent_of(extent);
    s.part.*extents[i] = repeated ? 1 : extent_of(extent);
  }
  return s;
}

}  // namespace

placed repeated(const lowering& n, const placed& v, const extents& dims) {
  if (v.at.dims() == dims) return v;
  const placed x = with_whole_axes(n, v);
  const std::vector<int> order = *axis_order(x.at);
  const broadcast_shapes s = shapes_of_broadcast(n, order, dims, x.at.dims());
  const broadcast layer{s.whole.h, s.whole.w, s.whole.c, s.whole.d};
  return {n.append(layer, n.place().viewed(x.node, s.part)), arrangement{dims, order}, v.type};
}

namespace {

/// One layer of two values of equal extents and memory.
template <layer L>
placed combined(const lowering& n, placed a, placed b, const extents& dims) {
  a = repeated(n, a, dims);
  b = repeated(n, b, dims);
  if (a.at.factors() != b.at.factors() || a.at.memory() != b.at.memory()) {
    a = with_whole_axes(n, a);
    b = n.place().in_order(b, *axis_order(a.at));
  }
  const int other = n.place().viewed(b.node, n.net().shape_of(a.node));
  return {n.append(L{}, a.node, other), a.at, a.type};
}

}  // namespace

placed sum(const lowering& n, const placed& a, const placed& b, const extents& dims) {
  const auto with_axes = [&dims](const placed& v) {
    extents own = v.at.dims();
    own.insert(own.begin(), dims.size() - own.size(), 1);
    return with_leading_axes(v, own);
  };
  return combined<add_layer>(n, with_axes(a), with_axes(b), dims);
}

namespace {

/// scale * x + offset with one constant.
placed affine_of(const lowering& n, const placed& x, const tensor* scale, const tensor* offset) {
  const auto [view, numbers] = spread(n, x, scale != nullptr ? *scale : *offset);
  return {n.append(affine{.scale = scale != nullptr, .offset = offset != nullptr}, view, {numbers}), x.at,
          x.type};
}

tensor changed(const tensor& t, double (*function)(double)) {
  std::vector<double> numbers = reals_of(t);
  for (double& v : numbers) v = function(v);
  return constant_of(element::f32, t.dims, numbers);
}
double negative(double v) { return -v; }
double reciprocal(double v) { return 1 / v; }

placed negated(const lowering& n, const placed& v) {
  const double minus_one[] = {-1};
  const tensor scale = constant_of(element::f32, {}, minus_one);
  return affine_of(n, v, &scale, nullptr);
}

/// The operand that is computed, with the extents of the result, and the constant.
struct value_and_constant {
  placed x;
  tensor constant;
};
value_and_constant operands(const lowering& n, int value, const extents& dims) {
  tensor t = n.tensor_at(1 - value);
  t.dims = aligned(n, 1 - value);
  return {repeated(n, with_leading_axes(n.value(value), aligned(n, value)), dims), std::move(t)};
}

void add_of(const lowering& n) {
  const extents dims = common_extents(n);
  if (n.is_constant(0) || n.is_constant(1)) {
    const auto [x, c] = operands(n, n.is_constant(0) ? 1 : 0, dims);
    return n.result(affine_of(n, x, nullptr, &c));
  }
  n.result(combined<add_layer>(n, with_leading_axes(n.value(0), aligned(n, 0)),
                               with_leading_axes(n.value(1), aligned(n, 1)), dims));
}

void subtract_of(const lowering& n) {
  const extents dims = common_extents(n);
  if (n.is_constant(1)) {
    const auto [x, c] = operands(n, 0, dims);
    const tensor offset = changed(c, negative);
    return n.result(affine_of(n, x, nullptr, &offset));
  }
  if (n.is_constant(0)) {
    const auto [x, c] = operands(n, 1, dims);
    return n.result(affine_of(n, negated(n, x), nullptr, &c));
  }
  n.result(combined<add_layer>(n, with_leading_axes(n.value(0), aligned(n, 0)),
                               negated(n, with_leading_axes(n.value(1), aligned(n, 1))), dims));
}

void multiply_of(const lowering& n) {
  const extents dims = common_extents(n);
  if (n.is_constant(0) || n.is_constant(1)) {
    const auto [x, c] = operands(n, n.is_constant(0) ? 1 : 0, dims);
    return n.result(affine_of(n, x, &c, nullptr));
  }
  placed a = with_leading_axes(n.value(0), aligned(n, 0)), b = with_leading_axes(n.value(1), aligned(n, 1));
  if (a.at.dims() != dims) std::swap(a, b);
  if (a.at.dims() != dims || b.at.dims() == dims) return n.result(combined<multiply_layer>(n, a, b, dims));
  // The layer itself repeats its second operand.
  a = with_whole_axes(n, a);
  const std::vector<int> order = *axis_order(a.at);
  b = n.place().in_order(with_whole_axes(n, b), order);
  const broadcast_shapes s = shapes_of_broadcast(n, order, dims, b.at.dims());
  const shape own = n.net().shape_of(a.node);
  if (s.whole.d == 1 && s.whole.h == 1 && own.c == s.whole.c && own.h * own.w * own.d == s.whole.w) {
    // Per channel or per pixel: the shape may stay what it is.
    const shape part = s.part.c == 1 ? shape{own.h, own.w, 1, own.d} : shape{1, 1, own.c, 1};
    if (part.size() == s.part.size())
      return n.result(
          placed{n.append(multiply_layer{}, a.node, n.place().viewed(b.node, part)), a.at, a.type});
  }
  n.result(
      placed{n.append(multiply_layer{}, n.place().viewed(a.node, s.whole), n.place().viewed(b.node, s.part)),
             a.at, a.type});
}

void divide_of(const lowering& n) {
  const extents dims = common_extents(n);
  if (!n.is_constant(1)) n.refuse("it divides by a computed value, but edgenn divides by constants only");
  if (is_whole(n.type_of(0))) n.refuse("it divides whole numbers, but edgenn computes in fp32");
  const auto [x, c] = operands(n, 0, dims);
  const tensor scale = changed(c, reciprocal);
  n.result(affine_of(n, x, &scale, nullptr));
}

void negate_of(const lowering& n) {
  n.expect_inputs(1, 1);
  n.result(negated(n, n.value(0)));
}

void expand_of(const lowering& n) {
  n.expect_inputs(2, 2);
  const auto dims = broadcast_extents(n.value(0).at.dims(), n.constant_integers(1, "shape"));
  if (!dims) n.refuse("its shape does not fit its input of " + shape_text(n.value(0).at.dims()));
  extents own = n.value(0).at.dims();
  own.insert(own.begin(), dims->size() - own.size(), 1);
  n.result(repeated(n, with_leading_axes(n.value(0), own), n.checked(*dims)));
}

/// Each axis, repeated as a whole: an axis of its own before it is broadcast, then both become one.
void tile_of(const lowering& n) {
  n.expect_inputs(2, 2);
  placed v = n.value(0);
  const auto repeats = n.constant_integers(1, "repeats");
  if (static_cast<int>(repeats.size()) != v.at.rank())
    n.refuse("repeats is " + list_text(repeats) + ", expected " + std::to_string(v.at.rank()) + " numbers");
  extents split, dims;
  for (std::size_t a = 0; a < repeats.size(); ++a) {
    if (repeats[a] < 1) n.refuse("repeats is " + list_text(repeats) + ", expected 1 or more");
    split.insert(split.end(), {1, v.at.dims()[a]});
  }
  extents whole = split;
  for (std::size_t a = 0; a < repeats.size(); ++a) whole[2 * a] = repeats[a];
  n.checked(whole);
  for (std::size_t a = 0; a < repeats.size(); ++a) dims.push_back(whole[2 * a] * whole[2 * a + 1]);
  n.result(with_extents(n, repeated(n, with_extents(n, v, split), whole), dims));
}

}  // namespace

void add_arithmetic(handlers& all) {
  all["Add"] = add_of;
  all["Sub"] = subtract_of;
  all["Mul"] = multiply_of;
  all["Div"] = divide_of;
  all["Neg"] = negate_of;
  all["Expand"] = expand_of;
  all["Tile"] = tile_of;
}

}  // namespace edgenn::import
