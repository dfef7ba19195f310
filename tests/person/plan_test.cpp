// What the person detector's networks read, which the compiler checks.
#include <doctest/doctest.h>

#include <cmath>
#include <edgenn/backends/reference.hpp>
#include <edgenn/person_detector.hpp>

namespace {

using namespace edgenn;

// The paper's 26 scales: 75 to 927 pixels for persons that fill .966 of a patch; facts of this library's own.
constexpr person_config filled{.occupancy = .966, .visible = -1};
using of_filled = detail::person_plan<filled>;
static_assert(of_filled::count == 26);
constexpr int heights[] = {78,  86,  95,  105, 116, 128, 142, 156, 173, 191, 211, 232, 257,
                           283, 313, 345, 381, 421, 465, 513, 567, 626, 691, 763, 842, 930};
constexpr bool heights_are(const auto& scales) {
  for (int s = 0; s < 26; ++s) {
    // Sides of levels are whole numbers, so a height may be off by half a row of the level.
    const float error = scales[s].map.box_height / static_cast<float>(heights[s]) - 1;
    if (error > .006f || error < -.006f) return false;
  }
  return true;
}
static_assert(heights_are(of_filled::scales));

constexpr bool networks_are(const auto& scales) {
  for (int s = 0; s < 26; ++s) {
    const person_net net = s < 7 ? person_net::far : s < 14 ? person_net::medium : person_net::near;
    if (scales[s].net != net || scales[s].level != (s < 7 ? s : s < 14 ? s - 7 : s - 14)) return false;
  }
  return true;
}
static_assert(networks_are(of_filled::scales));
constexpr int cells_of(const auto& scales, person_net net) {
  int cells = 0;
  for (const person_scale& s : scales)
    if (s.net == net) cells += s.map.height * s.map.width;
  return cells;
}
static_assert(cells_of(of_filled::scales, person_net::far) == 5'420);
static_assert(cells_of(of_filled::scales, person_net::medium) == 4'384);
static_assert(cells_of(of_filled::scales, person_net::near) == 2'789);
static_assert(of_filled::scales[25].map.height == 1 && of_filled::scales[25].map.width == 3);
static_assert(of_filled::levels.size(0) == extent{380, 254} && of_filled::levels.size(7) == extent{190, 127});
// Only the rows of the level that are read by some patch are computed.
static_assert(of_filled::scales[0].rows == 376 && of_filled::rows_of(0).end == 376);
static_assert(person_detector<reference, filled>::macs > 42'500'000'000
              && person_detector<reference, filled>::macs < 42'900'000'000);

// The box of the first cell of a level is in the middle of the first patch.
static_assert(of_filled::scales[0].map.origin_y == 16 * (960.f / 380));
static_assert(of_filled::scales[14].map.stride_x == 8 * (640.f / 254));

// Without what lies in the padding only.
using of_default = detail::person_plan<default_person_config>;
static_assert(of_default::count == 26);
static_assert(of_default::scales[0].map.height < of_filled::scales[0].map.height * 6 / 10);
static_assert(of_default::scales[25].map.height == 1);

// Levels that are too small for a patch are left out, and so are networks without levels.
constexpr person_config narrow{
    .height = 200, .width = 100, .padding_below = 0, .scale = 1, .near = {.levels = 40}};
using of_narrow = detail::person_plan<narrow>;
static_assert(of_narrow::count == 7 + 7 + 5);
constexpr person_config only_near{
    .far = {.levels = 0}, .medium = {.levels = 0}, .near = {.levels = 3, .first_level = 2}};
static_assert(detail::person_plan<only_near>::count == 3);
static_assert(detail::person_plan<only_near>::scales[0].level == 2);
static_assert(!detail::person_plan<only_near>::uses(person_net::far));
static_assert(detail::person_plan<only_near>::rows_of(0).first
              >= detail::person_plan<only_near>::rows_of(0).end);

// Horizontal camera: feet are as many camera heights below the horizon as the person is camera heights tall.
constexpr ground_plane level_camera{.camera_height = 1, .focal_length = 500, .shortest = 1, .tallest = 2};
constexpr detail::row_band level_band = detail::centres_on_ground(level_camera, 480, 100);
static_assert(level_band.first == 240 + 50 - 50 && level_band.last == 240 + 100 - 50);
// A camera at the height of the eyes sees all heads at the horizon.
constexpr ground_plane eyes{.camera_height = 1.7, .focal_length = 500, .shortest = 1.7, .tallest = 1.7};
constexpr detail::row_band eye_band = detail::centres_on_ground(eyes, 480, 120);
static_assert(eye_band.first > 299.99 && eye_band.last < 300.01);
// The lower part of an image, whose optical axis lies above it.
constexpr ground_plane lower_part{
    .camera_height = 1.7, .focal_length = 500, .centre_row = -40, .shortest = 1.7, .tallest = 1.7};
static_assert(detail::centres_on_ground(lower_part, 480, 120).first == -40 + 60);

constexpr person_config in_street{
    .padding_below = 0, .ground = {.camera_height = 1.5, .focal_length = 600, .shortest = 1.4, .tallest = 2}};
constexpr person_config anywhere{.padding_below = 0};
constexpr long long pixels_of(const auto& scales) {
  long long sum = 0;
  for (const person_scale& s : scales) sum += 1LL * s.rows * s.columns;
  return sum;
}
static_assert(pixels_of(detail::person_plan<in_street>::scales)
              < pixels_of(detail::person_plan<anywhere>::scales) * 2 / 3);

/// A camera of pitch p sees a point at height z above ground and distance d in row c - f tan(e - p), e its
/// elevation.
double row_of(const ground_plane& g, double height, double distance) {
  const double pitch = static_cast<double>(g.pitch.value()) * 3.14159265358979 / 180;
  const double elevation = std::atan2(height - static_cast<double>(g.camera_height.value()), distance);
  return 240 - static_cast<double>(g.focal_length.value()) * std::tan(elevation + pitch);
}

TEST_CASE("rows of persons on the ground, against a projection") {
  int near = 0, far = 0;
  for (const double pitch : {0., 10., 35., 60., -5.})
    for (const double camera : {.8, 2.5, 6.})
      for (const double person : {1., 1.8})
        for (const double distance : {.8, 2., 4., 7., 20.}) {
          const ground_plane g{.camera_height = camera,
                               .pitch = pitch,
                               .focal_length = 400,
                               .shortest = person,
                               .tallest = person};
          // Only what lies in front of the camera, in the image.
          if (std::atan2(camera, distance) * 180 / 3.14159 - pitch > 80) continue;
          const double feet = row_of(g, 0, distance), head = row_of(g, person, distance),
                       height = feet - head;
          if (!(height > 0) || feet < 0 || head > 480) continue;
          const detail::row_band band = detail::centres_on_ground(g, 480, height);
          CAPTURE(pitch);
          CAPTURE(camera);
          CAPTURE(person);
          CAPTURE(distance);
          REQUIRE(!band.is_empty());
          const double tolerance = .01 + 1e-4 * height;
          CHECK(band.first < (feet + head) / 2 + tolerance);
          CHECK(band.last > (feet + head) / 2 - tolerance);
          // Whether the one further away of the two persons of that height, or the only one.
          const double d =
              400 / std::tan(pitch * 3.14159265358979 / 180) + 400 * std::tan(pitch * 3.14159265358979 / 180);
          const double below_horizon = feet - row_of(g, camera, 1);
          ++(pitch <= 0 || 2 * below_horizon < d + height ? far : near);
          // At both ends somebody of that height stands: at a steep pitch also nearer, seen from above.
          for (const double centre : {band.first, band.last}) {
            const double down = std::atan((centre + height / 2 - 240) / 400) * 180 / 3.14159265358979 + pitch;
            if (down > 89.9) continue;  // right below the camera
            const double there = camera / std::tan(down * 3.14159265358979 / 180);
            CHECK(std::abs(row_of(g, person, there) - (centre - height / 2)) < tolerance);
          }
        }
  CHECK(far > 50);
  CHECK(near > 10);
  // Cameras that look down on their surroundings from above do not lose the persons in the middle.
  const ground_plane ceiling{.camera_height = 4, .pitch = 60, .focal_length = 500, .shortest = 1.5};
  const double feet = row_of(ceiling, 0, 2.3), height = feet - row_of(ceiling, 1.7, 2.3);
  const detail::row_band band = detail::centres_on_ground(ceiling, 480, height);
  CHECK(band.first < feet - height / 2);
  CHECK(band.last > feet - height / 2);
}

TEST_CASE("constant functions of angles and roots") {
  for (double v = -90; v <= 90; v += 7.5) {
    CHECK(std::abs(detail::sine_of_degrees(v) - std::sin(v * 3.14159265358979323846 / 180)) < 1e-14);
    CHECK(std::abs(detail::cosine_of_degrees(v) - std::cos(v * 3.14159265358979323846 / 180)) < 1e-14);
  }
  for (const double v : {0., -1., 1e-12, .25, 1., 2., 1e9})
    CHECK(std::abs(detail::square_root_of(v) - std::sqrt(v > 0 ? v : 0)) <= 1e-15 * (1 + v));
}

}  // namespace
