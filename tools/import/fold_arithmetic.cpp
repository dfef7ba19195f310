// Arithmetic of constants.
#include <algorithm>
#include <cmath>
#include <tuple>

#include "constant.hpp"
#include "fold.hpp"

namespace edgenn::import {

namespace {

using results = std::vector<tensor>;

/// Whole numbers wrap, as ONNX's do.
std::int64_t wrapped(std::uint64_t v) { return static_cast<std::int64_t>(v); }
std::uint64_t bits(std::int64_t v) { return static_cast<std::uint64_t>(v); }

struct add {
  static double of(const folding&, double a, double b) { return a + b; }
  static std::int64_t of(const folding&, std::int64_t a, std::int64_t b) {
    return wrapped(bits(a) + bits(b));
  }
};
struct subtract {
  static double of(const folding&, double a, double b) { return a - b; }
  static std::int64_t of(const folding&, std::int64_t a, std::int64_t b) {
    return wrapped(bits(a) - bits(b));
  }
};
struct multiply {
  static double of(const folding&, double a, double b) { return a * b; }
  static std::int64_t of(const folding&, std::int64_t a, std::int64_t b) {
    return wrapped(bits(a) * bits(b));
  }
};
struct divide {
  static double of(const folding&, double a, double b) { return a / b; }
  static std::int64_t of(const folding& f, std::int64_t a, std::int64_t b) {
    if (b == 0) f.refuse("it divides whole numbers by 0");
    return b == -1 ? wrapped(0 - bits(a)) : a / b;
  }
};
struct power {
  static double of(const folding&, double a, double b) { return std::pow(a, b); }
  static std::int64_t of(const folding&, std::int64_t a, std::int64_t b) {
    const double v = std::pow(static_cast<double>(a), static_cast<double>(b));
    return std::abs(v) < 9e18 ? static_cast<std::int64_t>(v) : 0;
  }
};
struct smaller {
  static double of(const folding&, double a, double b) { return std::fmin(a, b); }
  static std::int64_t of(const folding&, std::int64_t a, std::int64_t b) { return std::min(a, b); }
};
struct larger {
  static double of(const folding&, double a, double b) { return std::fmax(a, b); }
  static std::int64_t of(const folding&, std::int64_t a, std::int64_t b) { return std::max(a, b); }
};
struct is_equal {
  static double of(const folding&, double a, double b) { return a == b; }
  static std::int64_t of(const folding&, std::int64_t a, std::int64_t b) { return a == b; }
};

template <class Function, class T>
tensor combined(const folding& f, element type, const extents& dims, const std::vector<T>& a,
                const std::vector<T>& b) {
  std::vector<T> numbers(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) numbers[i] = Function::of(f, a[i], b[i]);
  return constant_of(type, dims, std::span<const T>{numbers});
}

template <class Function, bool Logical = false>
results fold_binary(const folding& f) {
  if (!f.all_constant()) return {};
  f.expect_inputs(2, 2);
  const tensor& a = f.tensor_at(0);
  tensor b = f.tensor_at(1);
  b.dims = aligned_extents(f, a.dims, b.dims);
  const auto dims = broadcast_extents(a.dims, b.dims);
  if (!dims) f.refuse("the shapes " + shape_text(a.dims) + " and " + shape_text(b.dims) + " do not fit");
  element_count(*dims, f.where());
  const tensor x = broadcast_constant(a, *dims), y = broadcast_constant(b, *dims);
  const element type = Logical ? element::boolean : a.type;
  if (is_whole(a.type) && is_whole(b.type))  // a power may have an exponent of another type
    return {combined<Function>(f, type, *dims, integers_of(x), integers_of(y))};
  return {combined<Function>(f, type, *dims, reals_of(x), reals_of(y))};
}

template <double (*Function)(double)>
results fold_unary(const folding& f) {
  if (!f.all_constant()) return {};
  const tensor& t = f.constant(0, "input");
  std::vector<double> numbers = reals_of(t);
  for (double& v : numbers) v = Function(v);
  return {constant_of(t.type, t.dims, numbers)};
}

double negated(double v) { return -v; }
double magnitude(double v) { return std::abs(v); }
double square_root(double v) { return std::sqrt(v); }
double exponential(double v) { return std::exp(v); }
double rounded_down(double v) { return std::floor(v); }
double rounded_up(double v) { return std::ceil(v); }
double reciprocal(double v) { return 1 / v; }

results fold_where(const folding& f) {
  if (!f.all_constant()) return {};
  f.expect_inputs(3, 3);
  const tensor &condition = f.tensor_at(0), &a = f.tensor_at(1), &b = f.tensor_at(2);
  auto dims = broadcast_extents(a.dims, b.dims);
  if (dims) dims = broadcast_extents(*dims, condition.dims);
  if (!dims || a.type != b.type) f.refuse("its operands differ in type or do not fit");
  element_count(*dims, f.where());
  const auto chosen = integers_of(broadcast_constant(condition, *dims));
  tensor to = broadcast_constant(a, *dims);
  const tensor other = broadcast_constant(b, *dims);
  const std::size_t size = size_of(a.type);
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i] == 0)
      std::copy_n(other.data.begin() + static_cast<std::ptrdiff_t>(i * size), size,
                  to.data.begin() + static_cast<std::ptrdiff_t>(i * size));
  return {to};
}

results fold_reduce_product(const folding& f) {
  if (!f.all_constant()) return {};
  f.expect_inputs(1, 2);
  const tensor& t = f.constant(0, "input");
  if (t.dims.size() != 1) f.refuse("only products of vectors are computed");
  std::vector<std::int64_t> axes = f.integers("axes");
  if (f.has(1)) axes = f.constant_integers(1, "axes");
  std::ignore = f.axes(axes, 1);
  extents dims;
  if (f.integer("keepdims", 1) != 0) dims.push_back(1);
  if (f.integer("noop_with_empty_axes", 0) != 0 && axes.empty()) return {t};
  if (!is_whole(t.type)) {
    double product[] = {1};
    for (const double v : reals_of(t)) product[0] *= v;
    return {constant_of(t.type, dims, product)};
  }
  std::int64_t product[] = {1};
  for (const std::int64_t v : integers_of(t)) product[0] = wrapped(bits(product[0]) * bits(v));
  return {constant_of(t.type, dims, std::span<const std::int64_t>{product})};
}

}  // namespace

void add_arithmetic_rules(std::map<std::string_view, fold_rule>& rules) {
  rules["Add"] = fold_binary<add>;
  rules["Sub"] = fold_binary<subtract>;
  rules["Mul"] = fold_binary<multiply>;
  rules["Div"] = fold_binary<divide>;
  rules["Pow"] = fold_binary<power>;
  rules["Min"] = fold_binary<smaller>;
  rules["Max"] = fold_binary<larger>;
  rules["Equal"] = fold_binary<is_equal, true>;
  rules["Neg"] = fold_unary<negated>;
  rules["Abs"] = fold_unary<magnitude>;
  rules["Sqrt"] = fold_unary<square_root>;
  rules["Exp"] = fold_unary<exponential>;
  rules["Floor"] = fold_unary<rounded_down>;
  rules["Ceil"] = fold_unary<rounded_up>;
  rules["Reciprocal"] = fold_unary<reciprocal>;
  rules["Where"] = fold_where;
  rules["ReduceProd"] = fold_reduce_product;
}

}  // namespace edgenn::import
