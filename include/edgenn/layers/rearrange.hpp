#pragma once
#include <edgenn/layer.hpp>
#include <edgenn/window.hpp>

namespace edgenn {

/// The same elements in storage order (DHWC) under another shape. It costs nothing: the memory plan makes it
/// a second name for its input wherever that is contiguous.
struct reshape {
  static constexpr const char* name = "reshape";
  int h = 1;  ///< rows
  int w = 1;  ///< columns
  int c = 1;  ///< channels
  int d = 1;  ///< depth

  constexpr shape output(shape in) const {
    const shape to{h, w, c, d};
    if (detail::count_of(h, w, c, d) != in.size()) error::reshape_must_keep_the_number_of_elements(in, to);
    return to;
  }
};

/// All elements in storage order as one vector: output {1, 1, in.size()}.
struct flatten {
  static constexpr const char* name = "flatten";
  constexpr shape output(shape in) const { return {1, 1, in.size()}; }
};

/// Does nothing; models remove it.
struct identity {
  static constexpr const char* name = "identity";
  constexpr shape output(shape in) const { return in; }
};

/// Does nothing at inference; models remove it. `rate` documents the training.
struct dropout {
  static constexpr const char* name = "dropout";
  real rate = 0.5;  ///< share of elements that training set to zero
  constexpr shape output(shape in) const { return in; }
};

/// What the border that `pad2d` adds holds.
enum class border : int {
  constant,  ///< `value`
  edge,      ///< the nearest pixel
  reflect,   ///< the image mirrored about its outermost pixels, which are not repeated
};

/// Adds a border to each image. Output {top + h + bottom, left + w + right, c}.
struct pad2d {
  static constexpr const char* name = "pad2d";
  padding pad;                     ///< pixels on each side
  border fill = border::constant;  ///< what the border holds
  real value = 0;                  ///< of the border `constant`

  constexpr shape output(shape in) const {
    if (in.d != 1) error::layer_needs_an_input_of_depth_one(in);
    if (pad.how != padding::rule::pixels) error::pad2d_needs_its_padding_in_pixels();
    if (pad.top < 0 || pad.left < 0 || pad.bottom < 0 || pad.right < 0) error::padding_must_not_be_negative();
    if (fill == border::reflect
        && (pad.top >= in.h || pad.bottom >= in.h || pad.left >= in.w || pad.right >= in.w))
      error::pad_by_reflection_must_be_smaller_than_the_input(in);
    return {detail::checked_extent(0LL + in.h + pad.top + pad.bottom),
            detail::checked_extent(0LL + in.w + pad.left + pad.right), in.c};
  }
};

template <>
struct layer_named<"reshape"> {
  using type = reshape;
};
template <>
struct layer_named<"flatten"> {
  using type = flatten;
};
template <>
struct layer_named<"identity"> {
  using type = identity;
};
template <>
struct layer_named<"dropout"> {
  using type = dropout;
};
template <>
struct layer_named<"pad2d"> {
  using type = pad2d;
};

}  // namespace edgenn
