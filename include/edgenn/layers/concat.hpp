#pragma once
#include <edgenn/graph.hpp>

namespace edgenn {

/// An axis of an activation.
enum class axis : int { height, width, channels, depth };

namespace detail {

/// The extent of `s` along `a`; `Shape` is shape or const shape.
template <class Shape>
constexpr auto& extent_of(Shape& s, axis a) {
  return a == axis::height ? s.h : a == axis::width ? s.w : a == axis::channels ? s.c : s.d;
}

}  // namespace detail

/// Joins 2 to 8 tensors along one axis; all other extents must be equal. The memory plan lets producers write
/// straight into the joined tensor where it can, and then nothing is copied.
struct concat_layer {
  static constexpr const char* name = "concat";
  axis along = axis::channels;  ///< the joined axis

  constexpr shape output(shape first, std::same_as<shape> auto... rest) const {
    shape out = first;
    const auto join = [&](shape s) {
      shape others = s;
      extent_of(others) = extent_of(first);
      if (others != first) error::operands_of_concat_differ_in_another_extent_than_the_joined_one(first, s);
      extent_of(out) = detail::checked_extent(1LL * extent_of(out) + extent_of(s));
    };
    (join(rest), ...);
    return out;
  }
  /// The extent of `s` along the joined axis.
  constexpr int& extent_of(shape& s) const { return detail::extent_of(s, along); }
};

template <>
struct layer_named<"concat"> {
  using type = concat_layer;
};

/// Joins values along `along`.
template <std::same_as<value>... Rest>
[[nodiscard]] constexpr value concat(axis along, value first, Rest... rest) {
  static_assert(sizeof...(rest) >= 1 && sizeof...(rest) < max_node_inputs,
                "edgenn: concat joins 2 to 8 values");
  return first.net->append(concat_layer{along}, first, rest...);
}

/// Joins values along the channels.
template <std::same_as<value>... Rest>
[[nodiscard]] constexpr value concat(value first, Rest... rest) {
  return concat(axis::channels, first, rest...);
}

}  // namespace edgenn
