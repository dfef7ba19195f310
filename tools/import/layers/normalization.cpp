#include <algorithm>
#include <cmath>

#include "families.hpp"

namespace edgenn::import {

namespace {

std::string expression(const softmax&, std::span<const std::string> operands) {
  return piped(operands, "softmax{}");
}
void run(const softmax&, const work& w) {
  const int channels = w.out_shape.c;
  const float* x = w.in[0].data;
  float* y = w.out;
  for (int pixel = 0; pixel < w.out_shape.size() / channels; ++pixel, x += channels, y += channels) {
    const float top = *std::max_element(x, x + channels);
    float sum = 0;
    for (int c = 0; c < channels; ++c) sum += y[c] = std::exp(x[c] - top);
    for (int c = 0; c < channels; ++c) y[c] /= sum;
  }
}
kernel_needs needs(const softmax&, std::span<const shape>, shape) { return strided_in_place(); }

std::string expression(const lrn& l, std::span<const std::string> operands) {
  const lrn usual;
  return piped(operands, initialiser{"lrn"}
                             .add("size", l.size, usual.size)
                             .add("alpha", l.alpha, usual.alpha)
                             .add("beta", l.beta, usual.beta)
                             .add("k", l.k, usual.k)
                             .add("divide_alpha", l.divide_alpha, usual.divide_alpha)
                             .done());
}
void run(const lrn& l, const work& w) {
  const int channels = w.out_shape.c, reach = l.size / 2;
  const float *x = w.in[0].data, k = l.k.value(), scale = l.scale(), beta = l.beta.value();
  float* y = w.out;
  for (int pixel = 0; pixel < w.out_shape.size() / channels; ++pixel, x += channels, y += channels)
    for (int c = 0; c < channels; ++c) {
      float squares = 0;
      for (int n = std::max(c - reach, 0); n < channels && n - c <= reach; ++n) squares += x[n] * x[n];
      y[c] = x[c] / std::pow(k + scale * squares, beta);
    }
}
kernel_needs needs(const lrn&, std::span<const shape>, shape) { return strided(); }

std::string expression(const batch_norm& l, std::span<const std::string> operands) {
  const batch_norm usual;
  return piped(
      operands,
      initialiser{"batch_norm"}.add("epsilon", l.epsilon, usual.epsilon).add("act", l.act, usual.act).done());
}
void run(const batch_norm& l, const work& w) {
  const int channels = w.out_shape.c;
  const float *scale = w.weights, *offset = scale + channels, *mean = offset + channels,
              *variance = mean + channels;
  for (int i = 0; i < w.out_shape.size(); ++i) {
    const int c = i % channels;
    w.out[i] =
        (w.in[0].data[i] - mean[c]) * (scale[c] / std::sqrt(variance[c] + l.epsilon.value())) + offset[c];
  }
  apply(l.act, w.out, static_cast<std::size_t>(w.out_shape.size()));
}
kernel_needs needs(const batch_norm&, std::span<const shape>, shape) { return strided_in_place(); }

std::string expression(const affine& l, std::span<const std::string> operands) {
  const affine usual;
  return piped(operands, initialiser{"affine"}
                             .add("scale", l.scale, usual.scale)
                             .add("offset", l.offset, usual.offset)
                             .add("act", l.act, usual.act)
                             .done());
}
void run(const affine& l, const work& w) {
  const int channels = w.out_shape.c;
  const float *scale = w.weights, *offset = w.weights + (l.scale ? channels : 0);
  for (int i = 0; i < w.out_shape.size(); ++i) {
    float v = w.in[0].data[i];
    if (l.scale) v *= scale[i % channels];
    if (l.offset) v += offset[i % channels];
    w.out[i] = v;
  }
  apply(l.act, w.out, static_cast<std::size_t>(w.out_shape.size()));
}
kernel_needs needs(const affine&, std::span<const shape>, shape) { return strided_in_place(); }

constexpr layer_kind kinds[] = {
    kind_of_layer<softmax, expression, run, needs>(), kind_of_layer<lrn, expression, run, needs>(),
    kind_of_layer<batch_norm, expression, run, needs>(), kind_of_layer<affine, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> normalization_kinds() { return kinds; }

}  // namespace edgenn::import
