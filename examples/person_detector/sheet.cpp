#include "sheet.hpp"

#include <algorithm>

#include "fitting.hpp"

namespace {
constexpr int gap = 4;
}

void contact_sheet::add(const photo& p) {
  if (seen_++ % step_ != 0) return;
  const placement fit = fitted(p.width, p.height, {width_, height_});
  kept_.push_back(
      placed(p, {0, 0, fit.width, fit.height, fit.scale_x, fit.scale_y}, {fit.width, fit.height}));
  // Twice as many as fit are thinned to half: those that are left are spread evenly again.
  if (kept_.size() <= 4 * static_cast<std::size_t>(columns_ * rows_)) return;
  std::size_t left = 0;
  for (std::size_t i = 0; i < kept_.size(); i += 2) std::swap(kept_[left++], kept_[i]);
  kept_.resize(left);
  step_ *= 2;
}

photo contact_sheet::drawn() const {
  const std::size_t count = std::min(kept_.size(), static_cast<std::size_t>(columns_ * rows_));
  const int columns = std::min(columns_, static_cast<int>(count));
  const int rows = columns == 0 ? 0 : (static_cast<int>(count) + columns - 1) / columns;
  photo sheet;
  sheet.width = columns * width_ + (columns - 1) * gap;
  sheet.height = rows * height_ + (rows - 1) * gap;
  sheet.rgb.assign(3 * static_cast<std::size_t>(sheet.width) * static_cast<std::size_t>(sheet.height), 255);
  for (std::size_t i = 0; i < count; ++i) {
    // The first and the last, and those evenly between.
    const photo& p = kept_[count == 1 ? 0 : i * (kept_.size() - 1) / (count - 1)];
    const int column = static_cast<int>(i) % columns, row = static_cast<int>(i) / columns;
    const int left = column * (width_ + gap) + (width_ - p.width) / 2,
              top = row * (height_ + gap) + (height_ - p.height) / 2;
    for (int y = 0; y < p.height; ++y)
      std::copy_n(p.rgb.begin() + 3 * static_cast<std::ptrdiff_t>(y) * p.width, 3 * p.width,
                  sheet.rgb.begin() + 3 * (static_cast<std::ptrdiff_t>(top + y) * sheet.width + left));
  }
  return sheet;
}
