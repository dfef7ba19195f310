// Images that must not compile. As in errors_of_networks.cpp, check.py defines one case at a time and looks for the
// text after `expect:` and for the marked line.
// clang-format off: every mark stays on its line
#include <edgenn/vision/resampling.hpp>

using namespace edgenn;

#ifdef CASE_pixels_of_16_bits
bool half_size(image_view<const std::uint16_t> photo, image_view<float> to, std::span<float> scratch) {
  return resize_area(photo, to, scratch);  // expect: edgenn: images are resampled from and to std::uint8_t or float
}
#endif

#ifdef CASE_result_in_double
bool half_size(rgb_image photo, image_view<double> to, std::span<float> scratch) {
  return resize_bilinear(photo, to, scratch);  // expect: edgenn: images are resampled from and to std::uint8_t or float
}
#endif

#ifdef CASE_refusal_not_looked_at
void half_size(rgb_image photo, image_view<float> to, std::span<float> scratch) {
  resize_area(photo, to, scratch);  // expect: nodiscard
}
#endif
