#include "fitting.hpp"

#include <algorithm>
#include <cmath>
#include <edgenn/vision/resampling.hpp>
#include <stdexcept>

placement fitted(int width, int height, const canvas_size& canvas) {
  const double scale = std::min(static_cast<double>(canvas.free_width()) / width,
                                static_cast<double>(canvas.free_height()) / height);
  const auto scaled = [scale](int size, int limit) {
    return std::clamp(static_cast<int>(std::lround(scale * size)), 1, limit);
  };
  placement p;
  p.width = scaled(width, canvas.free_width());
  p.height = scaled(height, canvas.free_height());
  p.left = (canvas.width - p.width) / 2;
  p.top = canvas.height - p.height;
  p.scale_x = static_cast<float>(p.width) / static_cast<float>(width);
  p.scale_y = static_cast<float>(p.height) / static_cast<float>(height);
  return p;
}

std::size_t best_canvas(int width, int height, const std::vector<canvas_size>& canvases) {
  const auto pixels = [](const canvas_size& c) { return static_cast<double>(c.width) * c.height; };
  // Scales above 1 are worth no more than 1.
  const auto shown = [&](const canvas_size& c) {
    return std::min(
        {1.0, static_cast<double>(c.free_width()) / width, static_cast<double>(c.free_height()) / height});
  };
  const auto best =
      std::max_element(canvases.begin(), canvases.end(), [&](const canvas_size& a, const canvas_size& b) {
        return shown(a) < shown(b) || (shown(a) == shown(b) && pixels(a) > pixels(b));
      });
  return static_cast<std::size_t>(best - canvases.begin());
}

photo placed(const photo& p, const placement& where, const canvas_size& canvas) {
  photo result;
  result.width = canvas.width;
  result.height = canvas.height;
  const std::size_t row = 3 * static_cast<std::size_t>(canvas.width);
  result.rgb.assign(row * static_cast<std::size_t>(canvas.height), 0);
  const edgenn::rgb_image from{p.rgb.data(), p.height, p.width, 3};
  const edgenn::image_view<std::uint8_t> to{result.rgb.data() + row * static_cast<std::size_t>(where.top)
                                                + 3 * static_cast<std::size_t>(where.left),
                                            where.height, where.width, 3, static_cast<std::ptrdiff_t>(row)};
  const bool is_smaller = std::min(where.scale_x, where.scale_y) < 1;
  std::vector<float> scratch(std::max(edgenn::area_scratch(from, to), edgenn::bilinear_scratch(from, to)));
  const bool done =
      is_smaller ? edgenn::resize_area(from, to, scratch) : edgenn::resize_bilinear(from, to, scratch);
  if (!done) throw std::logic_error{"placed: a photo without pixels"};
  return result;
}
