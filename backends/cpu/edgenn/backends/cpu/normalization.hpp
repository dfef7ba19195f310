#pragma once
#include <cmath>
#include <edgenn/backends/cpu/microkernels/activation.hpp>
#include <edgenn/backends/cpu/microkernels/rsqrt.hpp>
#include <edgenn/backends/cpu/vectors.hpp>
#include <edgenn/layers/affine.hpp>
#include <edgenn/layers/normalization.hpp>

namespace edgenn {

template <class Isa, softmax L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y, share part = {}) {
    if constexpr (Out.c <= 32 && Out.w > 1) {
      const share::range rows = part.of(Out.d * Out.h);
      for (int row = rows.first; row < rows.end; ++row)
        for (int column = 0; column < Out.w; column += width) {
          const int n = Out.w - column < width ? Out.w - column : width;
          across_pixels(&x(row / Out.h, row % Out.h, column, 0), x.pixel_stride,
                        &y(row / Out.h, row % Out.h, column, 0), y.pixel_stride, n);
        }
    } else {
      detail::for_each_pixel<Out>(part, [&](int z, int row, int column) {
        along_channels(&x(z, row, column, 0), &y(z, row, column, 0));
      });
    }
  }

 private:
  using v = microkernels::vec<Isa>;
  static constexpr int width = v::width;

  static void along_channels(const float* from, float* to) {
    constexpr int whole = Out.c / width * width;
    float lanes[width];
    float top = from[0];
    if constexpr (whole > 0) {
      auto tops = v::load(from);
      for (int c = width; c < whole; c += width) tops = v::max_or_nan(tops, v::load(from + c));
      v::store(lanes, tops);
      for (const float lane : lanes) top = detail::larger(top, lane);
    }
    for (int c = whole; c < Out.c; ++c) top = detail::larger(top, from[c]);
    auto sums = v::zero();
    detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
      const auto below = v::sub(detail::load_up_to<Isa>(from + c, n), v::broadcast(top));
      detail::store_up_to<Isa>(to + c, microkernels::exp<Isa>(below), n);
      sums = v::add(sums, detail::load_up_to<Isa>(to + c, n));
    });
    v::store(lanes, sums);
    float sum = 0;
    for (const float lane : lanes) sum += lane;
    detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
      detail::store_up_to<Isa>(to + c, v::div(detail::load_up_to<Isa>(to + c, n), v::broadcast(sum)), n);
    });
  }

  /// With few channels: `n` pixels, one in each lane.
  static void across_pixels(const float* from, int from_stride, float* to, int to_stride, int n) {
    float channels[Out.c][width] = {};
    for (int i = 0; i < n; ++i)
      for (int c = 0; c < Out.c; ++c) channels[c][i] = from[i * from_stride + c];
    auto top = v::load(channels[0]), sum = v::zero();
    for (int c = 1; c < Out.c; ++c) top = v::max_or_nan(top, v::load(channels[c]));
    for (int c = 0; c < Out.c; ++c) {
      const auto e = microkernels::exp<Isa>(v::sub(v::load(channels[c]), top));
      v::store(channels[c], e);
      sum = v::add(sum, e);
    }
    for (int c = 0; c < Out.c; ++c) v::store(channels[c], v::div(v::load(channels[c]), sum));
    for (int i = 0; i < n; ++i)
      for (int c = 0; c < Out.c; ++c) to[i * to_stride + c] = channels[c][i];
  }
};

namespace detail {

/// Local response normalisation with a beta of 0.5, 0.75 or 1; others fall back.
template <class Isa, lrn L, shape Out, shape In>
struct lrn_kernel {
  static constexpr int reach = L.size / 2, width = microkernels::vec<Isa>::width;
  static constexpr bool strided = true;
  /// The squares of a few pixels, each between zeros, as far as loads reach. A few, because loads that
  /// straddle recent stores would have to wait for them.
  static constexpr int pixels = Out.w < 8 ? Out.w : 8;
  static constexpr int front = ceil_div(reach, width) * width;
  static constexpr int pitch = front + ceil_div(In.c + reach, width) * width + width;
  static constexpr int scratch_bytes = pixels * pitch * int{sizeof(float)};

