#include "photo.hpp"

#include "image_file.hpp"

photo read_photo(const std::string& path) {
  decoded_image image = read_image_file(path, 4);
  std::vector<std::uint8_t>& v = image.values;
  const std::size_t pixels = v.size() / 4;
  for (std::size_t i = 0; i < pixels; ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const int level = v[4 * i + c], opacity = v[4 * i + 3];
      v[3 * i + c] = static_cast<std::uint8_t>((level * opacity + 255 * (255 - opacity) + 127) / 255);
    }
  v.resize(3 * pixels);
  return {image.width, image.height, std::move(v)};
}

void write_photo(const std::string& path, const photo& p) { write_image(path, p.width, p.height, p.rgb); }

std::vector<float> network_input(const photo& p, const edgenn::preprocessing& how, fit f) {
  std::vector<float> input(static_cast<std::size_t>(how.size()));
  edgenn::preprocess(how, {p.rgb.data(), p.width, p.height}, input, f);
  return input;
}
