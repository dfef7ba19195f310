#pragma once
// A photo in ever smaller sizes, for detectors of one size of object.
#include <cstddef>
#include <edgenn/detail/exp2.hpp>
#include <edgenn/real.hpp>
#include <edgenn/shape.hpp>
#include <edgenn/vision/resampling.hpp>

namespace edgenn {

/// The sizes of an image pyramid. Level k is the image, with rows of zeros below it, scaled by
/// scale * 2^(-k / per_octave) in both axes. All of it is known to the compiler.
///
/// Sides of a level are rounded to the nearest whole number, those of level 0 to the nearest even one, so
/// that level `per_octave` is exactly half as high and as wide. A level covers the padded image exactly; its
/// pitches therefore differ from 1 / scale, and from each other, by what its sides were rounded.
struct pyramid {
  int height = 0;         ///< rows of the image
  int width = 0;          ///< columns of the image
  int padding_below = 0;  ///< rows of zeros below it
  real scale = 1;         ///< pixels of level 0 for each pixel of the image
  int levels = 1;         ///< how many
  int per_octave = 7;     ///< levels after which the scale is half
  friend constexpr bool operator==(const pyramid&, const pyramid&) = default;

  /// Rows of the image and the padding.
  constexpr int padded_height() const { return height + padding_below; }
  /// Rows and columns of level `k`, at least 1 each.
  constexpr extent size(int k) const { return {side(padded_height(), k), side(width, k)}; }
  /// Height and width in pixels of the image of one pixel of level `k`.
  /// @{
  constexpr float row_pitch(int k) const {
    return static_cast<float>(padded_height()) / static_cast<float>(size(k).h);
  }
  constexpr float column_pitch(int k) const {
    return static_cast<float>(width) / static_cast<float>(size(k).w);
  }
  /// @}
  /// Rows of level `k` that show some of the image; below them is only padding.
  constexpr int image_rows(int k) const {
    const long long rows = size(k).h;
    return static_cast<int>((rows * height + padded_height() - 1) / padded_height());
  }
  /// Pixels of all levels together.
  constexpr long long pixels() const {
    long long sum = 0;
    for (int k = 0; k < levels; ++k) sum += 1LL * size(k).h * size(k).w;
    return sum;
  }
  /// Whether it has levels and an image, and a positive scale with which sides stay below 2^24.
  constexpr bool is_valid() const {
    const float s = scale.value();
    const auto is_side = [s](int side) {
      return side > 0 && side < 1 << 24 && static_cast<float>(side) * s < 0x1p24f;
    };
    return s > 0 && s <= 64 && levels > 0 && levels <= 1000 && per_octave > 0 && padding_below >= 0
           && padding_below < 1 << 24 && height > 0 && height < 1 << 24 && is_side(width)
           && is_side(padded_height());
  }

 private:
  constexpr int side(int image, int k) const {
    const int first = 2 * static_cast<int>(image * static_cast<double>(scale.value()) / 2 + 0.5);
    const double exact = first * detail::exp2_of(-static_cast<double>(k) / per_octave);
    const int rounded = static_cast<int>(exact + 0.5);
    return rounded > 1 ? rounded : 1;
  }
};

/// How level `k` of `p` is made: what `resampling` says of `pixels`, the other members being those of the
/// level.
constexpr resampling level_resampling(const pyramid& p, int k, resampling pixels = {}, int first_row = 0) {
  pixels.window = {0, 0, static_cast<float>(p.padded_height()), static_cast<float>(p.width)};
  pixels.beyond = beyond_image::zero;
  pixels.height = p.size(k).h;
  pixels.first_row = first_row;
  return pixels;
}

/// Floats of scratch memory that `make_level` needs for any level of `p` from an image of `channels`
/// channels.
constexpr std::size_t level_scratch(const pyramid& p, int channels = 3) {
  std::size_t most = 0;
  for (int k = 0; k < p.levels; ++k) {
    const extent s = p.size(k);
    const std::size_t floats =
        area_scratch(image_view<const float>{nullptr, p.height, p.width, channels},
                     image_view<std::uint8_t>{nullptr, s.h, s.w, channels}, level_resampling(p, k));
    most = floats > most ? floats : most;
  }
  return most;
}

/// Writes rows of level `k` of `p`, from `first_row` on as many as `to` has. `to` is as wide as the level.
///
/// Every level is made of the image itself, by `resize_area`: level k + per_octave, where it is exactly half
/// as large, is then the mean of 2x2 pixels of level k, apart from rounding. Pixels of the padding are 0
/// before the mean is subtracted. `pixels` says whether red and blue are exchanged, and mean and scale.
/// Returns false, and writes nothing, for an image of another size than `p` says, for rows or columns that
/// the level does not have, and in the cases of `resize_area`.
template <class From, class To>
[[nodiscard]] constexpr bool make_level(const pyramid& p, int k, const image_view<From>& image,
                                        const image_view<To>& to, std::span<float> scratch,
                                        const resampling& pixels = {}, int first_row = 0, share part = {}) {
  if (!p.is_valid() || k < 0 || k >= p.levels || image.height != p.height || image.width != p.width
      || to.width != p.size(k).w)
    return false;
  return resize_area(image, to, scratch, level_resampling(p, k, pixels, first_row), part);
}

}  // namespace edgenn
