#pragma once
#include <edgenn/graph.hpp>

namespace edgenn {

/// An activation as a layer of its own: `x | relu`. Models fuse it into the layer before, where that layer
/// has an `act` and the backend a kernel for it.
struct activate {
  static constexpr const char* name = "activate";
  activation act;  ///< what is applied to each element
  constexpr shape output(shape in) const { return in; }
};

/// Parametric ReLU: y = x where x >= 0, slope[channel] * x elsewhere (He et al. 2015). Weights: slope [c].
struct prelu {
  static constexpr const char* name = "prelu";
  constexpr shape output(shape in) const { return in; }
  constexpr weight_tensors weights(shape in) const {
    weight_tensors t;
    t.add("slope", in.c);
    return t;
  }
};

template <>
struct layer_named<"activate"> {
  using type = activate;
};
template <>
struct layer_named<"prelu"> {
  using type = prelu;
};

/// `x | relu` is `x | activate{relu}`.
[[nodiscard]] constexpr value operator|(value x, const activation& act) { return x | activate{act}; }

}  // namespace edgenn
