#pragma once
#include <cstdint>
#include <edgenn/vision/preprocessing.hpp>
#include <string>
#include <vector>

/// Red, green and blue of each pixel, row by row.
struct photo {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// Reads a PNG, JPEG, BMP, GIF or PNM file. What is transparent becomes white. A mistake is an input_error.
photo read_photo(const std::string& path);

/// Writes a JPEG file if `path` ends with .jpg or .jpeg, otherwise a PNG file.
void write_photo(const std::string& path, const photo& p);

using edgenn::fit;

/// The network's input.
std::vector<float> network_input(const photo& p, const edgenn::preprocessing& how, fit f);
