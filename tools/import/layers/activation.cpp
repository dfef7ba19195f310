#include <algorithm>
#include <cmath>

#include "families.hpp"

namespace edgenn::import {

namespace {

void map(float* y, std::size_t count, auto f) {
  for (std::size_t i = 0; i < count; ++i) y[i] = f(y[i]);
}
float clamp(float v, float low, float high) { return v < low ? low : v > high ? high : v; }

std::string expression(const activate& l, std::span<const std::string> operands) {
  return piped(operands, code(l.act));
}
void run(const activate& l, const work& w) {
  const auto count = static_cast<std::size_t>(w.out_shape.size());
  std::copy_n(w.in[0].data, count, w.out);
  apply(l.act, w.out, count);
}
kernel_needs needs(const activate&, std::span<const shape>, shape) { return strided_in_place(); }

std::string expression(const prelu&, std::span<const std::string> operands) {
  return piped(operands, "prelu{}");
}
void run(const prelu&, const work& w) {
  const int channels = w.out_shape.c;
  for (int i = 0; i < w.out_shape.size(); ++i) {
    const float v = w.in[0].data[i];
    w.out[i] = v < 0 ? w.weights[i % channels] * v : v;
  }
}
kernel_needs needs(const prelu&, std::span<const shape>, shape) { return strided_in_place(); }

constexpr layer_kind kinds[] = {kind_of_layer<activate, expression, run, needs>(),
                                kind_of_layer<prelu, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> activation_kinds() { return kinds; }

void apply(const activation& act, float* y, std::size_t count) {
  const float a = act.a.value(), b = act.b.value();
  switch (act.kind) {
    case activation_kind::none:
      return;
    case activation_kind::relu:
      return map(y, count, [](float v) { return v < 0 ? 0 : v; });
    case activation_kind::leaky_relu:
      return map(y, count, [=](float v) { return v < 0 ? a * v : v; });
    case activation_kind::clip:
      return map(y, count, [=](float v) { return clamp(v, a, b); });
    case activation_kind::sigmoid:
      return map(y, count, [](float v) { return 1 / (1 + std::exp(-v)); });
    case activation_kind::tanh:
      return map(y, count, [](float v) { return std::tanh(v); });
    case activation_kind::hard_sigmoid:
      return map(y, count, [=](float v) { return clamp(a * v + b, 0, 1); });
    case activation_kind::hard_swish:
      return map(y, count, [](float v) { return v * clamp(v + 3, 0, 6) / 6; });
  }
}

}  // namespace edgenn::import
