#pragma once
// Activations: as a parameter of the layer they follow (`.act = relu`), or as a layer of their own:
// `x | relu`.
#include <edgenn/error.hpp>
#include <edgenn/real.hpp>

namespace edgenn {

/// Which function an activation is; `activations` defines them.
enum class activation_kind : int {
  none,
  relu,
  leaky_relu,
  clip,
  sigmoid,
  tanh,
  hard_sigmoid,
  hard_swish,
};

/// The function's name.
constexpr const char* name_of(activation_kind kind) {
  constexpr const char* names[] = {"none",    "relu", "leaky_relu",   "clip",
                                   "sigmoid", "tanh", "hard_sigmoid", "hard_swish"};
  return names[static_cast<int>(kind)];
}

/// An elementwise function, with up to two parameters.
struct activation {
  activation_kind kind = activation_kind::none;  ///< which function
  real a = 0;                                    ///< its first parameter: slope or minimum
  real b = 0;                                    ///< its second parameter: offset or maximum

  friend constexpr bool operator==(const activation&, const activation&) = default;
};

namespace activations {

/// y = x
inline constexpr activation none{};
/// y = max(x, 0)
inline constexpr activation relu{activation_kind::relu};
/// y = min(max(x, 0), 6)
inline constexpr activation relu6{activation_kind::clip, 0, 6};
/// y = 1 / (1 + e^-x)
inline constexpr activation sigmoid{activation_kind::sigmoid};
/// y = tanh(x). Named in full, `activations::tanh`, so that it never collides with the C library's function.
inline constexpr activation tanh{activation_kind::tanh};
/// y = x * min(max(x + 3, 0), 6) / 6 (Howard et al. 2019, "Searching for MobileNetV3", section 5.2)
inline constexpr activation hard_swish{activation_kind::hard_swish};

/// y = x where x >= 0, slope * x elsewhere.
constexpr activation leaky_relu(real slope) { return {activation_kind::leaky_relu, slope}; }

/// y = min(max(x, minimum), maximum)
constexpr activation clip(real minimum, real maximum) {
  if (!(minimum.value() <= maximum.value()))
    error::clip_minimum_must_not_exceed_its_maximum(minimum.value(), maximum.value());
  return {activation_kind::clip, minimum, maximum};
}

/// y = min(max(slope * x + offset, 0), 1). ONNX's defaults are 0.2 and 0.5, PyTorch's 1/6 and 0.5.
constexpr activation hard_sigmoid(real slope, real offset) {
  return {activation_kind::hard_sigmoid, slope, offset};
}

}  // namespace activations

using activations::clip;
using activations::hard_sigmoid;
using activations::hard_swish;
using activations::leaky_relu;
using activations::none;
using activations::relu;
using activations::relu6;
using activations::sigmoid;

}  // namespace edgenn
