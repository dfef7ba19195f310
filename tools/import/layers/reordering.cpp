#include "families.hpp"

namespace edgenn::import {

namespace {

constexpr const char* axis_names[] = {"axis::height", "axis::width", "axis::channels", "axis::depth"};
const char* name_of(axis a) { return axis_names[static_cast<int>(a)]; }

/// Calls `f(z, row, col, c)` for every element, in storage order, and writes what it returns.
void fill(const work& w, auto f) {
  float* y = w.out;
  for (int z = 0; z < w.out_shape.d; ++z)
    for (int row = 0; row < w.out_shape.h; ++row)
      for (int col = 0; col < w.out_shape.w; ++col)
        for (int c = 0; c < w.out_shape.c; ++c) *y++ = f(z, row, col, c);
}

float at(const operand& x, int z, int row, int col, int c) {
  const shape s = x.extents;
  return x.data[((static_cast<std::size_t>(z) * static_cast<std::size_t>(s.h) + static_cast<std::size_t>(row))
                     * static_cast<std::size_t>(s.w)
                 + static_cast<std::size_t>(col))
                    * static_cast<std::size_t>(s.c)
                + static_cast<std::size_t>(c)];
}

std::string expression(const broadcast& l, std::span<const std::string> operands) {
  return piped(
      operands,
      initialiser{"broadcast"}.add("h", l.h, 1).add("w", l.w, 1).add("c", l.c, 1).add("d", l.d, 1).done());
}
void run(const broadcast&, const work& w) {
  const shape in = w.in[0].extents;
  fill(w, [&](int z, int row, int col, int c) {
    return at(w.in[0], in.d == 1 ? 0 : z, in.h == 1 ? 0 : row, in.w == 1 ? 0 : col, in.c == 1 ? 0 : c);
  });
}
kernel_needs needs(const broadcast&, std::span<const shape>, shape) { return strided(); }

std::string expression(const transpose& l, std::span<const std::string> operands) {
  const transpose usual;
  initialiser text{"transpose"};
  if (l.h != usual.h) text.add_text("h", name_of(l.h));
  if (l.w != usual.w) text.add_text("w", name_of(l.w));
  if (l.c != usual.c) text.add_text("c", name_of(l.c));
  if (l.d != usual.d) text.add_text("d", name_of(l.d));
  return piped(operands, text.done());
}
void run(const transpose& l, const work& w) {
  fill(w, [&](int z, int row, int col, int c) {
    int from[4];  // by axis of the input
    from[static_cast<int>(l.d)] = z;
    from[static_cast<int>(l.h)] = row;
    from[static_cast<int>(l.w)] = col;
    from[static_cast<int>(l.c)] = c;
    const auto [height, width, channels, depth] = from;
    return at(w.in[0], depth, height, width, channels);
  });
}
kernel_needs needs(const transpose&, std::span<const shape>, shape) { return strided(); }

std::string expression(const slice& l, std::span<const std::string> operands) {
  initialiser text{"slice"};
  if (l.along != axis::channels) text.add_text("along", name_of(l.along));
  return piped(operands, text.add("begin", l.begin, 0).add("count", l.count).add("step", l.step, 1).done());
}
void run(const slice& l, const work& w) {
  const auto from = [&](axis a, int i) { return a == l.along ? l.begin + i * l.step : i; };
  fill(w, [&](int z, int row, int col, int c) {
    return at(w.in[0], from(axis::depth, z), from(axis::height, row), from(axis::width, col),
              from(axis::channels, c));
  });
}
kernel_needs needs(const slice&, std::span<const shape>, shape) { return strided(); }

constexpr layer_kind kinds[] = {kind_of_layer<broadcast, expression, run, needs>(),
                                kind_of_layer<transpose, expression, run, needs>(),
                                kind_of_layer<slice, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> reordering_kinds() { return kinds; }

}  // namespace edgenn::import
