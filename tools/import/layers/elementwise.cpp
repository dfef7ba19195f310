#include "families.hpp"

namespace edgenn::import {

namespace {

/// `add(a, b, relu)`
std::string called(const char* function, std::span<const std::string> operands, const activation& act) {
  return std::string{function} + '(' + operands[0] + ", " + operands[1]
         + (act == none ? "" : ", " + code(act)) + ')';
}

std::string expression(const add_layer& l, std::span<const std::string> operands) {
  return called("add", operands, l.act);
}
void run(const add_layer& l, const work& w) {
  const auto count = static_cast<std::size_t>(w.out_shape.size());
  for (std::size_t i = 0; i < count; ++i) w.out[i] = w.in[0].data[i] + w.in[1].data[i];
  apply(l.act, w.out, count);
}
kernel_needs needs(const add_layer&, std::span<const shape>, shape) { return strided_in_place(); }

std::string expression(const multiply_layer& l, std::span<const std::string> operands) {
  return called("multiply", operands, l.act);
}
void run(const multiply_layer& l, const work& w) {
  const shape s = w.out_shape, b = w.in[1].extents;
  std::size_t i = 0;
  for (int z = 0; z < s.d; ++z)
    for (int row = 0; row < s.h; ++row)
      for (int col = 0; col < s.w; ++col) {
        const int pixel = ((b.d == 1 ? 0 : z) * b.h + (b.h == 1 ? 0 : row)) * b.w + (b.w == 1 ? 0 : col);
        const float* factors = w.in[1].data + static_cast<std::size_t>(pixel) * static_cast<std::size_t>(b.c);
        for (int c = 0; c < s.c; ++c, ++i) w.out[i] = w.in[0].data[i] * factors[b.c == 1 ? 0 : c];
      }
  apply(l.act, w.out, i);
}
kernel_needs needs(const multiply_layer&, std::span<const shape> in, shape) {
  return {.in_place = in[0] == in[1], .strided = true};
}

constexpr layer_kind kinds[] = {kind_of_layer<add_layer, expression, run, needs>(),
                                kind_of_layer<multiply_layer, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> elementwise_kinds() { return kinds; }

}  // namespace edgenn::import