  static void run(tensor_view<const float> x, tensor_view<float> y, const float*, std::byte* scratch,
                  share part = {}) {
    auto* squares = reinterpret_cast<float*>(scratch);
    for (int i = 0; i < pixels * pitch; ++i) squares[i] = 0;
    const share::range rows = part.of(Out.d * Out.h);
    for (int row = rows.first; row < rows.end; ++row)
      for (int column = 0; column < Out.w; column += pixels) {
        const int n = Out.w - column < pixels ? Out.w - column : pixels;
        const float* from = &x(row / Out.h, row % Out.h, column, 0);
        float* to = &y(row / Out.h, row % Out.h, column, 0);
        for (int i = 0; i < n; ++i) square(from + i * x.pixel_stride, squares + i * pitch + front);
        for (int i = 0; i < n; ++i)
          normalise(from + i * x.pixel_stride, squares + i * pitch + front - reach, to + i * y.pixel_stride);
      }
  }

 private:
  using v = microkernels::vec<Isa>;
  /// Sums are then normal numbers, for which estimates of roots are defined.
  static constexpr bool is_ordinary = L.k.value() >= 1e-30f && L.scale() >= 0;

  static void square(const float* from, float* squares) {
    for_each_vector<Isa>(In.c, [&](int c, int n) {
      const auto value = load_up_to<Isa>(from + c, n);
      store_up_to<Isa>(squares + c, v::mul(value, value), n);
    });
  }

  static void normalise(const float* from, const float* squares, float* to) {
    for_each_vector<Isa>(In.c, [&](int c, int n) {
      auto sum = v::load(squares + c);
      for (int i = 1; i < L.size; ++i) sum = v::add(sum, v::load(squares + c + i));
      const auto t = v::fma(sum, v::broadcast(L.scale()), v::broadcast(L.k.value()));
      const auto value = load_up_to<Isa>(from + c, n);
      if constexpr (L.beta == real{0.75f} && is_ordinary)
        store_up_to<Isa>(to + c, v::mul(value, microkernels::power_of_minus_three_quarters<Isa>(t)), n);
      else if constexpr (L.beta == real{0.75f})
        store_up_to<Isa>(to + c, v::div(value, v::mul(v::sqrt(t), v::sqrt(v::sqrt(t)))), n);
      else if constexpr (L.beta == real{0.5f})
        store_up_to<Isa>(to + c, v::div(value, v::sqrt(t)), n);
      else
        store_up_to<Isa>(to + c, v::div(value, t), n);
    });
  }
};

}  // namespace detail

template <class Isa, lrn L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>>
    : std::conditional_t<L.beta == real{0.5f} || L.beta == real{0.75f} || L.beta == real{1},
                         detail::lrn_kernel<Isa, L, Out, In>,
                         kernel<typename basic_cpu<Isa>::fallback, op<L, Out, In>>> {};

template <class Isa, batch_norm L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;
  static constexpr int packed_bytes = 3 * In.c * int{sizeof(float)};

  /// To mean [c], factor [c], offset [c].
  static void pack(const float* canonical, std::byte* packed) {
    const float *scale = canonical, *offset = scale + In.c, *mean = offset + In.c, *variance = mean + In.c;
    auto* to = reinterpret_cast<float*>(packed);
    for (int c = 0; c < In.c; ++c) {
      to[c] = mean[c];
      to[In.c + c] = scale[c] / std::sqrt(variance[c] + L.epsilon.value());
      to[2 * In.c + c] = offset[c];
    }
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  share part = {}) {
    using v = microkernels::vec<Isa>;
    const auto* mean = reinterpret_cast<const float*>(packed);
    const float *factor = mean + In.c, *offset = factor + In.c;
    detail::for_each_pixel<Out>(part, [&](int z, int row, int column) {
      const float* from = &x(z, row, column, 0);
      float* to = &y(z, row, column, 0);
      detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
        const auto load = [&](const float* p) { return detail::load_up_to<Isa>(p + c, n); };
        const auto value = v::fma(v::sub(load(from), load(mean)), load(factor), load(offset));
        detail::store_up_to<Isa>(to + c, microkernels::activate<Isa, L.act>(value), n);
      });
    });
  }
};

template <class Isa, affine L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y, const float* weights, share part = {}) {
    using v = microkernels::vec<Isa>;
    const float *scale = weights, *offset = weights + (L.scale ? Out.c : 0);
    detail::for_each_pixel<Out>(part, [&](int z, int row, int column) {
      const float* from = &x(z, row, column, 0);
      float* to = &y(z, row, column, 0);
      detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
        auto value = detail::load_up_to<Isa>(from + c, n);
        if constexpr (L.scale) value = v::mul(value, detail::load_up_to<Isa>(scale + c, n));
        if constexpr (L.offset) value = v::add(value, detail::load_up_to<Isa>(offset + c, n));
        detail::store_up_to<Isa>(to + c, microkernels::activate<Isa, L.act>(value), n);
      });
    });
  }
};

}  // namespace edgenn
