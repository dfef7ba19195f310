#pragma once
// Images that somebody else owns, and whether they are what their user expects.
#include <cstddef>
#include <cstdint>
#include <edgenn/detail/text.hpp>
#include <edgenn/result.hpp>
#include <type_traits>

namespace edgenn {

/// An unowned image: `height` rows of `width` pixels of `channels` adjacent elements each. Strides are in
/// elements; rows may have gaps between them. A planar image is one view of one channel for each plane.
template <class T>
struct image_view {
  T* data = nullptr;              ///< the first element of the first row
  int height = 0;                 ///< rows
  int width = 0;                  ///< pixels in a row
  int channels = 0;               ///< elements of a pixel
  std::ptrdiff_t row_stride = 0;  ///< elements from one row to the next

  constexpr image_view() = default;
  /// An image without gaps between its rows.
  constexpr image_view(T* pixels, int rows, int columns, int channels_of_pixel)
      : image_view(pixels, rows, columns, channels_of_pixel,
                   static_cast<std::ptrdiff_t>(columns) * channels_of_pixel) {}
  /// An image whose rows begin `stride` elements apart.
  constexpr image_view(T* pixels, int rows, int columns, int channels_of_pixel, std::ptrdiff_t stride)
      : data{pixels}, height{rows}, width{columns}, channels{channels_of_pixel}, row_stride{stride} {}
  /// The same image, read only.
  constexpr operator image_view<const T>() const requires(!std::is_const_v<T>) {
    return {data, height, width, channels, row_stride};
  }

  /// The first element of row `y`.
  constexpr T* row(int y) const { return data + y * row_stride; }
  /// The element of row `y`, column `x`, channel `c`.
  constexpr T& operator()(int y, int x, int c) const {
    return row(y)[static_cast<std::ptrdiff_t>(x) * channels + c];
  }
  /// Rows [first, end) as an image.
  constexpr image_view rows(int first, int end) const {
    return {row(first), end - first, width, channels, row_stride};
  }
  /// Elements of a row without the gap that may follow it.
  constexpr std::ptrdiff_t row_elements() const { return static_cast<std::ptrdiff_t>(width) * channels; }
  /// Whether a row has more elements than lie between its begin and that of the next one.
  constexpr bool has_overlapping_rows() const { return row_stride < 1LL * width * channels; }
};

/// A photo of 8 bits for each of red, green and blue (or blue, green and red, as OpenCV keeps it).
using rgb_image = image_view<const std::uint8_t>;

/// The properties of an image that can be wrong.
enum class image_field : int { data, height, width, channels, row_stride };

/// What is wrong with an image: the property, what it is and what it should be.
struct image_error {
  image_field field = image_field::data;  ///< what is wrong
  long long found = 0;                    ///< what it is
  long long expected = 0;  ///< what it should be; of sides and strides without a fixed value, the least

  /// A line with `view()` and `c_str()`.
  using message_text = detail::text<120>;
  /// One line, for example "image: height: found 479, expected 480 (rows)".
  constexpr message_text message() const {
    struct description {
      const char *name, *hint;
    };
    constexpr description texts[] = {
        {"data", "null pointer"},
        {"height", "rows"},
        {"width", "columns"},
        {"channels", "elements of a pixel"},
        {"row stride", "elements from one row to the next: width times channels at least"},
    };
    const description& d = texts[static_cast<int>(field)];
    message_text line;
    line << "image: " << d.name << ": ";
    if (field == image_field::data) return line << "found none (" << d.hint << ")";
    line << "found ";
    if (found < 0) line << "-";
    line << (found < 0 ? 0 - static_cast<std::uint64_t>(found) : static_cast<std::uint64_t>(found));
    return line << ", expected " << static_cast<std::uint64_t>(expected) << " (" << d.hint << ")";
  }
};

/// `image` if it has pixels, `height`, `width` and `channels` where these are not 0, and rows that do not
/// overlap; otherwise what is wrong with it.
template <class T>
constexpr result<image_view<T>, image_error> checked_image(const image_view<T>& image, int height = 0,
                                                           int width = 0, int channels = 0) {
  const auto wrong = [](image_field field, long long found, long long expected) {
    return image_error{field, found, expected};
  };
  const auto differs = [](int found, int expected) { return expected > 0 ? found != expected : found < 1; };
  const auto least = [](int expected) { return expected > 0 ? expected : 1; };
  if (differs(image.height, height)) return wrong(image_field::height, image.height, least(height));
  if (differs(image.width, width)) return wrong(image_field::width, image.width, least(width));
  if (differs(image.channels, channels)) return wrong(image_field::channels, image.channels, least(channels));
  if (image.has_overlapping_rows())
    return wrong(image_field::row_stride, image.row_stride, 1LL * image.width * image.channels);
  if (image.data == nullptr) return wrong(image_field::data, 0, 1);
  return image;
}

}  // namespace edgenn
