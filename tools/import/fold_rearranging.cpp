// Constants that are moved about, and those made of shapes.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "constant.hpp"
#include "fold.hpp"

namespace edgenn::import {

std::vector<std::int64_t> strides_of(std::span<const std::int64_t> dims) {
  std::vector<std::int64_t> strides(dims.size());
  std::int64_t stride = 1;
  for (std::size_t i = dims.size(); i-- > 0; stride *= dims[i]) strides[i] = stride;
  return strides;
}

tensor strided_copy(const tensor& from, extents dims, std::span<const std::int64_t> strides,
                    std::int64_t offset) {
  tensor to;
  to.type = from.type;
  to.dims = std::move(dims);
  to.known_shape = to.constant = true;
  to.scaling = from.scaling;
  const std::size_t size = size_of(from.type), rank = to.dims.size();
  to.data.resize(computed_byte_count(from.type, to.dims));
  std::size_t count = to.data.size() / size;
  std::vector<std::int64_t> index(rank, 0);
  for (std::byte* at = to.data.data(); count > 0; --count, at += size) {
    std::memcpy(at, from.data.data() + static_cast<std::size_t>(offset) * size, size);
    for (std::size_t i = rank; i-- > 0;) {
      offset += strides[i];
      if (++index[i] < to.dims[i]) break;
      offset -= strides[i] * to.dims[i];
      index[i] = 0;
    }
  }
  return to;
}

tensor broadcast_constant(const tensor& t, const extents& dims) {
  std::vector<std::int64_t> strides = strides_of(t.dims);
  for (std::size_t i = 0; i < strides.size(); ++i)
    if (t.dims[i] == 1) strides[i] = 0;
  strides.insert(strides.begin(), dims.size() - t.dims.size(), 0);
  return strided_copy(t, dims, strides);
}

namespace {

using results = std::vector<tensor>;

tensor with_extents(tensor t, extents dims) {
  t.dims = std::move(dims);
  return t;
}

results fold_constant(const folding& f) {
  if (f.has_attribute("value")) return {f.tensor_attribute("value")};
  const auto vector_or_scalar = [](element type, auto numbers, bool scalar) {
    extents dims;
    if (!scalar) dims.push_back(static_cast<std::int64_t>(numbers.size()));
    return results{constant_of(type, dims, numbers)};
  };
  if (f.has_attribute("value_int"))
    return vector_or_scalar(element::i64, std::vector<std::int64_t>{f.integer("value_int", 0)}, true);
  if (f.has_attribute("value_ints")) return vector_or_scalar(element::i64, f.integers("value_ints"), false);
  std::vector<double> numbers;
  if (f.has_attribute("value_float")) {
    numbers.push_back(static_cast<double>(f.real("value_float", 0)));
    return vector_or_scalar(element::f32, numbers, true);
  }
  for (const float v : f.reals("value_floats")) numbers.push_back(static_cast<double>(v));
  if (f.has_attribute("value_floats")) return vector_or_scalar(element::f32, numbers, false);
  f.refuse("it has none of the attributes value, value_int, value_ints, value_float, value_floats");
}

results fold_shape(const folding& f) {
  const extents* dims = f.extents_of_input(0);
  if (dims == nullptr) return {};
  const auto rank = static_cast<std::int64_t>(dims->size());
  const auto clamped = [rank](std::int64_t v) {
    return std::clamp<std::int64_t>(v < 0 ? v + rank : v, 0, rank);
  };
  const std::int64_t start = clamped(f.integer("start", 0)), end = clamped(f.integer("end", rank));
  const std::span<const std::int64_t> all{*dims};
  return {vector_of(start < end
                        ? all.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start))
                        : std::span<const std::int64_t>{})};
}

results fold_size(const folding& f) {
  const extents* dims = f.extents_of_input(0);
  if (dims == nullptr) return {};
  const std::int64_t count[] = {element_count(*dims, f.where())};
  return {constant_of(element::i64, {}, std::span<const std::int64_t>{count})};
}

results fold_constant_of_shape(const folding& f) {
  const extents dims = f.constant_integers(0, "shape");
  const std::int64_t zero[] = {0};
  tensor value = constant_of(element::f32, {1}, std::span<const std::int64_t>{zero});
  if (f.has_attribute("value")) value = f.tensor_attribute("value");
  if (value.data.size() != size_of(value.type)) f.refuse("its value must have one element");
  element_count(dims, f.where());
  return {strided_copy(value, dims, std::vector<std::int64_t>(dims.size(), 0))};
}

