// Sizes of image pyramids, and what their levels show.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <edgenn/vision/pyramid.hpp>
#include <vector>

namespace {

using namespace edgenn;
using bytes = std::vector<std::uint8_t>;
using numbers = std::vector<float>;

// The proposal for 640 x 480 with as many rows of padding: the smallest person, of 78 pixels, fills 0.966 of
// a patch of 32 rows at level 0.
constexpr pyramid of_persons{480, 640, 480, 32 * 0.966 / 78, 12, 7};
constexpr extent sizes[12] = {{380, 254}, {344, 230}, {312, 208}, {282, 189}, {256, 171}, {232, 155},
                              {210, 140}, {190, 127}, {172, 115}, {156, 104}, {141, 94},  {128, 85}};
static_assert([] {
  for (int k = 0; k < 12; ++k)
    if (of_persons.size(k) != sizes[k]) return false;
  return true;
}());
static_assert(of_persons.pixels() == 487238);
static_assert(of_persons.is_valid() && of_persons.padded_height() == 960);
static_assert(of_persons.row_pitch(11) == 7.5f && of_persons.image_rows(0) == 190
              && of_persons.image_rows(10) == 71 && of_persons.image_rows(11) == 64);

TEST_CASE("heights of persons over the 26 scales") {
  constexpr int heights[26] = {78,  86,  95,  105, 116, 128, 142, 156, 173, 191, 211, 232, 257,
                               283, 313, 345, 381, 421, 465, 513, 567, 626, 691, 763, 842, 930};
  for (int scale = 0; scale < 26; ++scale) {
    const int k = scale < 7 ? scale : scale < 14 ? scale - 7 : scale - 14;
    const int patch = scale < 7 ? 32 : scale < 14 ? 64 : 128;
    const float height = 0.966f * static_cast<float>(patch) * of_persons.row_pitch(k);
    // Sides of levels are whole numbers of pixels: half a pixel of the smallest level is 0.4 %.
    CHECK(std::abs(height / static_cast<float>(heights[scale]) - 1) < 0.008f);
  }
}

TEST_CASE("seven levels further everything is half as large") {
  for (int height = 16; height < 1200; height += 13)
    for (const double scale : {0.2, 0.39626, 1.0, 1.7}) {
      const pyramid p{height, height + 30, 0, scale, 20, 7};
      CHECK(p.size(0).h == 2 * p.size(7).h);
      CHECK(p.size(0).w == 2 * p.size(7).w);
      CHECK(std::abs(static_cast<float>(p.size(0).h) - static_cast<float>(scale) * static_cast<float>(height))
            <= 1.001f);
      for (int k = 0; k + 7 < p.levels; ++k) CHECK(std::abs(p.size(k).h - 2 * p.size(k + 7).h) <= 1);
      for (int k = 0; k + 1 < p.levels; ++k) CHECK(p.size(k).h >= p.size(k + 1).h);
    }
}

TEST_CASE("powers and logarithms of two are those of the standard library") {
  for (double v = -30; v < 30; v += 0.37)
    CHECK(detail::exp2_of(v) == doctest::Approx(std::exp2(v)).epsilon(1e-14));
  for (double v = 1e-6; v < 1e9; v *= 1.9) CHECK(std::abs(detail::log2_of(v) - std::log2(v)) < 1e-13);
  CHECK(detail::exp2_of(-1) == 0.5);
  CHECK(detail::log2_of(1) == 0);
}

constexpr pyramid small{48, 64, 48, 0.8, 9, 7};

bytes photo() {
  bytes pixels;
  for (unsigned i = 0; i < 48 * 64 * 3; ++i)
    pixels.push_back(static_cast<std::uint8_t>(i * 2654435761u >> 13));
  return pixels;
}

resampling to_inputs() {
  resampling how;
  for (int c = 0; c < 3; ++c) {
    how.mean[c] = 128;
    how.scale[c] = 1.0f / 64;
  }
  return how;
}

numbers level(const pyramid& p, int k, const bytes& pixels, const resampling& how = {}) {
  const extent s = p.size(k);
  numbers result(static_cast<std::size_t>(s.h * s.w * 3)), scratch(level_scratch(p));
  REQUIRE(make_level(p, k, rgb_image{pixels.data(), p.height, p.width, 3},
                     image_view<float>{result.data(), s.h, s.w, 3}, scratch, how));
  return result;
}

TEST_CASE("level seven is the mean of 2x2 pixels of level zero") {
  const numbers first = level(small, 0, photo()), half = level(small, 7, photo());
  const int height = small.size(7).h, width = small.size(7).w;
  for (int y = 0; y < height; ++y)
    for (int i = 0; i < width * 3; ++i) {
      const int column = i / 3, c = i % 3;
      float sum = 0;
      for (int dy = 0; dy < 2; ++dy)
        for (int dx = 0; dx < 2; ++dx)
          sum += first[static_cast<std::size_t>(((2 * y + dy) * 2 * width + 2 * column + dx) * 3 + c)];
      CHECK(half[static_cast<std::size_t>(y * width * 3 + i)]
            == doctest::Approx(static_cast<double>(sum / 4)).epsilon(1e-5));
    }
}

TEST_CASE("below the image are zeros, before the mean is subtracted") {
  const numbers inputs = level(small, 3, bytes(48 * 64 * 3, 255), to_inputs());
  const extent s = small.size(3);
  const double last = 1.0 * s.h * 48 / 96;  // the image's lower edge
  for (int y = 0; y < s.h; ++y) {
    const double share = std::clamp(last - y, 0.0, 1.0);  // of the row that is image
    for (int i = 0; i < s.w * 3; ++i)
      CHECK(inputs[static_cast<std::size_t>(y * s.w * 3 + i)]
            == doctest::Approx((255 * share - 128) / 64).epsilon(1e-5));
  }
  CHECK(inputs.back() == -2.0f);
}

TEST_CASE("rows of a level, made alone or by several threads, have its bits") {
  const bytes pixels = photo();
  const numbers whole = level(small, 2, pixels, to_inputs());
  const extent s = small.size(2);
  const std::ptrdiff_t row = s.w * 3;
  const rgb_image image{pixels.data(), 48, 64, 3};
  numbers scratch(level_scratch(small));
  for (int first = 0; first < s.h; first += 5) {
    numbers strip(static_cast<std::size_t>(5 * row));
    const int rows = std::min(5, s.h - first);
    REQUIRE(make_level(small, 2, image, image_view<float>{strip.data(), rows, s.w, 3}, scratch, to_inputs(),
                       first));
    CHECK(std::equal(strip.begin(), strip.begin() + rows * row, whole.begin() + first * row));
  }
  numbers shared(whole.size());
  for (int i = 0; i < 3; ++i)
    REQUIRE(make_level(small, 2, image, image_view<float>{shared.data(), s.h, s.w, 3}, scratch, to_inputs(),
                       0, {i, 3}));
  CHECK(shared == whole);
}

TEST_CASE("images and levels of other sizes are refused") {
  const bytes pixels = photo();
  const extent s = small.size(1);
  numbers result(static_cast<std::size_t>(s.h * s.w * 3), -5.0f), scratch(level_scratch(small));
  const rgb_image image{pixels.data(), 48, 64, 3};
  const image_view<float> to{result.data(), s.h, s.w, 3};
  CHECK_FALSE(make_level(small, 1, rgb_image{pixels.data(), 47, 64, 3}, to, scratch));
  CHECK_FALSE(make_level(small, 1, rgb_image{pixels.data(), 48, 63, 3}, to, scratch));
  CHECK_FALSE(make_level(small, 1, rgb_image{pixels.data(), 48, 64, 1}, to, scratch));
  CHECK_FALSE(make_level(small, -1, image, to, scratch));
  CHECK_FALSE(make_level(small, small.levels, image, to, scratch));
  CHECK_FALSE(make_level(small, 2, image, to, scratch));
  CHECK_FALSE(make_level(small, 1, image, to, scratch, {}, 1));
  CHECK_FALSE(make_level(small, 1, image, to, std::span{scratch}.first(10)));
  CHECK(result == numbers(result.size(), -5.0f));
  CHECK(make_level(small, 1, image, to, scratch));
}

TEST_CASE("a pyramid of one pixel, and pyramids that are none") {
  constexpr pyramid one{1, 1, 0, 1, 8, 7};
  for (int k = 0; k < one.levels; ++k) CHECK(one.size(k).h >= 1);
  const bytes pixel{10, 20, 30};
  for (int k = 0; k < one.levels; ++k) {
    const numbers made = level(one, k, pixel);
    for (std::size_t i = 0; i < made.size(); ++i)
      CHECK(made[i] == doctest::Approx(pixel[i % 3]).epsilon(1e-6));
  }
  static_assert(!pyramid{}.is_valid() && !pyramid{1, 1, -1, 1, 1}.is_valid()
                && !pyramid{1, 1, 0, 0, 1}.is_valid() && !pyramid{1, 1, 0, 1, 0}.is_valid()
                && !pyramid{1, 1, 0, 1, 1, 0}.is_valid() && !pyramid{1, 0, 0, 1}.is_valid()
                && !pyramid{1, 1, 0, __builtin_nanf("")}.is_valid() && !pyramid{1, 1, 0, -1}.is_valid()
                && !pyramid{1 << 20, 1, 0, 32}.is_valid() && pyramid{1 << 20, 1, 0, 8}.is_valid()
                && !pyramid{1, 1, 0, __builtin_huge_valf()}.is_valid()
                && !pyramid{1 << 23, 1, 1 << 23, 1}.is_valid() && !pyramid{1 << 20, 1, 0, 16}.is_valid()
                && !pyramid{1, 1 << 20, 0, 16}.is_valid() && pyramid{1 << 20, 1, 0, 15}.is_valid());
}

}  // namespace
