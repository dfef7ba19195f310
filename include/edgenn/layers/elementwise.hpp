#pragma once
#include <edgenn/graph.hpp>

namespace edgenn {

namespace detail {

/// Whether `b` has the extents of `a`, each or all of them 1 instead: then it is repeated along those axes.
constexpr bool broadcasts_to(shape b, shape a) {
  return (b.h == a.h || b.h == 1) && (b.w == a.w || b.w == 1) && (b.c == a.c || b.c == 1)
         && (b.d == a.d || b.d == 1);
}

}  // namespace detail

/// Elementwise sum of equal shapes, then the activation.
struct add_layer {
  static constexpr const char* name = "add";
  activation act = none;  ///< activation of the output

  constexpr shape output(shape a, shape b) const {
    if (a != b) error::operands_of_add_must_have_equal_shapes(a, b);
    return a;
  }
};

/// Elementwise product, then the activation. The second operand may have extents of 1 where the first has
/// more: {1, 1, c} scales channels, {h, w, 1} weighs pixels.
struct multiply_layer {
  static constexpr const char* name = "multiply";
  activation act = none;  ///< activation of the output

  constexpr shape output(shape a, shape b) const {
    if (!detail::broadcasts_to(b, a))
      error::second_operand_of_multiply_must_have_the_extents_of_the_first_or_one(a, b);
    return a;
  }
};

template <>
struct layer_named<"add"> {
  using type = add_layer;
};
template <>
struct layer_named<"multiply"> {
  using type = multiply_layer;
};

/// The sum of two values of equal shape, with an activation: `add(x, shortcut, relu)`.
[[nodiscard]] constexpr value add(value a, value b, activation act = none) {
  return a.net->append(add_layer{act}, a, b);
}

/// The product of two values; `b` may have extents of 1 where `a` has more.
[[nodiscard]] constexpr value multiply(value a, value b, activation act = none) {
  return a.net->append(multiply_layer{act}, a, b);
}

}  // namespace edgenn
