#pragma once
#include "any_detector.hpp"

/// Photos of `Width` x `Height`. Networks see whole patches only, which reach further than the person in
/// them: by a sixth of its height above the head, for which there is room here, for people as high as the
/// photo, and at the sides for people half as high. Below the photo the detector itself adds rows.
template <int Width, int Height>
struct photo_canvas {
  static constexpr int above = (Height / 6 + 7) / 8 * 8;
  static constexpr int beside = Height / 8 / 8 * 8;
  static constexpr edgenn::person_config config{
      .height = Height + above,
      .width = Width + 2 * beside,
      .padding_below = Height,
      .far = far_trained,
      .medium = medium_trained,
      .near = near_trained,
      .visible = .4,
      .reach = .2,
      .second = second_trained,
  };
  static constexpr canvas_size size{config.width, config.height, beside, above};
};

template <int Width, int Height>
canvas_detector_type photo_detector() {
  using canvas = photo_canvas<Width, Height>;
  return {canvas::size, make_detector<canvas::config>};
}
