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

/// Copies rows [first, first + rows) of an image with its padding, which has the value `filler`, to `to`.
inline void copy_with_border(tensor_view<const float> x, shape in, const window2d& w, int first, int rows,
                             float* to, float filler) {
  const auto fill = [&to, filler](int count) {
    for (float* const end = to + count; to < end; ++to) *to = filler;
  };
  constexpr int line = 16;  // by constant sizes: vectors instead of calls, which take longer for short rows
  const auto copy = [&to](const float* from, int count) {
    float* const end = to + count;
    for (; end - to >= line; to += line, from += line) std::memcpy(to, from, sizeof(float) * line);
    for (; to < end; ++to, ++from) *to = *from;
  };
  for (int y = first - w.y.before; rows > 0; ++y, --rows) {
    if (y < 0 || y >= in.h) {
      fill(padded_shape(in, w).w * in.c);
      continue;
    }
    fill(w.x.before * in.c);
    if (x.pixel_stride == in.c)
      copy(&x(y, 0, 0), in.w * in.c);
    else
      for (int column = 0; column < in.w; ++column) copy(&x(y, column, 0), in.c);
    fill(w.x.after * in.c);
  }
}

}  // namespace edgenn::detail
