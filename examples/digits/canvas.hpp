#pragma once
#include <cstdint>
#include <string>
#include <vector>

struct colour {
  double red = 0, green = 0, blue = 0;  // 0 to 255
};

/// The colour at `share` of the way from `a` to `b`.
colour mixed(const colour& a, const colour& b, double share);

enum class align { left, centre, right };

/// A picture to draw on. Coordinates are in pixels and may be fractions: edges are anti-aliased.
class canvas {
 public:
  canvas(int width, int height, const colour& ground);

  void rectangle(double left, double top, double right, double bottom, const colour& fill);

  /// Text whose capitals are about `size` pixels high. `x` is its left end, its centre or its right end, `y`
  /// the middle of its height.
  void text(double x, double y, double size, const std::string& line, const colour& ink,
            align where = align::left);

  int width() const { return width_; }
  int height() const { return height_; }
  /// RGB, row by row.
  std::vector<std::uint8_t> pixels() const;

 private:
  int width_, height_;
  std::vector<double> levels_;
};
