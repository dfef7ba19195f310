// ONNX: Gemm, MatMul.
#include "constant.hpp"
#include "fold.hpp"
#include "lowering.hpp"

namespace edgenn::import {

namespace {

/// A constant [inputs][units] as the rows [units][inputs] of a dense layer; `order` are the inputs' factors
/// in memory.
std::vector<float> rows_of(const tensor& matrix, int input_axis, const arrangement& at, int axis) {
  const std::vector<std::int64_t> strides = strides_of(matrix.dims);
  const auto in = static_cast<std::size_t>(input_axis), units = 1 - in;
  const auto [first, last] = at.factors_of(axis);
  extents dims{matrix.dims[units]};
  std::vector<std::int64_t> steps{strides[units]};
  for (const int f : at.memory()) {
    if (f < first || f >= last) continue;
    std::int64_t stride = strides[in];
    for (int inner = f + 1; inner < last; ++inner) stride *= at.factors()[static_cast<std::size_t>(inner)];
    dims.push_back(at.factors()[static_cast<std::size_t>(f)]);
    steps.push_back(stride);
  }
  return floats_of(strided_copy(matrix, dims, steps));
}

/// For each element of the other axes of `v` the product of `matrix` with the vector along `axis`, plus the
/// bias: a dense layer if there is one such vector, otherwise a convolution of 1 x 1. The units take the
/// place of `axis`.
placed contract(const lowering& n, const placed& v, int axis, const tensor& matrix, int input_axis,
                std::vector<float> bias) {
  const int along[] = {axis};
  const placed x = with_channels(n, v, along);
  const std::int64_t inputs = v.at.extent(axis),
                     units = matrix.dims[static_cast<std::size_t>(1 - input_axis)];
  const flag has_bias = !bias.empty();
  std::vector<std::vector<float>> weights{rows_of(matrix, input_axis, x.at, axis)};
  if (has_bias) weights.push_back(std::move(bias));
  int y = -1;
  if (v.at.size() == inputs) {
    y = n.append(dense{.units = n.checked_extent(units, "units"), .bias = has_bias}, x.node, weights);
  } else {
    int image = viewed_with_channels(n, x, inputs);
    if (n.net().shape_of(image).d != 1)
      image = n.place().viewed(image, {1, extent_of(v.at.size() / inputs), extent_of(inputs)});
    y = n.append(conv2d{.filters = n.checked_extent(units, "units"), .kernel = 1, .bias = has_bias}, image,
                 weights);
  }
  const placed together = x;
  arrangement at = together.at.with_one_element(axis).resized(axis, units);
  // A new axis of its own is the outermost in memory, but units are the innermost.
  std::vector<int> factors = at.memory();
  if (units > 1) std::rotate(factors.begin(), factors.begin() + 1, factors.end());
  return {y, at.rearranged(std::move(factors)), v.type};
}

/// Y = alpha * A * B + beta * C, where A and B may be transposed.
void gemm(const lowering& n) {
  n.expect_inputs(2, 3);
  n.ignore("broadcast");  // of the first operator sets: C is repeated
  const bool transpose_a = n.integer("transA", 0) != 0, transpose_b = n.integer("transB", 0) != 0;
  const double alpha = static_cast<double>(n.real("alpha", 1)), beta = static_cast<double>(n.real("beta", 1));
  placed a = n.value(0);
  const tensor& b = n.constant(1, "matrix B");
  n.expect_same_type(1, "matrix B");
  n.expect_same_type(2, "matrix C");
  if (a.at.rank() != 2 || b.dims.size() != 2)
    n.refuse("its operands have the shapes " + shape_text(a.at.dims()) + " and " + shape_text(b.dims)
             + ", expected matrices");
  constexpr int swapped[] = {1, 0};
  if (transpose_a) a.at = a.at.transposed(swapped);
  const int input_axis = transpose_b ? 1 : 0;
  const std::int64_t inputs = b.dims[static_cast<std::size_t>(input_axis)],
                     units = b.dims[static_cast<std::size_t>(1 - input_axis)];
  if (a.at.extent(1) != inputs)
    n.refuse("its operands have the shapes " + shape_text(a.at.dims()) + " and " + shape_text(b.dims)
             + ", which do not fit");
  const auto scaled = [](const tensor& t, double factor) {
    if (factor == 1) return t;
    std::vector<double> numbers = reals_of(t);
    for (double& v : numbers) v *= factor;
    return constant_of(element::f32, t.dims, numbers);
  };
  if (!n.has(2)) return n.result(contract(n, a, 1, scaled(b, alpha), input_axis, {}));
  const extents dims{a.at.extent(0), units};
  if (!n.is_constant(2)) {
    const auto fits = broadcast_extents(dims, n.extents_of_input(2));
    if (beta != 1 || !fits || *fits != dims)
      n.refuse("its matrix C is computed, of the shape " + shape_text(n.extents_of_input(2))
               + ": it must fit " + shape_text(dims) + " and beta be 1");
    return n.result(sum(n, contract(n, a, 1, scaled(b, alpha), input_axis, {}), n.value(2), dims));
  }
  tensor c = scaled(n.constant(2, "matrix C"), beta);
  const auto fits = broadcast_extents(dims, c.dims);
  if (!fits || *fits != dims)
    n.refuse("its matrix C has the shape " + shape_text(c.dims) + ", which does not fit " + shape_text(dims));
  const bool same_for_rows = c.dims.size() < 2 || c.dims[0] == 1;
  if (same_for_rows) {
    c.dims = {c.dims.empty() ? 1 : c.dims.back()};
    return n.result(
        contract(n, a, 1, scaled(b, alpha), input_axis, floats_of(broadcast_constant(c, {units}))));
  }
  const placed y = contract(n, a, 1, scaled(b, alpha), input_axis, {});
  const auto [view, numbers] = spread(n, y, c);
  n.result(n.append(affine{.scale = false}, view, {numbers}), y.at);
}

/// Products of stacks of matrices: the batch becomes the groups of a convolution of 1 x 1.
void batched_product(const lowering& n, const placed& v, const tensor& b) {
  const int rank = v.at.rank();
  bool fits = rank >= 3 && static_cast<int>(b.dims.size()) == rank;
  for (int i = 0; fits && i < rank - 2; ++i) fits = v.at.extent(i) == b.dims[static_cast<std::size_t>(i)];
  if (!fits || v.at.extent(rank - 1) != b.dims[b.dims.size() - 2])
    n.refuse("its operands have the shapes " + shape_text(v.at.dims()) + " and " + shape_text(b.dims)
             + ", which do not fit");
  const auto count = static_cast<std::size_t>(rank);
  const std::int64_t rows = v.at.extent(rank - 2), inputs = b.dims[count - 2], units = b.dims[count - 1];
  const std::int64_t matrices = v.at.size() / rows / inputs;
  std::vector<int> order{rank - 2};
  for (int i = 0; i < rank - 2; ++i) order.push_back(i);
  order.push_back(rank - 1);
  const int x =
      n.place().viewed(n.place().in_order(v, order).node, {1, extent_of(rows), extent_of(matrices * inputs)});
  const std::int64_t strides[] = {inputs * units, 1, units};
  const auto weights = floats_of(strided_copy(b, {matrices, units, inputs}, strides));
  const conv2d layer{.filters = n.checked_extent(matrices * units, "units"),
                     .kernel = 1,
                     .groups = extent_of(matrices),
                     .bias = false};
  extents dims = v.at.dims();
  dims.back() = units;
  n.result(n.append(layer, x, {weights}), arrangement{dims, order});
}

/// numpy's matmul with one constant operand.
void matmul(const lowering& n) {
  n.expect_inputs(2, 2);
  if (!n.is_constant(0) && !n.is_constant(1))
    n.refuse("both operands are computed, but edgenn multiplies by constant matrices only");
  n.expect_same_type(1, "second operand");
  const bool constant_first = n.is_constant(0);
  const placed& v = n.value(constant_first ? 1 : 0);
  tensor matrix = n.tensor_at(constant_first ? 0 : 1);
  if (matrix.dims.size() < 2 || v.at.rank() < (constant_first ? 2 : 1))
    n.refuse("its operands have the shapes " + shape_text(n.extents_of_input(0)) + " and "
             + shape_text(n.extents_of_input(1)) + ", of which edgenn has no product");
  std::int64_t matrices = 1;
  for (std::size_t i = 0; i + 2 < matrix.dims.size(); ++i) matrices *= matrix.dims[i];
  if (matrices > 1 && !constant_first) return batched_product(n, v, matrix);
  if (matrices > 1 || static_cast<int>(matrix.dims.size()) > std::max(v.at.rank(), 2))
    n.refuse("a stack of matrices of the shape " + shape_text(matrix.dims) + " is not supported there");
  matrix.dims.erase(matrix.dims.begin(), matrix.dims.end() - 2);
  const int axis = constant_first ? v.at.rank() - 2 : v.at.rank() - 1, input_axis = constant_first ? 1 : 0;
  if (v.at.extent(axis) != matrix.dims[static_cast<std::size_t>(input_axis)])
    n.refuse("its operands have the shapes " + shape_text(n.extents_of_input(0)) + " and "
             + shape_text(n.extents_of_input(1)) + ", which do not fit");
  n.result(contract(n, v, axis, matrix, input_axis, {}));
}

}  // namespace

void add_matrix_products(handlers& all) {
  all["Gemm"] = gemm;
  all["MatMul"] = matmul;
}

}  // namespace edgenn::import
