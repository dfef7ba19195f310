#pragma once
#include <cmath>
#include <edgenn/backends/reference/tag.hpp>
#include <edgenn/layers/resize.hpp>

namespace edgenn {

namespace detail {

/// Where output `o` of an axis lies in the input.
inline float position_in_input(coordinates how, int o, int in, int out, float scale) {
  const float at = static_cast<float>(o);
  switch (how) {
    case coordinates::half_pixel:
      return (at + 0.5f) / scale - 0.5f;
    case coordinates::pytorch_half_pixel:
      return out > 1 ? (at + 0.5f) / scale - 0.5f : 0.0f;
    case coordinates::asymmetric:
      return at / scale;
    case coordinates::align_corners:
      return out > 1 ? at * static_cast<float>(in - 1) / static_cast<float>(out - 1) : 0.0f;
    case coordinates::half_pixel_floor:
      return (at + 0.5f) / scale;
  }
  return 0.0f;
}

}  // namespace detail

template <class T, class W, resize L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    constexpr float scale_h = L.scale(In.h, Out.h, L.scale_h), scale_w = L.scale(In.w, Out.w, L.scale_w);
    for (int oy = 0; oy < Out.h; ++oy)
      for (int ox = 0; ox < Out.w; ++ox) {
        const float py = position(oy, In.h, Out.h, scale_h), px = position(ox, In.w, Out.w, scale_w);
        if constexpr (L.mode == interpolation::nearest) {
          const int iy = clamp(nearest(py), In.h), ix = clamp(nearest(px), In.w);
          for (int c = 0; c < Out.c; ++c) y(oy, ox, c) = x(iy, ix, c);
        } else {
          const float fy = std::floor(py), fx = std::floor(px);
          const T wy = static_cast<T>(py - fy), wx = static_cast<T>(px - fx);
          const int top = clamp(fy, In.h), bottom = clamp(fy + 1, In.h);
          const int left = clamp(fx, In.w), right = clamp(fx + 1, In.w);
          for (int c = 0; c < Out.c; ++c) {
            const T above = x(top, left, c) * (T(1) - wx) + x(top, right, c) * wx;
            const T below = x(bottom, left, c) * (T(1) - wx) + x(bottom, right, c) * wx;
            y(oy, ox, c) = above * (T(1) - wy) + below * wy;
          }
        }
      }
  }

  // Other backends' kernels use these too.

  /// Where output `o` lies in the input.
  static float position(int o, int in, int out, float scale) {
    return detail::position_in_input(L.at, o, in, out, scale);
  }

  /// The pixel that `nearest` takes for the position `v`.
  static float nearest(float v) {
    switch (L.nearest) {
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

  /// The pixel of an axis that shows position `v`.
  static int clamp(float v, int extent) {
    return v < 0.0f ? 0 : v > static_cast<float>(extent - 1) ? extent - 1 : static_cast<int>(v);
  }
};

template <class T, class W, bicubic_resize L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    constexpr resize scales{.to = L.to, .scale_h = L.scale_h, .scale_w = L.scale_w};
    constexpr float scale_h = scales.scale(In.h, Out.h, L.scale_h),
                    scale_w = scales.scale(In.w, Out.w, L.scale_w);
    for (int oy = 0; oy < Out.h; ++oy) {
      const taps rows{detail::position_in_input(L.at, oy, In.h, Out.h, scale_h), In.h};
      for (int ox = 0; ox < Out.w; ++ox) {
        const taps columns{detail::position_in_input(L.at, ox, In.w, Out.w, scale_w), In.w};
        for (int c = 0; c < Out.c; ++c) {
          T sum = 0;
          for (int i = 0; i < 4; ++i)
            for (int j = 0; j < 4; ++j)
              sum += rows.weight[i] * columns.weight[j] * x(rows.pixel[i], columns.pixel[j], c);
          y(oy, ox, c) = sum;
        }
      }
    }
  }

 private:
  /// The four pixels around a position, and how much each counts.
  struct taps {
    int pixel[4];
    T weight[4];

    taps(float position, int extent) {
      const float before = std::floor(position);
      T sum = 0;
      for (int i = 0; i < 4; ++i) {
        const float at = before + static_cast<float>(i - 1);
        const bool outside = at < 0.0f || at > static_cast<float>(extent - 1);
        pixel[i] = at < 0.0f ? 0 : outside ? extent - 1 : static_cast<int>(at);
        weight[i] = L.exclude_outside && outside ? T(0) : cubic(static_cast<T>(std::abs(position - at)));
        sum += weight[i];
      }
      for (T& w : weight) w /= sum;
    }
  };

  /// The kernel of cubic convolution at distance `d`, below 2.
  static T cubic(T d) {
    constexpr T a = static_cast<T>(L.slope.value());
    if (d <= T(1)) return ((a + T(2)) * d - (a + T(3))) * d * d + T(1);
    return ((a * d - T(5) * a) * d + T(8) * a) * d - T(4) * a;
  }
};

}  // namespace edgenn
