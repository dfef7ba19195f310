// The person detector with all its 26 scales on the CPU backend, and one set of weights for all of them.
#include <doctest/doctest.h>

#include <person/detectors.hpp>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

using backend = EDGENN_TESTED_TAG;
using enum networks::person_width;

/// As high as a photo of 640 x 480 with its padding: persons of all scales fit in.
constexpr person_config tall{.height = 960,
                             .width = 640,
                             .padding_below = 0,
                             .medium = {.levels = 7, .filters = slim},
                             .near = {.levels = 12, .filters = slim}};

TEST_CASE("planted persons of every scale") {
  test_detector<backend, tall> find;
  const auto& scales = decltype(find)::detector_type::scales;
  static_assert(decltype(find)::detector_type::scales.size() == 26);
  for (const person_scale& s : scales) {
    const float y = s.map.origin_y + s.map.stride_y * static_cast<float>(s.map.height / 2);
    const float x = s.map.origin_x + s.map.stride_x * static_cast<float>(s.map.width / 2);
    grey_image image{960, 640};
    draw_person(image, y, x, s.map.box_height);
    const auto found = find(image.view());
    CAPTURE(s.map.box_height);
    REQUIRE(!found.empty());
    CHECK(found[0].score > 3);
    CHECK(iou(found[0].where, box_of_person(y, x, s.map.box_height)) > .6f);
  }
}

// packed_as

template <int Height, int Width>
constexpr const auto& net = networks::person_near<Height, Width, slim>;

template <const auto& Net, class Backend, const auto& Packed>
std::vector<float> outputs(const std::vector<float>& weights, const std::vector<float>& image) {
  const std::span<const float, std::size_t{Net.weight_count}> canonical{weights};
  const auto packed = std::make_unique<packed_weights<Packed, Backend>>(canonical);
  const auto m = std::make_unique<model<Net, Backend>>(*packed);
  const auto y = m->run(std::span<const float, std::size_t{Net[0].out.size()}>{image});
  return {y.begin(), y.end()};
}

std::vector<float> noise(int count, float range) {
  std::vector<float> v(static_cast<std::size_t>(count));
  unsigned state = 5;
  for (float& x : v) {
    state = state * 1664525u + 1013904223u;
    x = range * (static_cast<float>(state >> 8) * 0x1p-23f - 1.0f);
  }
  return v;
}

/// On an image of one size, with the weights packed for another one, for this one, and for no size.
template <class Backend, int Height, int Width, int OfHeight, int OfWidth>
void check_shared() {
  using namespace edgenn::networks;
  using shared = packed_as<Backend, person_near<OfHeight, OfWidth, slim>>;
  constexpr const auto& here = person_near<Height, Width, slim>;
  const std::vector<float> weights = noise(here.weight_count, .06f), image = noise(here[0].out.size(), 2);
  const auto found =
      outputs<person_near<Height, Width, slim>, shared, person_near<OfHeight, OfWidth, slim>>(weights, image);
  const auto own =
      outputs<person_near<Height, Width, slim>, shared, person_near<Height, Width, slim>>(weights, image);
  const auto plain =
      outputs<person_near<Height, Width, slim>, Backend, person_near<Height, Width, slim>>(weights, image);
  // The same bytes, whichever of the sizes they were packed for.
  CHECK(std::memcmp(found.data(), own.data(), own.size() * sizeof(float)) == 0);
  float most = 0;
  for (const float y : plain) most = std::max(most, std::abs(y));
  CHECK(most > 1e-3f);
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(std::abs(found[i] - plain[i]) < 1e-4f * most);
}

TEST_CASE("weights packed for one size serve others") {
  check_shared<backend, 128, 85, 376, 254>();
  check_shared<backend, 208, 140, 128, 64>();
  check_shared<backend, 136, 64, 136, 64>();
  check_shared<smallest<backend>, 208, 140, 376, 254>();
  check_shared<without_winograd<backend>, 136, 94, 376, 254>();
  check_shared<with_winograd<backend, 4>, 136, 94, 376, 254>();
}

}  // namespace
