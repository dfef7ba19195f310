#include <algorithm>

#include "families.hpp"

namespace edgenn::import {

namespace {

constexpr int pixels_at_once = 4, filters_at_once = 16;

/// Rows and columns of a window over an input: for each tap the pixel, or zeros in the padding.
class taps {
 public:
  taps(const operand& x, const window2d& w) : x_{x}, w_{w}, zeros_(static_cast<std::size_t>(x.extents.c)) {}

  const float* pixel(int oy, int ox, int ky, int kx) const {
    const int iy = w_.y.position(oy, ky), ix = w_.x.position(ox, kx);
    if (iy < 0 || iy >= x_.extents.h || ix < 0 || ix >= x_.extents.w) return zeros_.data();
    return x_.data
           + (static_cast<std::size_t>(iy) * static_cast<std::size_t>(x_.extents.w)
              + static_cast<std::size_t>(ix))
                 * static_cast<std::size_t>(x_.extents.c);
  }

 private:
  const operand& x_;
  const window2d& w_;
  std::vector<float> zeros_;
};

/// The kernel as [filters / 16][taps][channels of a group][16]: what follows each other is used together.
/// Filters of different groups share no sixteen.
std::vector<float> blocked(const conv2d& l, const float* kernel, int channels) {
  const int per_group = l.filters / l.groups, blocks = (per_group + filters_at_once - 1) / filters_at_once;
  const std::size_t depth = static_cast<std::size_t>(l.kernel.h) * static_cast<std::size_t>(l.kernel.w)
                            * static_cast<std::size_t>(channels);
  std::vector<float> to(static_cast<std::size_t>(l.groups) * static_cast<std::size_t>(blocks) * depth
                        * filters_at_once);
  for (int f = 0; f < l.filters; ++f) {
    const int group = f / per_group, in_group = f % per_group;
    float* block =
        to.data()
        + static_cast<std::size_t>(group * blocks + in_group / filters_at_once) * depth * filters_at_once
        + in_group % filters_at_once;
    const float* from = kernel + static_cast<std::size_t>(f) * depth;
    for (std::size_t i = 0; i < depth; ++i) block[i * filters_at_once] = from[i];
  }
  return to;
}

/// sums[p][f] += x[p][c] * w[c][f]
void accumulate(float (&sums)[pixels_at_once][filters_at_once], const float* const (&x)[pixels_at_once],
                const float* w, int channels) {
  for (int c = 0; c < channels; ++c, w += filters_at_once)
    for (int p = 0; p < pixels_at_once; ++p)
      for (int f = 0; f < filters_at_once; ++f) sums[p][f] += x[p][c] * w[f];
}

std::string expression(const conv2d& l, std::span<const std::string> operands) {
  return piped(operands, initialiser{"conv2d"}
                             .add("filters", l.filters)
                             .add("kernel", l.kernel)
                             .add("stride", l.stride, extent{1})
                             .add("dilation", l.dilation, extent{1})
                             .add("pad", l.pad, valid)
                             .add("groups", l.groups, 1)
                             .add("bias", l.bias, flag{true})
                             .add("act", l.act, none)
                             .done());
}

void run(const conv2d& l, const work& w) {
  const shape in = w.in[0].extents, out = w.out_shape;
  const window2d window = l.window(in);
  const taps at{w.in[0], window};
  const int channels = in.c / l.groups, per_group = l.filters / l.groups;
  const int blocks = (per_group + filters_at_once - 1) / filters_at_once;
  const std::vector<float> kernel = blocked(l, w.weights, channels);
  const float* bias = w.weights
                      + static_cast<std::size_t>(l.filters) * kernel.size()
                            / static_cast<std::size_t>(l.groups * blocks) / filters_at_once;
  const int pixels = out.h * out.w;
  for (int first = 0; first < pixels; first += pixels_at_once) {
    const float* next = kernel.data();
    for (int group = 0; group < l.groups; ++group)
      for (int block = 0; block < blocks; ++block) {
        float sums[pixels_at_once][filters_at_once] = {};
        for (int ky = 0; ky < l.kernel.h; ++ky)
          for (int kx = 0; kx < l.kernel.w; ++kx) {
            const float* x[pixels_at_once];
            for (int p = 0; p < pixels_at_once; ++p) {
              const int pixel = std::min(first + p, pixels - 1);
              x[p] = at.pixel(pixel / out.w, pixel % out.w, ky, kx) + group * channels;
            }
            accumulate(sums, x, next, channels);
            next += channels * filters_at_once;
          }
        const int filter = group * per_group + block * filters_at_once;
        const int count = std::min(filters_at_once, per_group - block * filters_at_once);
        for (int p = 0; p < std::min(pixels_at_once, pixels - first); ++p)
          for (int f = 0; f < count; ++f)
            w.out[static_cast<std::size_t>(first + p) * static_cast<std::size_t>(out.c)
                  + static_cast<std::size_t>(filter + f)] = sums[p][f] + (l.bias ? bias[filter + f] : 0.0f);
      }
  }
  apply(l.act, w.out, static_cast<std::size_t>(out.size()));
}
kernel_needs needs(const conv2d&, std::span<const shape>, shape) { return strided(); }

std::string expression(const depthwise_conv2d& l, std::span<const std::string> operands) {
  return piped(operands, initialiser{"depthwise_conv2d"}
                             .add("kernel", l.kernel)
                             .add("stride", l.stride, extent{1})
                             .add("dilation", l.dilation, extent{1})
                             .add("pad", l.pad, valid)
                             .add("multiplier", l.multiplier, 1)
                             .add("bias", l.bias, flag{true})
                             .add("act", l.act, none)
                             .done());
}

void run(const depthwise_conv2d& l, const work& w) {
  const shape out = w.out_shape;
  const window2d window = l.window(w.in[0].extents);
  const taps at{w.in[0], window};
  const std::size_t filters = static_cast<std::size_t>(out.c),
                    multiplier = static_cast<std::size_t>(l.multiplier);
  const float* bias = w.weights + static_cast<std::size_t>(l.kernel.h * l.kernel.w) * filters;
  float* y = w.out;
  for (int oy = 0; oy < out.h; ++oy)
    for (int ox = 0; ox < out.w; ++ox, y += filters) {
      for (std::size_t f = 0; f < filters; ++f) y[f] = l.bias ? bias[f] : 0.0f;
      const float* tap = w.weights;
      for (int ky = 0; ky < l.kernel.h; ++ky)
        for (int kx = 0; kx < l.kernel.w; ++kx, tap += filters) {
          const float* x = at.pixel(oy, ox, ky, kx);
          if (multiplier == 1)
            for (std::size_t f = 0; f < filters; ++f) y[f] += x[f] * tap[f];
          else
            for (std::size_t f = 0; f < filters; ++f) y[f] += x[f / multiplier] * tap[f];
        }
    }
  apply(l.act, w.out, static_cast<std::size_t>(out.size()));
}
kernel_needs needs(const depthwise_conv2d&, std::span<const shape>, shape) { return strided(); }

constexpr layer_kind kinds[] = {kind_of_layer<conv2d, expression, run, needs>(),
                                kind_of_layer<depthwise_conv2d, expression, run, needs>()};

}  // namespace

std::span<const layer_kind> convolution_kinds() { return kinds; }

}  // namespace edgenn::import
