// From photos to inputs, and from outputs to classes.
#include <doctest/doctest.h>

#include <array>
#include <edgenn/vision/preprocessing.hpp>
#include <edgenn/vision/top.hpp>
#include <limits>
#include <vector>

namespace {

using namespace edgenn;
using pixels = std::vector<std::uint8_t>;
using numbers = std::vector<float>;

/// A photo whose pixel (row, column) has `level(row, column)` in all channels.
pixels photo_of(int width, int height, auto level) {
  pixels p;
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column)
      p.insert(p.end(), 3, static_cast<std::uint8_t>(level(row, column)));
  return p;
}

/// The grey levels that become of it, its three channels being equal.
numbers scaled(const pixels& p, int width, int height, int out_width, int out_height, fit f = fit::crop) {
  const preprocessing how{.height = out_height, .width = out_width};
  numbers input(static_cast<std::size_t>(how.size()), -1.0f), levels;
  preprocess(how, {p.data(), width, height}, input, f);
  for (std::size_t i = 0; i < input.size(); i += 3) {
    CHECK(input[i] == input[i + 1]);
    CHECK(input[i] == input[i + 2]);
    levels.push_back(input[i]);
  }
  return levels;
}

TEST_CASE("a photo of the input's size stays as it is") {
  pixels p;
  for (int i = 0; i < 3 * 5 * 4; ++i) p.push_back(static_cast<std::uint8_t>(4 * i));
  for (const channel_order order : {channel_order::rgb, channel_order::bgr, channel_order::grey}) {
    const preprocessing how{4, 5, order, {10, 20, 30}, {1, 2, 3}};
    numbers direct(static_cast<std::size_t>(how.size())), from_photo(direct.size());
    preprocess(how, p, direct);
    preprocess(how, {p.data(), 5, 4}, from_photo);
    CHECK(from_photo == direct);
  }
}

TEST_CASE("enlarging interpolates between the centres of pixels") {
  const pixels p = photo_of(2, 1, [](int, int column) { return column * 100; });
  CHECK(scaled(p, 2, 1, 4, 2) == numbers{0, 25, 75, 100, 0, 25, 75, 100});
}

TEST_CASE("making smaller counts every pixel: a triangle as wide as two output pixels") {
  const pixels p = photo_of(4, 4, [](int, int column) { return column == 1 ? 80 : 0; });
  // Weights 3, 3, 1 of the columns 0 to 2 for the left pixel, 1, 3, 3, 1 without the border.
  CHECK(scaled(p, 4, 4, 2, 2) == numbers{34, 11, 34, 11});
  const pixels lines = photo_of(64, 64, [](int row, int) { return row % 2 == 0 ? 0 : 200; });
  for (const float level : scaled(lines, 64, 64, 8, 8)) CHECK(std::abs(level - 100) <= 10);
}

TEST_CASE("a photo of one level has that level in any size") {
  for (const int level : {0, 1, 127, 255})
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 300}, {300, 1}, {3, 2}, {37, 91}})
      for (const fit f : {fit::crop, fit::stretch})
        for (const float v :
             scaled(photo_of(width, height, [&](int, int) { return level; }), width, height, 16, 12, f))
          CHECK(v == static_cast<float>(level));
}

TEST_CASE("crop takes the middle, stretch all") {
  const pixels wide = photo_of(12, 4, [](int, int column) { return column / 4 == 1 ? 50 : 200; });
  CHECK(scaled(wide, 12, 4, 4, 4) == numbers(16, 50));
  CHECK(scaled(wide, 12, 4, 12, 4)[0] == 200);
  CHECK(scaled(wide, 12, 4, 4, 4, fit::stretch)[0] > 150);
  const pixels tall = photo_of(4, 12, [](int row, int) { return row / 4 == 1 ? 50 : 200; });
  CHECK(scaled(tall, 4, 12, 4, 4) == numbers(16, 50));
}

TEST_CASE("what does not fit is left out") {
  const pixels p(3 * 2 * 2, 7);
  const preprocessing how{.height = 2, .width = 2};
  numbers input(10, -1.0f);
  preprocess(how, {p.data(), 2, 2}, std::span{input}.first(8));
  CHECK(input == numbers{7, 7, 7, 7, 7, 7, -1, -1, -1, -1});
  std::fill(input.begin(), input.end(), -1.0f);
  for (const photo_view nothing : {photo_view{}, {nullptr, 2, 2}, {p.data(), 0, 2}, {p.data(), 2, -1}})
    preprocess(how, nothing, input);
  preprocess({}, {p.data(), 2, 2}, input);
  CHECK(input == numbers(10, -1.0f));
}

TEST_CASE("the most probable classes, best first") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                  infinity = std::numeric_limits<float>::infinity();
  using three = std::array<scored_class, 3>;
  CHECK(top<3>(numbers{1, 4, 2, 4, 3}) == three{{{1, 4}, {3, 4}, {4, 3}}});
  CHECK(top<1>(numbers{-5, -3})[0] == scored_class{1, -3});
  CHECK(top<3>(numbers{nan, -infinity, nan, infinity}) == three{{{3, infinity}, {1, -infinity}, {}}});
  CHECK(top<3>(numbers{}) == three{});
}

}  // namespace
