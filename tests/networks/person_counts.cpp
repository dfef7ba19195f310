// The networks of the person detector: parameters, multiply-accumulate operations and maps, checked by the
// compiler, and that an image gives at each cell what its patch gives.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <edgenn.hpp>
#include <edgenn/networks/person_far.hpp>
#include <edgenn/networks/person_medium.hpp>
#include <edgenn/networks/person_near.hpp>
#include <memory>
#include <vector>

namespace {

using namespace edgenn;
using networks::person_far, networks::person_medium, networks::person_near, networks::person_width;
using enum person_width;

template <const auto& Net>
constexpr int biases() {
  int sum = 0;
  for (int i = 0; i < Net.node_count; ++i)
    if (Net[i].layer.template is<conv2d>()) sum += Net[i].out.c;
  return sum;
}

template <const auto& Net>
constexpr bool counts(int weights, int bias, long long macs) {
  return Net.weight_count == weights + bias && biases<Net>() == bias && Net.macs() == macs
         && Net[Net.output(0)].out == shape{1, 1, 2};
}
static_assert(counts<person_far<32, 16>>(379'804, 1'200, 2'007'484));
static_assert(counts<person_medium<64, 32>>(1'383'016, 1'950, 18'272'008));
static_assert(counts<person_medium<64, 32, slim>>(242'760, 618, 10'255'680));
static_assert(counts<person_near<128, 64>>(3'866'216, 1'886, 215'866'120));
static_assert(counts<person_near<128, 64, wide>>(4'063'176, 1'982, 472'043'784));
static_assert(counts<person_near<128, 64, slim>>(700'784, 514, 61'684'672));

template <const auto& Net, int Count>
constexpr bool maps_are(const shape (&maps)[Count]) {
  for (int i = 0; i < Count; ++i)
    if (Net[i + 1].out != maps[i]) return false;
  return true;
}
static_assert(maps_are<person_near<128, 64>>({{124, 60, 32},
                                              {62, 30, 32},
                                              {58, 26, 64},
                                              {56, 24, 96},
                                              {28, 12, 96},
                                              {26, 10, 128},
                                              {24, 8, 64},
                                              {12, 4, 64},
                                              {1, 1, 1000},
                                              {1, 1, 500},
                                              {1, 1, 2}}));
static_assert(maps_are<person_medium<64, 32>>({{60, 28, 32},
                                               {30, 14, 32},
                                               {28, 12, 64},
                                               {14, 6, 64},
                                               {13, 5, 96},
                                               {12, 4, 128},
                                               {10, 2, 128},
                                               {5, 1, 128},
                                               {1, 1, 1000},
                                               {1, 1, 500},
                                               {1, 1, 2}}));
static_assert(maps_are<person_far<32, 16>>({{30, 14, 32},
                                            {15, 7, 32},
                                            {14, 6, 64},
                                            {7, 3, 64},
                                            {6, 2, 96},
                                            {6, 2, 128},
                                            {6, 2, 128},
                                            {3, 1, 128},
                                            {1, 1, 500},
                                            {1, 1, 250},
                                            {1, 1, 2}}));

/// What all levels of a pyramid of 12 images cost.
constexpr int level_sizes[12][2] = {{380, 254}, {344, 230}, {312, 208}, {282, 189}, {256, 171}, {232, 155},
                                    {210, 140}, {190, 127}, {172, 115}, {156, 104}, {141, 94},  {128, 85}};
template <int... K>
constexpr long long macs_of_near(std::integer_sequence<int, K...>) {
  return (person_near<level_sizes[K][0], level_sizes[K][1]>.macs() + ...);
}
template <int... K>
constexpr long long macs_of_others(std::integer_sequence<int, K...>) {
  return ((person_far<level_sizes[K][0], level_sizes[K][1]>.macs()
           + person_medium<level_sizes[K][0], level_sizes[K][1]>.macs())
          + ...);
}
constexpr long long near_macs = macs_of_near(std::make_integer_sequence<int, 12>{});
constexpr long long other_macs = macs_of_others(std::make_integer_sequence<int, 7>{});
static_assert((near_macs + 5'000'000) / 10'000'000 == 2654);
static_assert((near_macs + other_macs + 50'000'000) / 100'000'000 == 429);
static_assert(person_near<128, 85>[11].out == shape{1, 3, 2});

/// Numbers that are no round ones, so that sums in another order would have other bits.
std::vector<float> noise(int count, float range, unsigned seed) {
  std::vector<float> v(static_cast<std::size_t>(count));
  unsigned state = seed;
  for (float& x : v) {
    state = state * 1664525u + 1013904223u;
    x = range * (static_cast<float>(state >> 8) * 0x1p-23f - 1.0f);
  }
  return v;
}

/// The cell (i, j) of an image's output has the bits of the patch at (8 i, 8 j), and there are as many cells
/// as patches.
template <const auto& Image, const auto& Patch>
void check_cells_are_patches() {
  using on_image = model<Image, reference>;
  using on_patch = model<Patch, reference>;
  constexpr shape in = on_image::template in<>, out = on_image::template out<>;
  constexpr shape patch = on_patch::template in<>;
  static_assert(out.h == (in.h - patch.h) / 8 + 1 && out.w == (in.w - patch.w) / 8 + 1 && out.c == 2);
  static_assert(Image.weight_count == Patch.weight_count);
  static_assert(out.size() > 2);
  const std::vector<float> weights = noise(Image.weight_count, .08f, 1), image = noise(in.size(), 2, 2);
  const std::span<const float, std::size_t{Image.weight_count}> all{weights};
  const auto whole = std::make_unique<on_image>(all);
  const auto single = std::make_unique<on_patch>(all);
  constexpr auto elements = static_cast<std::size_t>(in.size());
  const auto cells = whole->run(std::span<const float, elements>{image});
  std::vector<float> x(static_cast<std::size_t>(patch.size()));
  for (int i = 0; i < out.h; ++i)
    for (int j = 0; j < out.w; ++j) {
      for (int row = 0; row < patch.h; ++row)
        std::copy_n(image.data() + ((8 * i + row) * in.w + 8 * j) * 3, 3 * patch.w,
                    x.data() + row * patch.w * 3);
      constexpr auto patch_elements = static_cast<std::size_t>(patch.size());
      const auto y = single->run(std::span<const float, patch_elements>{x});
      for (int c = 0; c < 2; ++c) {
        CAPTURE(i);
        CAPTURE(j);
        CHECK(std::bit_cast<unsigned>(y[static_cast<std::size_t>(c)])
              == std::bit_cast<unsigned>(cells[static_cast<std::size_t>((i * out.w + j) * 2 + c)]));
        CHECK(y[static_cast<std::size_t>(c)] != 0);
      }
    }
}

TEST_CASE("an image gives at each cell what its patch gives, bit for bit") {
  // Sizes whose maps are odd before a pool, and whose last pixels no patch reads.
  check_cells_are_patches<person_far<50, 33>, person_far<32, 16>>();
  check_cells_are_patches<person_medium<85, 45>, person_medium<64, 32>>();
  check_cells_are_patches<person_medium<74, 43, slim>, person_medium<64, 32, slim>>();
  check_cells_are_patches<person_near<141, 77, slim>, person_near<128, 64, slim>>();
}

}  // namespace
