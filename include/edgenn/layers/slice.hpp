#pragma once
#include <edgenn/layers/concat.hpp>

namespace edgenn {

/// A part of the input along one axis: the elements at begin, begin + step, ... `count` of them. A negative
/// step goes backwards.
struct slice {
  static constexpr const char* name = "slice";
  axis along = axis::channels;  ///< the axis that becomes shorter
  int begin = 0;                ///< the first element taken
  int count;                    ///< elements taken
  int step = 1;                 ///< elements between two that are taken

  constexpr shape output(shape in) const {
    const long long extent = detail::extent_of(in, along), last = begin + (count - 1LL) * step;
    if (count < 1 || begin < 0 || begin >= extent || last < 0 || last >= extent)
      error::slice_reaches_beyond_its_input(begin, last, extent);
    shape out = in;
    detail::extent_of(out, along) = count;
    return out;
  }
};

template <>
struct layer_named<"slice"> {
  using type = slice;
};

}  // namespace edgenn
