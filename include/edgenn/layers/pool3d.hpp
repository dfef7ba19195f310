#pragma once
#include <edgenn/layer.hpp>
#include <edgenn/window.hpp>
#include <initializer_list>

namespace edgenn {

/// Maximum over a window in depth, rows and columns of each channel: a stack of maps pooled as one volume, as
/// in non-maximum suppression over a scale pyramid. Padding counts as minus infinity; a NaN is the result.
struct max_pool3d {
  static constexpr const char* name = "max_pool3d";
  extent3 window;      ///< depth, rows and columns of the window
  extent3 stride = 1;  ///< elements between two positions of the window
  padding3 pad = 0;    ///< border around the input

  constexpr window3d slide(shape in) const {
    if (window.d < 1) error::kernel_extents_must_be_positive({window.h, window.w});
    if (stride.d < 1) error::strides_must_be_positive({stride.h, stride.w});
    detail::check_window({window.h, window.w}, {stride.h, stride.w}, 1);
    const window3d w{detail::slide(in.d, window.d, stride.d, 1, pad.how, pad.depth, pad.depth),
                     detail::slide(in.h, window.h, stride.h, 1, pad.how, pad.vertical, pad.vertical),
                     detail::slide(in.w, window.w, stride.w, 1, pad.how, pad.horizontal, pad.horizontal)};
    for (const window_axis& a : {w.z, w.y, w.x})
      if (a.before >= a.kernel) error::padding_must_be_smaller_than_the_window(a.before, a.kernel);
    return w;
  }
  constexpr shape output(shape in) const {
    const window3d w = slide(in);
    return {w.y.out, w.x.out, in.c, w.z.out};
  }
};

template <>
struct layer_named<"max_pool3d"> {
  using type = max_pool3d;
};

}  // namespace edgenn
