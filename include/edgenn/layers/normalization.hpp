#pragma once
#include <edgenn/layer.hpp>

namespace edgenn {

/// y[c] = e^x[c] / sum of e^x over the channels, for each pixel. Computed from x - max(x): no finite input
/// overflows.
struct softmax {
  static constexpr const char* name = "softmax";
  constexpr shape output(shape in) const { return in; }
};

/// Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3):
/// y = x / (k + scale * sum of x^2 over `size` neighbouring channels)^beta. In Caffe and ONNX scale is
/// alpha / size; in the paper and TensorFlow it is alpha: `.divide_alpha = false`.
struct lrn {
  static constexpr const char* name = "lrn";
  int size = 5;              ///< channels in the sum, odd
  real alpha = 1e-4;         ///< weight of the sum
  real beta = 0.75;          ///< exponent
  real k = 1;                ///< added to the sum
  flag divide_alpha = true;  ///< whether alpha is divided by size

  /// What the sum of squares is multiplied by.
  constexpr float scale() const {
    return divide_alpha ? alpha.value() / static_cast<float>(size) : alpha.value();
  }
  constexpr shape output(shape in) const {
    if (size < 1 || size % 2 == 0) error::lrn_size_must_be_odd_and_positive(size);
    return in;
  }
};

/// y = (x - mean) / sqrt(variance + epsilon) * scale + offset in each channel, then the activation
/// (Ioffe and Szegedy 2015). Weights: scale, offset, mean, variance, each [c]. `fold_batch_norm` removes it
/// where it follows a convolution or a dense layer.
struct batch_norm {
  static constexpr const char* name = "batch_norm";
  real epsilon = 1e-5;    ///< added to the variance, positive
  activation act = none;  ///< activation of the output

  constexpr shape output(shape in) const {
    if (!(epsilon.value() > 0)) error::epsilon_must_be_positive(epsilon.value());
    return in;
  }
  constexpr weight_tensors weights(shape in) const {
    weight_tensors t;
    t.add("scale", in.c);
    t.add("offset", in.c);
    t.add("mean", in.c);
    t.add("variance", in.c);
    return t;
  }
};

template <>
struct layer_named<"softmax"> {
  using type = softmax;
};
template <>
struct layer_named<"lrn"> {
  using type = lrn;
};
template <>
struct layer_named<"batch_norm"> {
  using type = batch_norm;
};

}  // namespace edgenn
