// Resized images against OpenCV, PyTorch and a computation in double; windows, strips, threads, bad sizes.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <edgenn/vision/resampling.hpp>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace edgenn;
using bytes = std::vector<std::uint8_t>;
using numbers = std::vector<float>;

enum class filter { area, bilinear };

struct golden {
  const char* by;
  filter how;
  int height, width, channels, padding_below, out_height, out_width;
  numbers expected;
};

std::vector<golden> goldens() {
  return {
#include "resize_golden.inc"
  };
}

/// The source image of make_resize_golden.py.
bytes source_image(int height, int width, int channels) {
  bytes image;
  for (unsigned i = 0; i < static_cast<unsigned>(height * width * channels); ++i)
    image.push_back(static_cast<std::uint8_t>(i * 2654435761u >> 13));
  return image;
}

struct extents {
  int height, width, channels;
  std::size_t size() const { return static_cast<std::size_t>(height * width * channels); }
};

template <class To, class From>
image_view<To> view_of(From& elements, extents e) {
  return {elements.data(), e.height, e.width, e.channels};
}

bool resized(filter f, const auto& from, const auto& to, std::span<float> scratch, const resampling& how = {},
             share part = {}) {
  return f == filter::area ? resize_area(from, to, scratch, how, part)
                           : resize_bilinear(from, to, scratch, how, part);
}
std::size_t scratch_of(filter f, const auto& from, const auto& to, const resampling& how = {}) {
  return f == filter::area ? area_scratch(from, to, how) : bilinear_scratch(from, to, how);
}

/// All of an image, with exactly as much scratch memory as is asked for.
template <class To = float, class From>
std::vector<To> resize(filter f, const std::vector<From>& image, extents in, int height, int width,
                       const resampling& how = {}) {
  const extents out{height, width, in.channels};
  std::vector<To> result(out.size(), To{77});
  const auto from = view_of<const From>(image, in);
  const auto to = view_of<To>(result, out);
  numbers scratch(scratch_of(f, from, to, how));
  REQUIRE(resized(f, from, to, scratch, how));
  return result;
}