results fold_range(const folding& f) {
  const double start = f.constant_scalar(0, "start"), limit = f.constant_scalar(1, "limit"),
               delta = f.constant_scalar(2, "delta");
  const double count = std::max(0.0, (limit - start) / delta);
  if (!(count < 1e7)) f.refuse("its range has too many elements");
  std::vector<double> numbers;
  for (double i = 0; i < count; ++i) numbers.push_back(start + i * delta);
  return {constant_of(f.tensor_at(0).type, {static_cast<std::int64_t>(numbers.size())}, numbers)};
}

results fold_identity(const folding& f) { return {f.constant(0, "input")}; }

results fold_cast(const folding& f) {
  static constexpr element types[] = {
      element::f32, element::f32, element::u8,  element::i8,      element::u16, element::i16,
      element::i32, element::i64, element::f32, element::boolean, element::f16, element::f64,
      element::u32, element::u64, element::f32, element::f32,     element::bf16};
  const std::int64_t to = f.integer("to", 0);
  f.ignore("saturate");
  if (to < 1 || to > 16 || to == 8 || to == 14 || to == 15)
    f.refuse("it casts to the type " + std::to_string(to) + ", expected a type of real or whole numbers");
  const tensor& from = f.tensor_at(0);
  const element type = types[to];
  if (is_whole(from.type)) return {constant_of(type, from.dims, integers_of(from))};
  const std::vector<double> numbers = reals_of(from);
  const tensor made = constant_of(type, from.dims, numbers);
  if (!is_whole(type) || type == element::boolean) return {made};
  // What a number out of range becomes differs from processor to processor.
  const std::vector<double> found = reals_of(made);
  const double above = type == element::i64 ? 0x1p63 : 0x1p64;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (!(std::trunc(numbers[i]) == found[i] && numbers[i] < above))
      f.refuse("it casts " + std::to_string(numbers[i]) + " to " + name_of(type)
               + ", which has no such number");
  return {made};
}

results fold_reshape(const folding& f) {
  const tensor& t = f.constant(0, "input");
  const auto wanted = f.version() < 5 ? f.integers("shape") : f.constant_integers(1, "shape");
  return {with_extents(t, reshaped_extents(f, t.dims, wanted, f.integer("allowzero", 0) != 0))};
}

results fold_flatten(const folding& f) {
  const tensor& t = f.constant(0, "input");
  const auto rank = static_cast<int>(t.dims.size());
  const std::int64_t stated = f.integer("axis", 1);
  const int axis = stated == rank ? rank : f.axis(stated, rank);
  const std::span<const std::int64_t> dims{t.dims};
  return {with_extents(t, {element_count(dims.first(static_cast<std::size_t>(axis)), f.where()),
                           element_count(dims.subspan(static_cast<std::size_t>(axis)), f.where())})};
}

results fold_squeeze(const folding& f) {
  const tensor& t = f.constant(0, "input");
  return {with_extents(t, squeezed_extents(f, t.dims))};
}
results fold_unsqueeze(const folding& f) {
  const tensor& t = f.constant(0, "input");
  return {with_extents(t, unsqueezed_extents(f, t.dims))};
}

results fold_transpose(const folding& f) {
  const tensor& t = f.constant(0, "input");
  const auto rank = static_cast<std::int64_t>(t.dims.size());
  std::vector<std::int64_t> order = f.integers("perm");
  if (order.empty())
    for (std::int64_t i = rank; i-- > 0;) order.push_back(i);
  if (static_cast<std::int64_t>(order.size()) != rank
      || static_cast<std::int64_t>(f.axes(order, static_cast<int>(rank)).size()) != rank)
    f.refuse("perm " + list_text(order) + " does not name every axis of " + shape_text(t.dims) + " once");
  const auto from = strides_of(t.dims);
  extents dims;
  std::vector<std::int64_t> strides;
  for (const std::int64_t a : order) {
    const auto axis = static_cast<std::size_t>(f.axis(a, static_cast<int>(rank)));
    dims.push_back(t.dims[axis]);
    strides.push_back(from[axis]);
  }
  return {strided_copy(t, dims, strides)};
}

results fold_slice(const folding& f) {
  const tensor& t = f.constant(0, "input");
  extents dims = t.dims;
  std::vector<std::int64_t> strides = strides_of(dims);
  std::int64_t offset = 0;
  for (const slice_range& r : slice_ranges(f, t.dims)) {
    const auto axis = static_cast<std::size_t>(r.axis);
    offset += r.begin * strides[axis];
    dims[axis] = r.count;
    strides[axis] *= r.step;
  }
  return {strided_copy(t, dims, strides, offset)};
}

results fold_expand(const folding& f) {
  const tensor& t = f.constant(0, "input");
  const auto dims = broadcast_extents(t.dims, f.constant_integers(1, "shape"));
  if (!dims) f.refuse("the shape does not fit the input of " + shape_text(t.dims));
  element_count(*dims, f.where());
  return {broadcast_constant(t, *dims)};
}

