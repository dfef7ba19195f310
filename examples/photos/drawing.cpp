#include "drawing.hpp"

#include <stb/stb_easy_font.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace {

using rgb = std::array<std::uint8_t, 3>;

rgb colour_of(int number) {
  constexpr rgb colours[] = {{230, 60, 50},  {40, 130, 240}, {60, 170, 70},  {240, 150, 20}, {150, 80, 220},
                             {20, 170, 180}, {220, 70, 160}, {130, 140, 20}, {120, 90, 60},  {90, 100, 130}};
  return colours[static_cast<unsigned>(number) % std::size(colours)];
}

/// A position as a number from 0 to `limit`; 0 where it is no number.
int clamped(float v, int limit) {
  return v > 0 ? (v < static_cast<float>(limit) ? static_cast<int>(v) : limit) : 0;
}

/// Fills the pixels from (x1, y1) up to, not including, (x2, y2).
void fill(photo& p, float x1, float y1, float x2, float y2, const rgb& colour) {
  const int left = clamped(x1, p.width), right = clamped(x2, p.width);
  const int top = clamped(y1, p.height), bottom = clamped(y2, p.height);
  for (int y = top; y < bottom; ++y)
    for (int x = left; x < right; ++x) {
      const std::size_t at =
          3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(p.width) + static_cast<std::size_t>(x));
      std::copy(colour.begin(), colour.end(), p.rgb.begin() + static_cast<std::ptrdiff_t>(at));
    }
}

struct vertex {
  float x, y, z;
  unsigned char colour[4];
};

/// Fills the pixels of `text`, each `size` pixels wide and high.
void write(photo& p, float x, float y, std::string text, float size, const rgb& colour) {
  std::vector<vertex> corners(4 * 32 * (text.size() + 1));  // far more than a character's strokes
  const int quads = stb_easy_font_print(0, 0, text.data(), nullptr, corners.data(),
                                        static_cast<int>(corners.size() * sizeof(vertex)));
  for (std::size_t i = 0; i < 4 * static_cast<std::size_t>(quads); i += 4)
    fill(p, x + size * corners[i].x, y + size * corners[i].y, x + size * corners[i + 2].x,
         y + size * corners[i + 2].y, colour);
}

}  // namespace

void draw_box(photo& p, const edgenn::box& where, const std::string& caption, int colour) {
  const rgb ink = colour_of(colour);
  const float line = static_cast<float>(1 + std::min(p.width, p.height) / 250);
  const edgenn::box b = where.normalized();
  fill(p, b.x1, b.y1, b.x2, b.y1 + line, ink);
  fill(p, b.x1, b.y2 - line, b.x2, b.y2, ink);
  fill(p, b.x1, b.y1, b.x1 + line, b.y2, ink);
  fill(p, b.x2 - line, b.y1, b.x2, b.y2, ink);

  std::string text = caption.substr(0, 100);
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  const float size = static_cast<float>(1 + std::min(p.width, p.height) / 400);
  const float width = size * static_cast<float>(stb_easy_font_width(text.data()) + 3), height = size * 11;
  // Above the box, or inside it where the photo ends.
  const float x = std::max(std::min(b.x1, static_cast<float>(p.width) - width), 0.0f);
  const float y = b.y1 >= height ? b.y1 - height : std::max(b.y1, 0.0f);
  fill(p, x, y, x + width, y + height, ink);
  write(p, x + 2 * size, y + 2 * size, text, size, {255, 255, 255});
}
