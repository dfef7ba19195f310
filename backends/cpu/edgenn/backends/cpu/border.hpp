#pragma once
#include <cstddef>
#include <cstring>
#include <edgenn/shape.hpp>
#include <edgenn/tensor_view.hpp>
#include <edgenn/window.hpp>

namespace edgenn::detail {

/// The shape of an input with its padding around it.
constexpr shape padded_shape(shape in, const window2d& w) {
  return {in.h + w.y.before + w.y.after, in.w + w.x.before + w.x.after, in.c};
}

constexpr bool has_padding(const window2d& w) {
  return w.y.before > 0 || w.y.after > 0 || w.x.before > 0 || w.x.after > 0;
}

/// Copies an image into the middle of `to`, which holds `padded_shape`, with `filler` around it.
inline void copy_with_border(tensor_view<const float> x, shape in, const window2d& w, float* to,
                             float filler) {
  const shape padded = padded_shape(in, w);
  const auto fill = [filler](float* from, int count) {
    for (int i = 0; i < count; ++i) from[i] = filler;
  };
  fill(to, w.y.before * padded.w * in.c);
  for (int y = 0; y < in.h; ++y) {
    float* row = to + (y + w.y.before) * padded.w * in.c;
    fill(row, w.x.before * in.c);
    float* inside = row + w.x.before * in.c;
    if (x.pixel_stride == in.c)
      std::memcpy(inside, &x(y, 0, 0), sizeof(float) * static_cast<std::size_t>(in.w * in.c));
    else
      for (int column = 0; column < in.w; ++column)
        std::memcpy(inside + column * in.c, &x(y, column, 0), sizeof(float) * static_cast<std::size_t>(in.c));
    fill(inside + in.w * in.c, w.x.after * in.c);
  }
  fill(to + (w.y.before + in.h) * padded.w * in.c, w.y.after * padded.w * in.c);
}

}  // namespace edgenn::detail
