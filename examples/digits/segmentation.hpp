#pragma once
#include <string>
#include <vector>

#include "image.hpp"

/// A rectangle of pixels: columns [left, right), rows [top, bottom).
struct rectangle {
  int left = 0, top = 0, right = 0, bottom = 0;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

/// One digit cut out of an image. `ink` holds the pixels of `crop`, row by row: how far each stands out from
/// the background, 0 where another digit or nothing lies. `box` is the digit itself; `crop` is a little
/// wider, to keep the soft edge of the strokes. A cell without a digit has no ink.
struct glyph {
  rectangle box;
  rectangle crop;
  std::vector<float> ink;

  bool empty() const { return ink.empty(); }
};

/// The digits of an image in reading order: lines from top to bottom, each from left to right.
using page = std::vector<std::vector<glyph>>;

/// Finds digits that do not touch each other, on any even background lighter or darker than they are.
/// `path` names the image in error messages.
page find_digits(const grey_image& image, const std::string& path);

/// Cuts the image into a grid of cells of this size, one digit or nothing in each.
page cut_cells(const grey_image& image, int cell_width, int cell_height, const std::string& path);
