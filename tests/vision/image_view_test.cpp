// Images that somebody else owns: strides, and what is said of wrong ones.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <edgenn/vision/image_view.hpp>
#include <limits>
#include <string_view>

namespace {

using namespace edgenn;

std::string_view text(const image_error::message_text& line) { return line.view(); }

TEST_CASE("a view knows its pixels by row, column and channel") {
  static constexpr std::array<std::uint8_t, 20> bytes{0,  1,  2,  3,  4,  5,  90, 91, 92, 93,
                                                      10, 11, 12, 13, 14, 15, 94, 95, 96, 97};
  constexpr rgb_image image{bytes.data(), 2, 2, 3, 10};
  static_assert(image(0, 0, 0) == 0 && image(0, 1, 2) == 5 && image(1, 0, 0) == 10 && image(1, 1, 2) == 15);
  static_assert(image.row(1) == bytes.data() + 10 && image.row_elements() == 6);
  static_assert(image.rows(1, 2).height == 1 && image.rows(1, 2)(0, 1, 1) == 14);
  static_assert(rgb_image{bytes.data(), 2, 3, 3}.row_stride == 9, "without gaps");
  std::array<float, 4> numbers{1, 2, 3, 4};
  const image_view<float> writable{numbers.data(), 2, 2, 1};
  const image_view<const float> read_only = writable;
  CHECK(read_only(1, 0, 0) == 3);
}

TEST_CASE("an image as expected is accepted") {
  static constexpr std::array<std::uint8_t, 24> bytes{};
  constexpr rgb_image image{bytes.data(), 2, 4, 3};
  CHECK(checked_image(image));
  CHECK(checked_image(image, 2, 4, 3));
  CHECK(checked_image(image, 0, 4));
  CHECK(checked_image(rgb_image{bytes.data(), 2, 3, 3, 12}, 2, 3, 3));  // a gap between rows
  CHECK(checked_image(image)->width == 4);
}

TEST_CASE("what is wrong with an image is said with both numbers") {
  const std::uint8_t bytes[24] = {};
  const auto said = [](const rgb_image& image, int height = 0, int width = 0, int channels = 0) {
    const auto checked = checked_image(image, height, width, channels);
    REQUIRE_FALSE(checked);
    return checked.error().message();
  };
  const rgb_image image{bytes, 2, 4, 3};
  CHECK(text(said(image, 480)) == "image: height: found 2, expected 480 (rows)");
  CHECK(text(said(image, 2, 5)) == "image: width: found 4, expected 5 (columns)");
  CHECK(text(said(image, 2, 4, 1)) == "image: channels: found 3, expected 1 (elements of a pixel)");
  CHECK(text(said({bytes, 2, 4, 3, 11})) ==
        "image: row stride: found 11, expected 12 (elements from one row to the next: width times channels at least)");
  CHECK(text(said({bytes, 2, 4, 3, -12})) ==
        "image: row stride: found -12, expected 12 (elements from one row to the next: width times channels at least)");
  CHECK(text(said({nullptr, 2, 4, 3})) == "image: data: found none (null pointer)");
  CHECK(text(said({})) == "image: height: found 0, expected 1 (rows)");
  CHECK(text(said({bytes, 2, -4, 3})) == "image: width: found -4, expected 1 (columns)");
  constexpr int lowest = std::numeric_limits<int>::min(), highest = std::numeric_limits<int>::max();
  CHECK(text(said({bytes, lowest, 1, 1})) == "image: height: found -2147483648, expected 1 (rows)");
  CHECK(text(said({bytes, 1, highest, highest, 5})).substr(0, 60)
        == "image: row stride: found 5, expected 4611686014132420609 (el");
}

}  // namespace
