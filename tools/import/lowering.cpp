#include "lowering.hpp"

#include <algorithm>

#include "constant.hpp"
#include "fold.hpp"

namespace edgenn::import {

const placed& lowering::value(int k) const {
  if (!has(k)) refuse("input " + std::to_string(k) + " is missing");
  const auto& v = state_->values[static_cast<std::size_t>(input(k))];
  if (v) return *v;
  if (is_constant(k))
    refuse("input " + std::to_string(k) + " \"" + tensor_at(k).name
           + "\" is a constant, expected a computed value");
  refuse("input " + std::to_string(k) + " \"" + tensor_at(k).name
         + "\" is a result that edgenn does not compute");
}

const extents& lowering::extents_of_input(int k) const {
  return is_constant(k) ? tensor_at(k).dims : value(k).at.dims();
}

element lowering::type_of(int k) const { return is_constant(k) ? tensor_at(k).type : value(k).type; }

void lowering::expect_same_type(int k, const char* role) const {
  if (has(k) && type_of(k) != type_of(0))
    refuse(std::string{"its "} + role + " is of type " + name_of(type_of(k)) + ", its input of type "
           + name_of(type_of(0)) + ": expected one type");
}

std::string lowering::result_name(int k) const {
  return state_->source.tensors[static_cast<std::size_t>(output(k))].name;
}

void lowering::result(int k, placed v) const {
  if (output(k) < 0) return;
  state_->values[static_cast<std::size_t>(output(k))] = std::move(v);
}

void lowering::constant_result(int k, tensor t) const {
  if (output(k) < 0) return;
  tensor& to = state_->source.tensors[static_cast<std::size_t>(output(k))];
  t.name = to.name;
  to = std::move(t);
}

int lowering::checked_extent(std::int64_t v, const char* what) const {
  if (v < 0 || v > 2147483647)
    refuse(std::string{what} + " is " + std::to_string(v) + ", expected 0 to 2147483647");
  return static_cast<int>(v);
}

const extents& lowering::checked(const extents& dims) const {
  if (element_count(dims, where()) == 0)
    refuse("the shape " + shape_text(dims) + " has no elements, which edgenn's values must have");
  return dims;
}

placed with_channels(const lowering& n, const placed& v, std::span<const int> axes) {
  std::vector<int> inner = v.at.axes_in_order(axes), last = v.at.memory();
  last.erase(last.begin(), last.end() - static_cast<std::ptrdiff_t>(inner.size()));
  std::sort(inner.begin(), inner.end());
  std::sort(last.begin(), last.end());
  return inner == last ? v : n.place().with_innermost(v, axes);
}

int viewed_with_channels(const lowering& n, const placed& v, std::int64_t channels) {
  const shape own = n.net().shape_of(v.node);
  if (own.c == channels) return v.node;
  return n.place().viewed(v.node, {1, extent_of(v.at.size() / channels), extent_of(channels)});
}

namespace {

/// Strides of a constant along the factors of `at`, which has the extents that the constant broadcasts to.
std::vector<std::int64_t> factor_strides(const arrangement& at, const extents& constant_dims) {
  const std::vector<std::int64_t> strides = strides_of(constant_dims);
  const int missing = at.rank() - static_cast<int>(constant_dims.size());
  std::vector<std::int64_t> of_factors(at.factors().size(), 0);
  for (int axis = missing; axis < at.rank(); ++axis) {
    const auto own = static_cast<std::size_t>(axis - missing);
    if (constant_dims[own] == 1) continue;
    std::int64_t stride = strides[own];
    const auto [first, last] = at.factors_of(axis);
    for (int f = last - 1; f >= first; --f) {
      of_factors[static_cast<std::size_t>(f)] = stride;
      stride *= at.factors()[static_cast<std::size_t>(f)];
    }
  }
  return of_factors;
}

}  // namespace

channel_numbers spread(const lowering& n, const placed& v, const tensor& t) {
  if (broadcast_extents(v.at.dims(), t.dims) != v.at.dims())
    n.refuse("a constant of the shape " + shape_text(t.dims) + " does not fit a value of "
             + shape_text(v.at.dims()));
  const std::vector<int>& memory = v.at.memory();
  const std::vector<std::int64_t> strides = factor_strides(v.at, t.dims);
  std::size_t first = memory.size();  // of the factors along which the constant varies
  for (std::size_t i = memory.size(); i-- > 0;)
    if (strides[static_cast<std::size_t>(memory[i])] != 0) first = i;
  std::int64_t varying = product_of(v.at, first, memory.size());

  const shape own = n.net().shape_of(v.node);
  const std::int64_t channels = own.c % varying == 0 ? own.c : varying;
  extents dims{channels / varying};
  std::vector<std::int64_t> steps{0};
  for (std::size_t i = first; i < memory.size(); ++i) {
    dims.push_back(v.at.factors()[static_cast<std::size_t>(memory[i])]);
    steps.push_back(strides[static_cast<std::size_t>(memory[i])]);
  }
  return {viewed_with_channels(n, v, channels), floats_of(strided_copy(t, dims, steps))};
}

placed with_extents(const lowering& n, const placed& v, extents dims) {
  n.checked(dims);
  if (auto at = v.at.reshaped(dims)) return {v.node, *std::move(at), v.type};
  return {n.place().plain(v).node, arrangement{std::move(dims)}, v.type};
}

shape with_extent(shape s, axis a, std::int64_t extent) {
  edgenn::detail::extent_of(s, a) = extent_of(extent);
  return s;
}

axis_view viewed_along(const lowering& n, const placed& v, int source_axis) {
  const auto [first, last] = v.at.factors_of(source_axis);
  const auto& memory = v.at.memory();
  std::size_t begin = 0;
  while (first < last && memory[begin] != first) ++begin;
  const std::int64_t before = product_of(v.at, 0, begin), extent = v.at.extent(source_axis);
  const shape own = n.net().shape_of(v.node);
  std::int64_t outer = 1;
  for (const axis a : {axis::depth, axis::height, axis::width, axis::channels}) {
    shape s = own;
    const int here = edgenn::detail::extent_of(s, a);
    if (outer == before && here == extent) return {v.node, a};
    outer *= here;
  }
  const std::int64_t inner = v.at.size() / before / extent;
  if (inner == 1)
    return {n.place().viewed(v.node, {1, extent_of(before), extent_of(extent)}), axis::channels};
  return {n.place().viewed(v.node, {extent_of(before), extent_of(extent), extent_of(inner)}), axis::width};
}

std::optional<std::vector<int>> axis_order(const arrangement& at) {
  std::vector<int> order;
  for (int axis = 0; axis < at.rank(); ++axis)
    if (at.extent(axis) == 1) order.push_back(axis);
  for (std::size_t i = 0; i < at.memory().size();) {
    int axis = 0;
    while (at.factors_of(axis).last <= at.memory()[i]) ++axis;
    const auto [first, last] = at.factors_of(axis);
    for (int f = first; f < last; ++f, ++i)
      if (i == at.memory().size() || at.memory()[i] != f) return std::nullopt;
    order.push_back(axis);
  }
  return order;
}

}  // namespace edgenn::import
