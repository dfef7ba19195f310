#include <cmath>
#include <edgenn/backends/reference/resize.hpp>

#include "families.hpp"

namespace edgenn::import {

namespace {

std::string code_of(coordinates at) {
  constexpr const char* names[] = {"half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners",
                                   "half_pixel_floor"};
  return std::string{"coordinates::"} + names[static_cast<int>(at)];
}

std::string expression(const resize& l, std::span<const std::string> operands) {
  constexpr const char* pixels[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
  const resize usual{.to = l.to};
  initialiser text{"resize"};
  text.add("to", l.to);
  if (l.mode != usual.mode) text.add_text("mode", "interpolation::bilinear");
  if (l.at != usual.at) text.add_text("at", code_of(l.at));
  if (l.nearest != usual.nearest)
    text.add_text("nearest", std::string{"nearest_pixel::"} + pixels[static_cast<int>(l.nearest)]);
  return piped(operands,
               text.add("scale_h", l.scale_h, usual.scale_h).add("scale_w", l.scale_w, usual.scale_w).done());
}

float rounded(nearest_pixel how, float v) {
  switch (how) {
    case nearest_pixel::round_prefer_floor:
      return std::ceil(v - 0.5f);
    case nearest_pixel::round_prefer_ceil:
      return std::floor(v + 0.5f);
    case nearest_pixel::floor:
      return std::floor(v);
    case nearest_pixel::ceil:
      return std::ceil(v);
  }
  return v;
}

int clamped(float v, int extent) {
  return v < 0 ? 0 : v > static_cast<float>(extent - 1) ? extent - 1 : static_cast<int>(v);
}

void run(const resize& l, const work& w) {
  const shape in = w.in[0].extents, out = w.out_shape;
  const float scale_h = l.scale(in.h, out.h, l.scale_h), scale_w = l.scale(in.w, out.w, l.scale_w);
  const auto pixel = [&](int row, int col) {
    return w.in[0].data + static_cast<std::size_t>(row * in.w + col) * static_cast<std::size_t>(in.c);
  };
  float* y = w.out;
  for (int oy = 0; oy < out.h; ++oy)
    for (int ox = 0; ox < out.w; ++ox, y += out.c) {
      const float py = edgenn::detail::position_in_input(l.at, oy, in.h, out.h, scale_h),
                  px = edgenn::detail::position_in_input(l.at, ox, in.w, out.w, scale_w);
      if (l.mode == interpolation::nearest) {
        const float* x = pixel(clamped(rounded(l.nearest, py), in.h), clamped(rounded(l.nearest, px), in.w));
        for (int c = 0; c < out.c; ++c) y[c] = x[c];
        continue;
      }
      const float fy = std::floor(py), fx = std::floor(px), wy = py - fy, wx = px - fx;
      const int top = clamped(fy, in.h), bottom = clamped(fy + 1, in.h);
      const int left = clamped(fx, in.w), right = clamped(fx + 1, in.w);
      for (int c = 0; c < out.c; ++c) {
        const float above = pixel(top, left)[c] * (1 - wx) + pixel(top, right)[c] * wx;
        const float below = pixel(bottom, left)[c] * (1 - wx) + pixel(bottom, right)[c] * wx;
        y[c] = above * (1 - wy) + below * wy;
      }
    }
}
kernel_needs needs(const resize&, std::span<const shape>, shape) { return strided(); }

std::string expression(const bicubic_resize& l, std::span<const std::string> operands) {
  const bicubic_resize usual{.to = l.to};
  initialiser text{"bicubic_resize"};
  text.add("to", l.to);
  if (l.at != usual.at) text.add_text("at", code_of(l.at));
  text.add("slope", l.slope, usual.slope).add("exclude_outside", l.exclude_outside, usual.exclude_outside);
  return piped(operands,
               text.add("scale_h", l.scale_h, usual.scale_h).add("scale_w", l.scale_w, usual.scale_w).done());
}

/// The four pixels around a position, and how much each counts.
struct cubic_taps {
  int pixel[4];
  float weight[4];

  cubic_taps(const bicubic_resize& l, float position, int extent) {
    const float before = std::floor(position), a = l.slope.value();
    float sum = 0;
    for (int i = 0; i < 4; ++i) {
      const float at = before + static_cast<float>(i - 1), d = std::abs(position - at);
      const bool outside = at < 0 || at > static_cast<float>(extent - 1);
      pixel[i] = clamped(at, extent);
      weight[i] = d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
      if (l.exclude_outside && outside) weight[i] = 0;
      sum += weight[i];
    }
    for (float& w : weight) w /= sum;
  }
};

void run(const bicubic_resize& l, const work& w) {
  const shape in = w.in[0].extents, out = w.out_shape;
  const resize scales{.to = l.to};
  const float scale_h = scales.scale(in.h, out.h, l.scale_h), scale_w = scales.scale(in.w, out.w, l.scale_w);
  float* y = w.out;
  for (int oy = 0; oy < out.h; ++oy)
    for (int ox = 0; ox < out.w; ++ox) {
      const cubic_taps rows{l, edgenn::detail::position_in_input(l.at, oy, in.h, out.h, scale_h), in.h};
      const cubic_taps columns{l, edgenn::detail::position_in_input(l.at, ox, in.w, out.w, scale_w), in.w};
      for (int c = 0; c < out.c; ++c) {
        float sum = 0;
        for (int i = 0; i < 4; ++i)
          for (int j = 0; j < 4; ++j)
            sum += rows.weight[i] * columns.weight[j]
                   * w.in[0].data[(rows.pixel[i] * in.w + columns.pixel[j]) * in.c + c];
        *y++ = sum;
      }
    }
}
kernel_needs needs(const bicubic_resize&, std::span<const shape>, shape) { return strided(); }

constexpr layer_kind kinds[] = {kind_of_layer<resize, expression, run, needs>(),
                                kind_of_layer<bicubic_resize, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> resize_kinds() { return kinds; }

}  // namespace edgenn::import
