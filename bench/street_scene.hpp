#pragma once
// A photo to look for persons in, where there is no other: a street with figures, drawn by arithmetic.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <edgenn/person_config.hpp>
#include <vector>

#include "synthetic.hpp"

namespace bench {

/// Red, green and blue of `height` x `width` pixels: sky, houses, a street, and persons of 1.2 to 1.9 m at
/// several distances from `camera`, which looks at the horizon. The same on every machine.
class street_scene {
 public:
  street_scene(int height, int width, const edgenn::ground_plane& camera)
      : height_{height}, width_{width}, rgb_(static_cast<std::size_t>(3 * height * width)) {
    draw_street();
    const double focal = static_cast<double>(camera.focal_length.value());
    const double above = static_cast<double>(camera.camera_height.value());
    for (int i = 0; i < 14; ++i) {
      const double distance = 18 / (1 + i * .6);  // far ones first: near ones hide them
      const double tall = 1.2 + .7 * uniform();
      const double feet = height / 2 + focal * above / distance;
      draw_person(width * uniform(), feet, focal * tall / distance);
    }
    for (std::uint8_t& v : rgb_)
      v = static_cast<std::uint8_t>(std::clamp(v + static_cast<int>(numbers_.symmetric(7)), 0, 255));
  }
  const std::vector<std::uint8_t>& rgb() const { return rgb_; }

 private:
  struct colour {
    int r, g, b;
  };
  double uniform() { return (static_cast<double>(numbers_.symmetric(1)) + 1) / 2; }
  colour any_colour() {
    const auto part = [this] { return static_cast<int>(20 + 200 * uniform()); };
    return {part(), part(), part()};
  }
  void set(int y, int x, colour c) {
    if (y < 0 || y >= height_ || x < 0 || x >= width_) return;
    std::uint8_t* pixel = rgb_.data() + 3 * (static_cast<std::ptrdiff_t>(y) * width_ + x);
    pixel[0] = static_cast<std::uint8_t>(c.r);
    pixel[1] = static_cast<std::uint8_t>(c.g);
    pixel[2] = static_cast<std::uint8_t>(c.b);
  }

  void draw_street() {
    const int horizon = height_ / 2;
    for (int y = 0; y < height_; ++y)
      for (int x = 0; x < width_; ++x) {
        const int grey = 90 + 40 * (y - horizon) / std::max(horizon, 1);
        set(y, x,
            y < horizon ? colour{150 + 60 * y / horizon, 180 + 40 * y / horizon, 225}
                        : colour{grey, grey, grey});
      }
    for (int x = 0; x < width_;) {  // houses with windows
      const int house = width_ / 10 + static_cast<int>(width_ * uniform() / 8);
      const int top = static_cast<int>(horizon * (.15 + .5 * uniform())), bottom = horizon + height_ / 20;
      const int storey = std::max(height_ / 14, 4);
      const colour wall = any_colour(), window = any_colour();
      for (int y = top; y < bottom; ++y)
        for (int i = 0; i < house; ++i) {
          const bool pane = (y - top) % storey > storey / 2 && i % storey > storey / 3;
          set(y, x + i, pane ? window : wall);
        }
      x += house;
    }
  }

  void ellipse(double y, double x, double half_height, double half_width, colour c) {
    for (int row = static_cast<int>(y - half_height); row <= y + half_height; ++row)
      for (int column = static_cast<int>(x - half_width); column <= x + half_width; ++column) {
        const double u = (row + .5 - y) / half_height, v = (column + .5 - x) / half_width;
        if (u * u + v * v <= 1) set(row, column, c);
      }
  }
  void draw_person(double x, double feet, double tall) {
    const colour skin{220, 180, 150}, coat = any_colour(), trousers = any_colour();
    const double top = feet - tall;
    ellipse(feet - .24 * tall, x - .06 * tall, .25 * tall, .05 * tall, trousers);
    ellipse(feet - .24 * tall, x + .07 * tall, .25 * tall, .05 * tall, trousers);
    ellipse(top + .34 * tall, x - .13 * tall, .2 * tall, .035 * tall, coat);
    ellipse(top + .34 * tall, x + .13 * tall, .2 * tall, .035 * tall, coat);
    ellipse(top + .34 * tall, x, .22 * tall, .11 * tall, coat);
    ellipse(top + .075 * tall, x, .075 * tall, .055 * tall, skin);
  }

  int height_, width_;
  std::vector<std::uint8_t> rgb_;
  random_numbers numbers_{2017};
};

}  // namespace bench
