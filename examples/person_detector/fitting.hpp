#pragma once
#include <edgenn/vision/box.hpp>
#include <vector>

#include "photo.hpp"

/// The size of the images that a detector was compiled for, and what of it stays black.
struct canvas_size {
  int width = 0;
  int height = 0;
  int beside = 0;  ///< columns at the left, and as many at the right
  int above = 0;   ///< rows

  /// Room for a photo.
  /// @{
  int free_width() const { return width - 2 * beside; }
  int free_height() const { return height - above; }
  /// @}
};

/// Where a photo of any size lies on a canvas: as large as there is room, in the middle of its width and at
/// its lower edge, so that what is left over is above people's heads. A pixel (x, y) of the photo is at
/// (left + scale_x * x, top + scale_y * y).
struct placement {
  int left = 0, top = 0;
  int width = 0, height = 0;  ///< of the photo on the canvas, in whole pixels
  float scale_x = 1, scale_y = 1;

  /// A box on the canvas in pixels of the photo.
  edgenn::box to_photo(const edgenn::box& b) const {
    const auto x = [this](float v) { return (v - static_cast<float>(left)) / scale_x; };
    const auto y = [this](float v) { return (v - static_cast<float>(top)) / scale_y; };
    return {x(b.x1), y(b.y1), x(b.x2), y(b.y2)};
  }
};

/// The placement of a photo of `width` x `height` pixels on `canvas`.
placement fitted(int width, int height, const canvas_size& canvas);

/// The number of the canvas on which a photo is shown best: not made smaller, or the least; among those the
/// one with the fewest pixels.
std::size_t best_canvas(int width, int height, const std::vector<canvas_size>& canvases);

/// `p` drawn on black. Smaller: each pixel is the mean of those that it covers; larger: bilinear.
photo placed(const photo& p, const placement& where, const canvas_size& canvas);
