// Person detectors that must not compile. As in errors_of_networks.cpp, check.py defines one case at a time and looks
// for the text after `expect:` and for the marked line.
// clang-format off: every mark stays on its line
#include <edgenn.hpp>
#include <edgenn/backends/reference.hpp>
#include <edgenn/networks/person_far.hpp>
#include <edgenn/networks/person_medium.hpp>
#include <edgenn/networks/person_near.hpp>
#include <edgenn/person_detector.hpp>

using namespace edgenn;

#ifdef CASE_person_occupancy
inline constexpr person_config config{.occupancy = 1.2};
constexpr int scales = detail::person_plan<config>::count;  // expect: edgenn: a person_config needs an image, a positive scale
#endif

#ifdef CASE_person_camera_below_ground
inline constexpr person_config config{.ground = {.camera_height = -2, .focal_length = 500}};
constexpr int scales = detail::person_plan<config>::count;  // expect: edgenn: a ground_plane needs a camera above the ground
#endif

#ifdef CASE_person_tallest_below_shortest
inline constexpr person_config config{.ground = {.camera_height = 2, .focal_length = 500, .shortest = 1.5, .tallest = 1.4}};
constexpr int scales = detail::person_plan<config>::count;  // expect: edgenn: a ground_plane needs a camera above the ground
#endif

#ifdef CASE_person_image_smaller_than_patches
inline constexpr person_config config{.height = 20, .width = 20, .padding_below = 0};
constexpr int scales = detail::person_plan<config>::count;  // expect: edgenn: this person_config leaves no scale
#endif

#ifdef CASE_person_sizes_that_nobody_has
inline constexpr person_config config{.smallest = 5000};
constexpr int scales = detail::person_plan<config>::count;  // expect: edgenn: this person_config leaves no scale
#endif

#ifdef CASE_person_far_slim
constexpr int weights = networks::person_far<32, 16, networks::person_width::slim>.weight_count;  // expect: edgenn: person_far is lean
#endif

#ifdef CASE_person_far_small
constexpr const auto& net = networks::person_far<31, 16>;  // expect: edgenn: person_far reads patches of 32 x 16 pixels
#endif

#ifdef CASE_person_medium_wide
constexpr int weights = networks::person_medium<64, 32, networks::person_width::wide>.weight_count;  // expect: edgenn: person_medium is slim or lean
#endif

#ifdef CASE_person_medium_small
constexpr const auto& net = networks::person_medium<64, 31>;  // expect: edgenn: person_medium reads patches of 64 x 32 pixels
#endif

#ifdef CASE_person_near_small
constexpr const auto& net = networks::person_near<100, 64>;  // expect: edgenn: person_near reads patches of 128 x 64 pixels
#endif

#ifdef CASE_person_in_double
inline constexpr person_config config{.far = {.levels = 1}, .medium = {.levels = 0}, .near = {.levels = 0}};
constexpr long long bytes = person_detector<basic_reference<double>, config>::arena_bytes;  // expect: edgenn: the networks of a person detector compute in float
#endif

#ifdef CASE_weights_of_another_network
inline constexpr auto three = network({8, 8, 1}, [](value x) { return x | conv2d{.filters = 3, .kernel = 3}; });
inline constexpr auto four = network({9, 8, 1}, [](value x) { return x | conv2d{.filters = 4, .kernel = 3}; });
auto results(const packed_weights<three, reference>& weights, std::span<const float, 72> image) {
  static model<four, reference> m{weights};  // expect: edgenn: weights packed for one network serve another only if both have the same layers
  return m.run(image);
}
#endif
