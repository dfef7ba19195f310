#pragma once
#include <edgenn/layers/elementwise.hpp>

namespace edgenn {

/// Repeats the input along the axes where it has one element, up to the shape {h, w, c, d}.
struct broadcast {
  static constexpr const char* name = "broadcast";
  int h = 1;  ///< rows of the output
  int w = 1;  ///< its columns
  int c = 1;  ///< its channels
  int d = 1;  ///< its depth

  constexpr shape output(shape in) const {
    const shape to{h, w, c, d};
    if (!detail::broadcasts_to(in, to)) error::input_of_broadcast_must_have_its_extents_or_one(in, to);
    return to;
  }
};

template <>
struct layer_named<"broadcast"> {
  using type = broadcast;
};

}  // namespace edgenn
