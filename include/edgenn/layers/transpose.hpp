#pragma once
#include <edgenn/layers/concat.hpp>

namespace edgenn {

/// Reorders the axes: `h`, `w`, `c` and `d` say which axis of the input becomes each axis of the output.
/// `transpose{.h = axis::width, .w = axis::height}` turns rows into columns. The default changes nothing.
struct transpose {
  static constexpr const char* name = "transpose";
  axis h = axis::height;    ///< of the input, for the rows of the output
  axis w = axis::width;     ///< for its columns
  axis c = axis::channels;  ///< for its channels
  axis d = axis::depth;     ///< for its depth

  constexpr shape output(shape in) const {
    int seen = 0;
    for (const axis a : {h, w, c, d}) seen |= 1 << static_cast<int>(a);
    if (seen != 15) error::transpose_must_name_every_axis_once();
    return {detail::extent_of(in, h), detail::extent_of(in, w), detail::extent_of(in, c),
            detail::extent_of(in, d)};
  }
};

template <>
struct layer_named<"transpose"> {
  using type = transpose;
};

}  // namespace edgenn
