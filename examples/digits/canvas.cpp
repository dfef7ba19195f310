#include "canvas.hpp"

#include <stb/stb_easy_font.h>

#include <algorithm>
#include <cmath>

namespace {

constexpr double font_capitals = 7;  // height of stb_easy_font's capitals and digits

struct font_vertex {
  float x, y, z;
  unsigned char colour[4];
};

std::size_t drawn_width(std::string line) {
  return static_cast<std::size_t>(stb_easy_font_width(line.data()));
}

}  // namespace

colour mixed(const colour& a, const colour& b, double share) {
  const auto mix = [&](double from, double to) { return from + (to - from) * share; };
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

canvas::canvas(int width, int height, const colour& ground)
    : width_{width},
      height_{height},
      levels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {
  rectangle(0, 0, width, height, ground);
}

void canvas::rectangle(double left, double top, double right, double bottom, const colour& fill) {
  const auto covered = [](double from, double to, int pixel) {
    return std::clamp(std::min(to, pixel + 1.0) - std::max<double>(from, pixel), 0.0, 1.0);
  };
  const int first_y = std::max(0, static_cast<int>(std::floor(top)));
  const int first_x = std::max(0, static_cast<int>(std::floor(left)));
  for (int y = first_y; y < std::min<double>(height_, bottom); ++y)
    for (int x = first_x; x < std::min<double>(width_, right); ++x) {
      const double share = covered(left, right, x) * covered(top, bottom, y);
      double* pixel = &levels_[3
                               * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_)
                                  + static_cast<std::size_t>(x))];
      const colour blend = mixed({pixel[0], pixel[1], pixel[2]}, fill, share);
      pixel[0] = blend.red;
      pixel[1] = blend.green;
      pixel[2] = blend.blue;
    }
}

void canvas::text(double x, double y, double size, const std::string& line, const colour& ink, align where) {
  const double scale = size / font_capitals;
  const double width = scale * static_cast<double>(drawn_width(line));
  if (where == align::centre) x -= width / 2;
  if (where == align::right) x -= width;
  y -= size / 2;
  // Whole pixels keep letters whose size is a multiple of the font's sharp.
  x = std::round(x);
  y = std::round(y);
  // The font wants bytes that it can write to, four vertices for each rectangle of a letter.
  std::string writable = line;
  std::vector<font_vertex> vertices(line.size() * 4 * 16);
  const int count = stb_easy_font_print(0, 0, writable.data(), nullptr, vertices.data(),
                                        static_cast<int>(vertices.size() * sizeof(font_vertex)));
  for (std::size_t quad = 0; quad < static_cast<std::size_t>(count); ++quad) {
    const font_vertex& a = vertices[4 * quad];
    const font_vertex& c = vertices[4 * quad + 2];
    const auto place = [scale](double origin, float v) { return origin + scale * static_cast<double>(v); };
    rectangle(place(x, a.x), place(y, a.y), place(x, c.x), place(y, c.y), ink);
  }
}

std::vector<std::uint8_t> canvas::pixels() const {
  std::vector<std::uint8_t> rgb(levels_.size());
  std::transform(levels_.begin(), levels_.end(), rgb.begin(),
                 [](double v) { return static_cast<std::uint8_t>(std::lround(std::clamp(v, 0.0, 255.0))); });
  return rgb;
}
