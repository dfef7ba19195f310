#pragma once
#include <edgenn/layer.hpp>

namespace edgenn {

/// Fully connected layer over the whole input, flattened in storage order (DHWC), bias and activation.
///
/// Output {1, 1, units}. Weights: kernel [units][in.size()], then bias [units] unless `.bias = false`.
/// Weights of frameworks that flatten channels first (Caffe, PyTorch) must be permuted: see
/// docs/weights-format.md.
struct dense {
  static constexpr const char* name = "dense";
  int units;              ///< channels of the output
  flag bias = true;       ///< whether a number for each output channel is added
  activation act = none;  ///< activation of the output

  constexpr shape output(shape) const {
    if (units < 1) error::units_must_be_positive(units);
    return {1, 1, units};
  }
  constexpr weight_tensors weights(shape in) const {
    weight_tensors t;
    t.add("kernel", units, in.size());
    if (bias) t.add("bias", units);
    return t;
  }
  constexpr long long macs(shape in) const { return static_cast<long long>(units) * in.size(); }
};

template <>
struct layer_named<"dense"> {
  using type = dense;
};

}  // namespace edgenn
