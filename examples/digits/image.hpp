#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Grey levels, row by row, 0 black, 255 white.
struct grey_image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;

  std::uint8_t at(int x, int y) const { return pixels[index(x, y)]; }
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }
};

/// Reads a PNG, JPEG, BMP, GIF or PNM file. Colours become grey levels; what is transparent becomes black or
/// white, whichever is farther from what is not.
grey_image read_image(const std::string& path);
