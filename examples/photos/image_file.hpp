#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// An image as a file holds it: interleaved channels, row by row.
struct decoded_image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> values;
};

/// Reads a PNG, JPEG, BMP, GIF or PNM file as `channels` channels: grey, grey and opacity, RGB, or RGB and
/// opacity.
decoded_image read_image_file(const std::string& path, int channels);

/// Whether the file can be read and begins like an image of one of these formats.
bool is_image_file(const std::string& path);

/// Writes a JPEG file if `path` ends with .jpg or .jpeg, in capitals or not, otherwise a PNG file, of
/// `width` x `height` RGB pixels.
void write_image(const std::string& path, int width, int height, std::span<const std::uint8_t> rgb);

/// Writes a PNG file of `width` x `height` RGB pixels.
void write_png(const std::string& path, int width, int height, std::span<const std::uint8_t> rgb);
