#include "families.hpp"

namespace edgenn::import {

namespace {

std::string expression(const dense& l, std::span<const std::string> operands) {
  return piped(operands, initialiser{"dense"}
                             .add("units", l.units)
                             .add("bias", l.bias, flag{true})
                             .add("act", l.act, none)
                             .done());
}

void run(const dense& l, const work& w) {
  constexpr std::size_t lanes = 16;
  const auto inputs = static_cast<std::size_t>(w.in[0].extents.size());
  const auto units = static_cast<std::size_t>(l.units);
  const float *x = w.in[0].data, *bias = w.weights + units * inputs;
  for (std::size_t u = 0; u < units; ++u) {
    const float* row = w.weights + u * inputs;
    float sums[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= inputs; i += lanes)
      for (std::size_t k = 0; k < lanes; ++k) sums[k] += x[i + k] * row[i + k];
    float sum = l.bias ? bias[u] : 0.0f;
    for (; i < inputs; ++i) sum += x[i] * row[i];
    for (const float s : sums) sum += s;
    w.out[u] = sum;
  }
  apply(l.act, w.out, units);
}
kernel_needs needs(const dense&, std::span<const shape>, shape) { return strided(); }

constexpr layer_kind kinds[] = {kind_of_layer<dense, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> dense_kinds() { return kinds; }

}  // namespace edgenn::import
