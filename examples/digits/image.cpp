#include "image.hpp"

#include <span>

#include "image_file.hpp"

namespace {

/// Lays pixels of grey and opacity on black or white.
std::vector<std::uint8_t> without_transparency(std::span<const std::uint8_t> grey_and_alpha) {
  unsigned long long weighted = 0, opacity = 0;
  for (std::size_t i = 0; i < grey_and_alpha.size(); i += 2) {
    weighted += static_cast<unsigned long long>(grey_and_alpha[i]) * grey_and_alpha[i + 1];
    opacity += grey_and_alpha[i + 1];
  }
  const int ground = 2 * weighted >= 255 * opacity ? 0 : 255;
  std::vector<std::uint8_t> grey(grey_and_alpha.size() / 2);
  for (std::size_t i = 0; i < grey.size(); ++i) {
    const int level = grey_and_alpha[2 * i], alpha = grey_and_alpha[2 * i + 1];
    grey[i] = static_cast<std::uint8_t>((level * alpha + ground * (255 - alpha) + 127) / 255);
  }
  return grey;
}

}  // namespace

grey_image read_image(const std::string& path) {
  const decoded_image image = read_image_file(path, 2);
  return {image.width, image.height, without_transparency(image.values)};
}
