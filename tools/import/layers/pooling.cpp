#include <limits>

#include "families.hpp"

namespace edgenn::import {

namespace {

constexpr float lowest = -std::numeric_limits<float>::infinity();
float larger(float a, float b) { return b > a || b != b ? b : a; }

/// Without padding a kernel that goes through the pixels in storage order may write over its input.
bool reads_ahead_of_writes(const window2d& w, shape in, shape out) {
  return w.y.before == 0 && w.x.before == 0 && out.w <= in.w && out.h <= in.h;
}

/// Calls `f(iy, ix)` for the inputs under the window at (oy, ox).
void for_each_input(const window2d& w, int oy, int ox, auto f) {
  for (int ky = 0; ky < w.y.kernel; ++ky)
    for (int kx = 0; kx < w.x.kernel; ++kx) {
      const int iy = w.y.position(oy, ky), ix = w.x.position(ox, kx);
      if (iy >= 0 && iy < w.y.in && ix >= 0 && ix < w.x.in) f(iy, ix);
    }
}

const float* pixel(const operand& x, int row, int col) {
  return x.data + static_cast<std::size_t>(row * x.extents.w + col) * static_cast<std::size_t>(x.extents.c);
}

std::string expression(const max_pool2d& l, std::span<const std::string> operands) {
  return piped(operands, initialiser{"max_pool2d"}
                             .add("window", l.window)
                             .add("stride", l.stride)
                             .add("dilation", l.dilation, extent{1})
                             .add("pad", l.pad, valid)
                             .add("round", l.round, rounding::down)
                             .done());
}
void run(const max_pool2d& l, const work& w) {
  const window2d window = l.slide(w.in[0].extents);
  float* y = w.out;
  for (int oy = 0; oy < w.out_shape.h; ++oy)
    for (int ox = 0; ox < w.out_shape.w; ++ox, y += w.out_shape.c) {
      for (int c = 0; c < w.out_shape.c; ++c) y[c] = lowest;
      for_each_input(window, oy, ox, [&](int iy, int ix) {
        const float* x = pixel(w.in[0], iy, ix);
        for (int c = 0; c < w.out_shape.c; ++c) y[c] = larger(y[c], x[c]);
      });
    }
}
kernel_needs needs(const max_pool2d& l, std::span<const shape> in, shape out) {
  return {.in_place = reads_ahead_of_writes(l.slide(in[0]), in[0], out), .strided = true};
}

std::string expression(const average_pool2d& l, std::span<const std::string> operands) {
  return piped(operands, initialiser{"average_pool2d"}
                             .add("window", l.window)
                             .add("stride", l.stride)
                             .add("pad", l.pad, valid)
                             .add("round", l.round, rounding::down)
                             .add("count_padding", l.count_padding, flag{false})
                             .done());
}
void run(const average_pool2d& l, const work& w) {
  const shape in = w.in[0].extents;
  const window2d window = l.slide(in);
  float* y = w.out;
  for (int oy = 0; oy < w.out_shape.h; ++oy)
    for (int ox = 0; ox < w.out_shape.w; ++ox, y += w.out_shape.c) {
      for (int c = 0; c < w.out_shape.c; ++c) y[c] = 0;
      int inputs = 0, with_padding = 0;
      for_each_input(window, oy, ox, [&](int iy, int ix) {
        const float* x = pixel(w.in[0], iy, ix);
        for (int c = 0; c < w.out_shape.c; ++c) y[c] += x[c];
        ++inputs;
      });
      for (int ky = 0; ky < l.window.h; ++ky)
        for (int kx = 0; kx < l.window.w; ++kx)
          with_padding += window.y.position(oy, ky) < in.h + window.y.after
                          && window.x.position(ox, kx) < in.w + window.x.after;
      const int divisor = l.count_padding ? with_padding : inputs;
      for (int c = 0; c < w.out_shape.c; ++c) y[c] /= static_cast<float>(divisor);
    }
}
kernel_needs needs(const average_pool2d& l, std::span<const shape> in, shape out) {
  return {.in_place = reads_ahead_of_writes(l.slide(in[0]), in[0], out), .strided = true};
}

std::string expression(const global_average_pool&, std::span<const std::string> operands) {
  return piped(operands, "global_average_pool{}");
}
void run(const global_average_pool&, const work& w) {
  const shape in = w.in[0].extents;
  for (int c = 0; c < in.c; ++c) {
    float sum = 0;
    for (int i = c; i < in.size(); i += in.c) sum += w.in[0].data[i];
    w.out[c] = sum / static_cast<float>(in.d * in.h * in.w);
  }
}
kernel_needs needs(const global_average_pool&, std::span<const shape>, shape) { return strided(); }

std::string expression(const global_max_pool&, std::span<const std::string> operands) {
  return piped(operands, "global_max_pool{}");
}
void run(const global_max_pool&, const work& w) {
  const shape in = w.in[0].extents;
  for (int c = 0; c < in.c; ++c) {
    float best = lowest;
    for (int i = c; i < in.size(); i += in.c) best = larger(best, w.in[0].data[i]);
    w.out[c] = best;
  }
}
kernel_needs needs(const global_max_pool&, std::span<const shape>, shape) { return strided(); }

std::string expression(const max_pool3d& l, std::span<const std::string> operands) {
  return piped(operands, initialiser{"max_pool3d"}
                             .add("window", l.window)
                             .add("stride", l.stride, extent3{1})
                             .add("pad", l.pad, padding3{})
                             .done());
}
void run(const max_pool3d& l, const work& w) {
  const shape in = w.in[0].extents;
  const window3d window = l.slide(in);
  float* y = w.out;
  for (int oz = 0; oz < w.out_shape.d; ++oz)
    for (int oy = 0; oy < w.out_shape.h; ++oy)
      for (int ox = 0; ox < w.out_shape.w; ++ox, y += w.out_shape.c) {
        for (int c = 0; c < w.out_shape.c; ++c) y[c] = lowest;
        for (int kz = 0; kz < l.window.d; ++kz) {
          const int iz = window.z.position(oz, kz);
          if (iz < 0 || iz >= in.d) continue;
          for_each_input({window.y, window.x}, oy, ox, [&](int iy, int ix) {
            const float* x = pixel(w.in[0], iz * in.h + iy, ix);
            for (int c = 0; c < w.out_shape.c; ++c) y[c] = larger(y[c], x[c]);
          });
        }
      }
}
kernel_needs needs(const max_pool3d&, std::span<const shape>, shape) { return strided(); }

constexpr layer_kind kinds[] = {kind_of_layer<max_pool2d, expression, run, needs>(),
                                kind_of_layer<average_pool2d, expression, run, needs>(),
                                kind_of_layer<global_average_pool, expression, run, needs>(),
                                kind_of_layer<global_max_pool, expression, run, needs>(),
                                kind_of_layer<max_pool3d, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> pooling_kinds() { return kinds; }

}  // namespace edgenn::import
