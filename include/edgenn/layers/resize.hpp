#pragma once
#include <edgenn/layer.hpp>
#include <edgenn/shape.hpp>
#include <initializer_list>

namespace edgenn {

/// From which input pixels an output pixel is made.
enum class interpolation : int {
  nearest,   ///< one
  bilinear,  ///< four, weighted by their distances
};

/// Where output position o lies in the input, for an input extent n, an output extent m and the scale s
/// (m / n unless given). The names are ONNX's (operator Resize).
enum class coordinates : int {
  half_pixel,          ///< (o + 0.5) / s - 0.5. TFLite: half_pixel_centers
  pytorch_half_pixel,  ///< half_pixel, but 0 where m is 1
  asymmetric,          ///< o / s. TFLite's default
  align_corners,       ///< o (n - 1) / (m - 1), 0 where m is 1
  half_pixel_floor,    ///< (o + 0.5) / s. TFLite: nearest with half_pixel_centers, together with `floor`
};

/// Which pixel `nearest` takes for a position between two.
enum class nearest_pixel : int { round_prefer_floor, round_prefer_ceil, floor, ceil };

/// Resizes each channel to `to`. Positions outside the image take its nearest pixel.
struct resize {
  static constexpr const char* name = "resize";
  extent to;                                                  ///< rows and columns of the output
  interpolation mode = interpolation::nearest;                ///< how pixels are combined
  coordinates at = coordinates::half_pixel;                   ///< where output positions lie in the input
  nearest_pixel nearest = nearest_pixel::round_prefer_floor;  ///< the pixel that `nearest` takes
  real scale_h = 0;  ///< 0: to.h / in.h. ONNX models may state another one
  real scale_w = 0;  ///< 0: to.w / in.w

  /// Output positions per input position along one axis.
  constexpr float scale(int in, int out, real stated) const {
    return stated.value() > 0 ? stated.value() : static_cast<float>(out) / static_cast<float>(in);
  }
  constexpr shape output(shape in) const {
    if (in.d != 1) error::layer_needs_an_input_of_depth_one(in);
    for (const real s : {scale_h, scale_w})
      if (!(s.value() >= 0) || s.value() > 1e9f) error::resize_scale_must_be_finite_and_positive(s.value());
    return {to.h, to.w, in.c};
  }
};

/// Resizes each channel to `to` by cubic convolution of 4 x 4 pixels (Keys 1981). Positions outside the image
/// take its nearest pixel or, with `.exclude_outside = true`, have no weight.
struct bicubic_resize {
  static constexpr const char* name = "bicubic_resize";
  extent to;                                 ///< rows and columns of the output
  coordinates at = coordinates::half_pixel;  ///< where output positions lie in the input
  real slope = -0.75;                        ///< of the kernel at distance 1; Keys and TensorFlow: -0.5
  flag exclude_outside = false;              ///< whether pixels outside the image have no weight
  real scale_h = 0;                          ///< 0: to.h / in.h. ONNX models may state another one
  real scale_w = 0;                          ///< 0: to.w / in.w

  constexpr shape output(shape in) const {
    return resize{.to = to, .scale_h = scale_h, .scale_w = scale_w}.output(in);
  }
};

template <>
struct layer_named<"bicubic_resize"> {
  using type = bicubic_resize;
};
template <>
struct layer_named<"resize"> {
  using type = resize;
};

}  // namespace edgenn
