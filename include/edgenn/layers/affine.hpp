#pragma once
#include <edgenn/layer.hpp>

namespace edgenn {

/// y = scale[c] * x + offset[c] in each channel, then the activation. Weights: scale [c] unless
/// `.scale = false`, then offset [c] unless `.offset = false`.
struct affine {
  static constexpr const char* name = "affine";
  flag scale = true;      ///< whether there is a factor for each channel
  flag offset = true;     ///< whether a number for each channel is added
  activation act = none;  ///< activation of the output

  constexpr shape output(shape in) const { return in; }
  constexpr weight_tensors weights(shape in) const {
    weight_tensors t;
    if (scale) t.add("scale", in.c);
    if (offset) t.add("offset", in.c);
    return t;
  }
};

template <>
struct layer_named<"affine"> {
  using type = affine;
};

}  // namespace edgenn
