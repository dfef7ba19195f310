#include "normalization.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

constexpr int side = 28;
constexpr int digit_side = 20;

/// One axis of the scaling: output pixel i is the mean of the input over the window of `span` pixels around
/// `first + i * step`. A window is at least one pixel wide, so enlarging interpolates linearly and shrinking
/// averages areas.
struct axis {
  double first;  // centre of the first output pixel, in input pixels
  double step;   // input pixels for each output pixel

  /// Calls `f` with each input pixel in [0, size) that window `i` meets, and its share of the window.
  template <class F>
  void for_window(int i, int size, F f) const {
    const double span = std::max(step, 1.0);
    const double from = first + i * step - span / 2, to = from + span;
    const int begin = std::max(0, static_cast<int>(std::floor(from)));
    const int end = std::min(size, static_cast<int>(std::ceil(to)));
    for (int p = begin; p < end; ++p)
      f(p, static_cast<float>((std::min(to, p + 1.0) - std::max<double>(from, p)) / span));
  }
};

}  // namespace

mnist_digit normalized(const glyph& g) {
  const int width = g.crop.width(), height = g.crop.height();
  const auto ink = [&](int x, int y) {
    return g.ink[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
  };
  double mass = 0, moment_x = 0, moment_y = 0;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const double m = static_cast<double>(ink(x, y));
      mass += m;
      moment_x += m * (x + 0.5);
      moment_y += m * (y + 0.5);
    }

  const double step = std::max(g.box.width(), g.box.height()) / static_cast<double>(digit_side);
  // The digit moves by whole output pixels, so that one which has 20 pixels already stays as sharp as it is.
  const auto centred = [step](double box_start, double centre) {
    const double in_box = (centre - box_start) / step - 0.5;
    return axis{box_start + (0.5 - std::round(side / 2 - in_box)) * step, step};
  };
  const axis columns = centred(g.box.left - g.crop.left, moment_x / mass);
  const axis rows = centred(g.box.top - g.crop.top, moment_y / mass);

  std::vector<float> narrowed(static_cast<std::size_t>(side * height));  // [height][side]
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < side; ++x)
      columns.for_window(x, width, [&](int p, float share) {
        narrowed[static_cast<std::size_t>(y * side + x)] += share * ink(p, y);
      });
  mnist_digit digit{};
  for (int y = 0; y < side; ++y)
    rows.for_window(y, height, [&](int p, float share) {
      for (int x = 0; x < side; ++x)
        digit[static_cast<std::size_t>(y * side + x)] +=
            share * narrowed[static_cast<std::size_t>(p * side + x)];
    });

  // The middle of a stroke is white, whatever the ink or the width of the pen.
  const float peak = *std::max_element(digit.begin(), digit.end());
  for (float& p : digit) p *= 255.0f / 256.0f / peak;
  return digit;
}
