#include <algorithm>

#include "families.hpp"

namespace edgenn::import {

namespace {

std::string expression(const concat_layer& l, std::span<const std::string> operands) {
  constexpr const char* axes[] = {"axis::height, ", "axis::width, ", "", "axis::depth, "};
  std::string text = "concat(";
  text += axes[static_cast<int>(l.along)];
  const char* separator = "";
  for (const std::string& o : operands) {
    text += separator + o;
    separator = ", ";
  }
  return text + ')';
}

/// Elements of `s` that follow each other for one step of the axes outside `along`.
std::size_t run_length(shape s, axis along) {
  int length = s.c;
  if (along != axis::channels) length *= s.w;
  if (along == axis::height || along == axis::depth) length *= s.h;
  if (along == axis::depth) length *= s.d;
  return static_cast<std::size_t>(length);
}

void run(const concat_layer& l, const work& w) {
  const std::size_t whole = run_length(w.out_shape, l.along);
  const std::size_t runs = static_cast<std::size_t>(w.out_shape.size()) / whole;
  float* start = w.out;
  for (const operand& x : w.in) {
    const std::size_t part = run_length(x.extents, l.along);
    for (std::size_t i = 0; i < runs; ++i) std::copy_n(x.data + i * part, part, start + i * whole);
    start += part;
  }
}
kernel_needs needs(const concat_layer&, std::span<const shape>, shape) { return strided(); }

constexpr layer_kind kinds[] = {kind_of_layer<concat_layer, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> concat_kinds() { return kinds; }

}  // namespace edgenn::import