/// The largest difference.
float distance(const numbers& a, const numbers& b) {
  REQUIRE(a.size() == b.size());
  float most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

numbers as_floats(const bytes& b) { return {b.begin(), b.end()}; }

TEST_CASE("images are resized as by OpenCV and PyTorch") {
  const auto all = goldens();
  CHECK(all.size() == 17);
  for (const golden& g : all) {
    CAPTURE(g.by);
    CAPTURE(g.height);
    CAPTURE(g.out_height);
    resampling how;
    how.window.height = static_cast<float>(g.height + g.padding_below);
    if (g.padding_below > 0) how.beyond = beyond_image::zero;
    const extents in{g.height, g.width, g.channels};
    const bytes image = source_image(in.height, in.width, in.channels);
    const numbers from_bytes = resize(g.how, image, in, g.out_height, g.out_width, how);
    CHECK(distance(from_bytes, g.expected) < 2e-4f);
    const numbers from_floats = resize(g.how, as_floats(image), in, g.out_height, g.out_width, how);
    CHECK(distance(from_floats, from_bytes) < 1e-4f);
  }
}

/// What `resize_area` and `resize_bilinear` say they compute, for one output, all in double.
double expected_of(filter f, const bytes& image, extents in, const resampling& how, int height, int width,
                   int y, int x, int c) {
  const auto at = [&](int row, int column) {
    const bool inside = row >= 0 && row < in.height && column >= 0 && column < in.width;
    if (!inside && how.beyond == beyond_image::zero) return 0.0;
    row = std::clamp(row, 0, in.height - 1);
    column = std::clamp(column, 0, in.width - 1);
    return static_cast<double>(image[static_cast<std::size_t>((row * in.width + column) * in.channels + c)]);
  };
  const double step_y = static_cast<double>(how.window.height) / height,
               step_x = static_cast<double>(how.window.width) / width;
  if (f == filter::bilinear) {
    const double py = static_cast<double>(how.window.y) + (y + 0.5) * step_y - 0.5,
                 px = static_cast<double>(how.window.x) + (x + 0.5) * step_x - 0.5;
    const double fy = py - std::floor(py), fx = px - std::floor(px);
    const int row = static_cast<int>(std::floor(py)), column = static_cast<int>(std::floor(px));
    return (1 - fy) * ((1 - fx) * at(row, column) + fx * at(row, column + 1))
           + fy * ((1 - fx) * at(row + 1, column) + fx * at(row + 1, column + 1));
  }
  const double top = static_cast<double>(how.window.y) + y * step_y,
               left = static_cast<double>(how.window.x) + x * step_x;
  double sum = 0;
  for (int row = static_cast<int>(std::floor(top)); row < top + step_y; ++row)
    for (int column = static_cast<int>(std::floor(left)); column < left + step_x; ++column) {
      const double high = std::min(row + 1.0, top + step_y) - std::max<double>(row, top);
      const double wide = std::min(column + 1.0, left + step_x) - std::max<double>(column, left);
      if (high > 0 && wide > 0) sum += high * wide * at(row, column);
    }
  return sum / (step_y * step_x);
}

TEST_CASE("windows of any place and size, reaching beyond the image") {
  std::mt19937 random(5);
  const auto between = [&](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
  for (int run = 0; run < 400; ++run) {
    const extents in{between(1, 12), between(1, 12), between(1, 4)};
    const bytes image = source_image(in.height, in.width, in.channels);
    resampling how;
    how.window = {static_cast<float>(between(-60, 60)) / 7, static_cast<float>(between(-60, 60)) / 7,
                  static_cast<float>(between(1, 100)) / 5, static_cast<float>(between(1, 100)) / 5};
    how.beyond = run % 2 == 0 ? beyond_image::zero : beyond_image::nearest;
    const int height = between(1, 9), width = between(1, 9);
    CAPTURE(run);
    for (const filter f : {filter::area, filter::bilinear}) {
      const numbers result = resize(f, image, in, height, width, how);
      float most = 0;
      std::size_t i = 0;
      for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
          for (int c = 0; c < in.channels; ++c)
            most = std::max(
                most, std::abs(result[i++]
                               - static_cast<float>(expected_of(f, image, in, how, height, width, y, x, c))));
      CHECK(most < 1e-3f);
    }
  }
}

TEST_CASE("an image of one colour keeps it in any size") {
  for (const extents in : {extents{1, 1, 3}, {1, 50, 3}, {37, 1, 3}, {31, 17, 1}, {9, 9, 3}})
    for (const filter f : {filter::area, filter::bilinear})
      for (const int level : {0, 1, 128, 255})
        for (const auto& [height, width] : {std::pair{1, 1}, {5, 3}, {40, 60}}) {
          const bytes image(in.size(), static_cast<std::uint8_t>(level));
          for (const float v : resize(f, image, in, height, width))
            CHECK(v == doctest::Approx(level).epsilon(1e-6));
          CHECK(resize<std::uint8_t>(f, image, in, height, width)
                == bytes(static_cast<std::size_t>(height * width * in.channels),
                         static_cast<std::uint8_t>(level)));
        }
}

TEST_CASE("an image of the same size stays as it is") {
  const extents in{6, 11, 3};
  const bytes image = source_image(in.height, in.width, in.channels);
  for (const filter f : {filter::area, filter::bilinear}) {
    CHECK(resize(f, image, in, in.height, in.width) == as_floats(image));
    CHECK(resize<std::uint8_t>(f, image, in, in.height, in.width) == image);
  }
}

TEST_CASE("to whole numbers: halves up, clamped, NaN is 0") {
  const numbers pairs{0, 1, 1, 2, -30, 20, 250, 270, 1e30f, 1e30f, -1e30f, 0, 254, 255};
  CHECK(resize<std::uint8_t>(filter::area, pairs, {1, 14, 1}, 1, 7) == bytes{1, 2, 0, 255, 255, 0, 255});
  const numbers nan{std::numeric_limits<float>::quiet_NaN()};
  CHECK(resize<std::uint8_t>(filter::area, nan, {1, 1, 1}, 1, 1) == bytes{0});
}

TEST_CASE("channels are exchanged and normalised on the way out") {
  const extents in{5, 8, 3};
  const bytes image = source_image(in.height, in.width, in.channels);
  resampling how;
  const float mean[3] = {10, 20, 30}, scale[3] = {1, 0.5f, 0.25f};
  std::copy(mean, mean + 3, how.mean);
  std::copy(scale, scale + 3, how.scale);
  for (const filter f : {filter::area, filter::bilinear})
    for (const bool swap : {false, true}) {
      how.swap_red_and_blue = swap;
      const numbers plain = resize(f, image, in, 3, 4), result = resize(f, image, in, 3, 4, how);
      for (std::size_t i = 0; i < result.size(); ++i) {
        const std::size_t c = i % 3, from = i - c + (swap ? 2 - c : c);
        CHECK(result[i]
              == doctest::Approx(static_cast<double>((plain[from] - mean[c]) * scale[c])).epsilon(1e-5));
      }
    }
}

TEST_CASE("three channels give what one channel at a time gives") {
  const extents in{13, 29, 3};
  const bytes image = source_image(in.height, in.width, in.channels);
  for (const filter f : {filter::area, filter::bilinear}) {
    const numbers together = resize(f, image, in, 5, 7);
    for (std::size_t c = 0; c < 3; ++c) {
      bytes plane;
      for (std::size_t i = c; i < image.size(); i += 3) plane.push_back(image[i]);
      const numbers alone = resize(f, plane, {in.height, in.width, 1}, 5, 7);
      for (std::size_t i = 0; i < alone.size(); ++i)
        CHECK(together[3 * i + c] == doctest::Approx(static_cast<double>(alone[i])).epsilon(1e-6));
    }
  }
}

TEST_CASE("strips and shares have the bits of the whole, and nothing beside them is written") {
  const extents in{23, 31, 3}, out{10, 12, 3};
  const int stride = 31 * 3 + 5, out_stride = 12 * 3 + 7;
  const bytes dense = source_image(in.height, in.width, in.channels);
  bytes image(static_cast<std::size_t>(stride * in.height), 201);
  for (int y = 0; y < in.height; ++y) std::copy_n(dense.begin() + y * 93, 93, image.begin() + y * stride);
  const rgb_image from{image.data(), in.height, in.width, 3, stride};
  for (const filter f : {filter::area, filter::bilinear}) {
    const numbers whole = resize(f, dense, in, out.height, out.width);
    const auto is_row = [&](const float* row, int y) {
      return std::equal(row, row + 36, whole.begin() + y * 36)
             && std::all_of(row + 36, row + out_stride, [](float v) { return v == -5; });
    };
    for (int first = 0; first <= out.height; ++first)
      for (int last = first; last <= out.height; ++last) {
        numbers strip(static_cast<std::size_t>(out_stride * (last - first + 1)), -5.0f);
        resampling how;
        how.height = out.height;
        how.first_row = first;
        const image_view<float> to{strip.data(), last - first, out.width, 3, out_stride};
        numbers scratch(scratch_of(f, from, to, how));
        REQUIRE(resized(f, from, to, scratch, how));
        for (int y = first; y < last; ++y) CHECK(is_row(strip.data() + (y - first) * out_stride, y));
        CHECK(std::all_of(strip.end() - out_stride, strip.end(), [](float v) { return v == -5; }));
      }
    for (const int shares : {2, 3, 16}) {
      numbers result(static_cast<std::size_t>(out_stride * out.height), -5.0f);
      const image_view<float> to{result.data(), out.height, out.width, 3, out_stride};
      for (int i = 0; i < shares; ++i) {
        numbers scratch(scratch_of(f, from, to));
        REQUIRE(resized(f, from, to, scratch, {}, {i, shares}));
      }
      for (int y = 0; y < out.height; ++y) CHECK(is_row(result.data() + y * out_stride, y));
    }
  }
}

TEST_CASE("what cannot be made is refused and nothing is written") {
  const bytes image = source_image(4, 4, 3);
  numbers result(2 * 2 * 3, -5.0f), scratch(1000);
  const rgb_image from{image.data(), 4, 4, 3};
  const image_view<float> to{result.data(), 2, 2, 3};
  const float infinity = std::numeric_limits<float>::infinity(),
              nan = std::numeric_limits<float>::quiet_NaN();
  const auto refused = [&](const rgb_image& f, const image_view<float>& t, const resampling& how = {}) {
    for (const filter kind : {filter::area, filter::bilinear}) CHECK_FALSE(resized(kind, f, t, scratch, how));
  };
  refused({}, to);
  refused({image.data(), 0, 4, 3}, to);
  refused({image.data(), 4, -4, 3}, to);
  refused({image.data(), 4, 4, 0}, to);
  refused({nullptr, 4, 4, 3}, to);
  refused({image.data(), 4, 4, 3, 11}, to);
  refused({image.data(), 4, 4, 1}, to);
  refused(from, {});
  refused(from, {result.data(), 2, 0, 3});
  refused(from, {result.data(), 0, 2, 3});
  refused(from, {nullptr, 2, 2, 3});
  refused(from, {result.data(), 2, 2, 3, 5});
  for (const float bad : {infinity, -infinity, nan, -1.0f, 1e30f}) {
    resampling how;
    how.window.height = bad;
    refused(from, to, how);
    how.window = {0, 0, 0, bad};
    refused(from, to, how);
    if (bad == -1.0f) continue;
    how.window = {bad, 0, 4, 4};
    refused(from, to, how);
    how.window = {0, bad, 4, 4};
    refused(from, to, how);
  }
  resampling rows;
  rows.height = 3;
  rows.first_row = 2;
  refused(from, to, rows);
  rows.first_row = -1;
  refused(from, to, rows);
  rows = {};
  rows.height = 1;
  refused(from, to, rows);
  for (const filter kind : {filter::area, filter::bilinear}) {
    const std::size_t enough = scratch_of(kind, from, to);
    CHECK(enough > 0);
    CHECK(scratch_of(kind, from, image_view<float>{result.data(), 2, 2, 1}) == 0);
    CHECK_FALSE(resized(kind, from, to, std::span{scratch}.first(enough - 1)));
  }
  CHECK(result == numbers(12, -5.0f));
}

TEST_CASE("compilers resize as well") {
  constexpr auto resized_by_compiler = [] {
    std::array<std::uint8_t, 4 * 6 * 3> image{};
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(i);
    std::array<std::uint8_t, 2 * 3 * 3> result{};
    const rgb_image from{image.data(), 4, 6, 3};
    const image_view<std::uint8_t> to{result.data(), 2, 3, 3};
    std::array<float, 200> scratch{};
    if (area_scratch(from, to) > scratch.size() || !resize_area(from, to, scratch)) result = {};
    return result;
  }();
  // Means of four pixels: (0 + 3 + 18 + 21) / 4 and so on.
  static_assert(resized_by_compiler[0] == 11 && resized_by_compiler[1] == 12 && resized_by_compiler[3] == 17);
  bytes image(4 * 6 * 3);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(i);
  CHECK(resize<std::uint8_t>(filter::area, image, {4, 6, 3}, 2, 3)
        == bytes(resized_by_compiler.begin(), resized_by_compiler.end()));
}

}  // namespace