results fold_concat(const folding& f) {
  const tensor& first = f.constant(0, "input");
  const auto rank = static_cast<int>(first.dims.size());
  const auto axis = static_cast<std::size_t>(f.axis(f.integer("axis", 1), rank));
  tensor to;
  to.type = first.type;
  to.known_shape = to.constant = true;
  to.dims = first.dims;
  to.dims[axis] = 0;
  for (int k = 0; k < f.input_count(); ++k) {
    const tensor& part = f.constant(k, "input");
    extents dims = part.dims;
    if (part.type != to.type || static_cast<int>(dims.size()) != rank)
      f.refuse("its inputs differ in type or rank");
    dims[axis] = to.dims[axis];
    if (dims != to.dims) f.refuse("its inputs differ in another extent than that of the axis");
    to.dims[axis] += part.dims[axis];
  }
  const std::uint64_t size = computed_byte_count(to.type, to.dims);
  if (size == 0) return {to};
  to.data.reserve(size);
  std::int64_t outer = 1, inner = static_cast<std::int64_t>(size_of(to.type));
  for (std::size_t i = 0; i < axis; ++i) outer *= to.dims[i];
  for (std::size_t i = axis + 1; i < to.dims.size(); ++i) inner *= to.dims[i];
  for (std::int64_t o = 0; o < outer; ++o)
    for (int k = 0; k < f.input_count(); ++k) {
      const tensor& part = f.tensor_at(k);
      const std::int64_t bytes = part.dims[axis] * inner;
      const auto at = part.data.begin() + o * bytes;
      to.data.insert(to.data.end(), at, at + bytes);
    }
  return {to};
}

results fold_gather(const folding& f) {
  const tensor& t = f.constant(0, "input");
  const auto rank = static_cast<int>(t.dims.size());
  const auto axis = static_cast<std::size_t>(f.axis(f.integer("axis", 0), rank));
  auto indices = f.constant_integers(1, "indices");
  for (std::int64_t& index : indices) {
    const std::int64_t stated = index;
    if (stated < 0) index += t.dims[axis];
    if (index < 0 || index >= t.dims[axis])
      f.refuse("index " + std::to_string(stated) + " lies outside the axis of "
               + std::to_string(t.dims[axis]));
  }
  const extents& index_dims = f.tensor_at(1).dims;
  tensor to;
  to.type = t.type;
  to.known_shape = to.constant = true;
  to.dims.assign(t.dims.begin(), t.dims.begin() + static_cast<std::ptrdiff_t>(axis));
  to.dims.insert(to.dims.end(), index_dims.begin(), index_dims.end());
  to.dims.insert(to.dims.end(), t.dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, t.dims.end());
  const std::uint64_t size = computed_byte_count(to.type, to.dims);
  if (size == 0) return {to};
  to.data.reserve(size);
  std::int64_t outer = 1, inner = static_cast<std::int64_t>(size_of(to.type));
  for (std::size_t i = 0; i < axis; ++i) outer *= t.dims[i];
  for (std::size_t i = axis + 1; i < t.dims.size(); ++i) inner *= t.dims[i];
  for (std::int64_t o = 0; o < outer; ++o)
    for (const std::int64_t index : indices) {
      const auto at = t.data.begin() + (o * t.dims[axis] + index) * inner;
      to.data.insert(to.data.end(), at, at + inner);
    }
  return {to};
}

/// A rule for nodes whose operands are all constants.
template <fold_rule Rule>
results of_constants(const folding& f) {
  return f.all_constant() ? Rule(f) : results{};
}

}  // namespace

void add_rearranging_rules(std::map<std::string_view, fold_rule>& rules) {
  rules["Constant"] = fold_constant;
  rules["Shape"] = fold_shape;
  rules["Size"] = fold_size;
  rules["ConstantOfShape"] = of_constants<fold_constant_of_shape>;
  rules["Range"] = of_constants<fold_range>;
  rules["Identity"] = of_constants<fold_identity>;
  rules["Cast"] = of_constants<fold_cast>;
  rules["Reshape"] = of_constants<fold_reshape>;
  rules["Flatten"] = of_constants<fold_flatten>;
  rules["Squeeze"] = of_constants<fold_squeeze>;
  rules["Unsqueeze"] = of_constants<fold_unsqueeze>;
  rules["Transpose"] = of_constants<fold_transpose>;
  rules["Slice"] = of_constants<fold_slice>;
  rules["Expand"] = of_constants<fold_expand>;
  rules["Concat"] = of_constants<fold_concat>;
  rules["Gather"] = of_constants<fold_gather>;
}

}  // namespace edgenn::import
