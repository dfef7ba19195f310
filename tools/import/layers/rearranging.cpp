#include <algorithm>

#include "families.hpp"

namespace edgenn::import {

namespace {

void copy(const work& w) { std::copy_n(w.in[0].data, w.out_shape.size(), w.out); }

std::string expression(const reshape& l, std::span<const std::string> operands) {
  return piped(
      operands,
      initialiser{"reshape"}.add("h", l.h, 1).add("w", l.w, 1).add("c", l.c, 1).add("d", l.d, 1).done());
}
void run(const reshape&, const work& w) { copy(w); }
kernel_needs needs(const reshape&, std::span<const shape>, shape) { return strided(); }

std::string expression(const flatten&, std::span<const std::string> operands) {
  return piped(operands, "flatten{}");
}
void run(const flatten&, const work& w) { copy(w); }
kernel_needs needs(const flatten&, std::span<const shape>, shape) { return strided(); }

std::string expression(const identity&, std::span<const std::string> operands) {
  return piped(operands, "identity{}");
}
void run(const identity&, const work& w) { copy(w); }
kernel_needs needs(const identity&, std::span<const shape>, shape) { return strided_in_place(); }

std::string expression(const dropout& l, std::span<const std::string> operands) {
  return piped(operands, initialiser{"dropout"}.add("rate", l.rate, dropout{}.rate).done());
}
void run(const dropout&, const work& w) { copy(w); }
kernel_needs needs(const dropout&, std::span<const shape>, shape) { return strided_in_place(); }

std::string expression(const pad2d& l, std::span<const std::string> operands) {
  constexpr const char* fills[] = {"border::constant", "border::edge", "border::reflect"};
  initialiser text{"pad2d"};
  text.add("pad", l.pad);
  if (l.fill != border::constant) text.add_text("fill", fills[static_cast<int>(l.fill)]);
  return piped(operands, text.add("value", l.value, real{0}).done());
}

/// The row or column of an input of `extent` that position `i` shows, or -1 for the constant.
int source(border fill, int i, int extent) {
  if (i >= 0 && i < extent) return i;
  if (fill == border::edge) return i < 0 ? 0 : extent - 1;
  if (fill == border::reflect) return i < 0 ? -i : 2 * (extent - 1) - i;
  return -1;
}

void run(const pad2d& l, const work& w) {
  const shape in = w.in[0].extents;
  float* y = w.out;
  for (int oy = 0; oy < w.out_shape.h; ++oy)
    for (int ox = 0; ox < w.out_shape.w; ++ox, y += in.c) {
      const int iy = source(l.fill, oy - l.pad.top, in.h), ix = source(l.fill, ox - l.pad.left, in.w);
      if (iy < 0 || ix < 0)
        std::fill_n(y, in.c, l.value.value());
      else
        std::copy_n(w.in[0].data + static_cast<std::size_t>(iy * in.w + ix) * static_cast<std::size_t>(in.c),
                    in.c, y);
    }
}
kernel_needs needs(const pad2d&, std::span<const shape>, shape) { return strided(); }

constexpr layer_kind kinds[] = {
    kind_of_layer<reshape, expression, run, needs>(), kind_of_layer<flatten, expression, run, needs>(),
    kind_of_layer<identity, expression, run, needs>(), kind_of_layer<dropout, expression, run, needs>(),
    kind_of_layer<pad2d, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> rearranging_kinds() { return kinds; }

}  // namespace edgenn::import
