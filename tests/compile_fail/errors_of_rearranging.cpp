// Rearranging layers that must not compile. As in errors_of_networks.cpp, check.py defines one case at a time and
// looks for the text after `expect:` and for the marked line.
// clang-format off: every mark stays on its line
#include <edgenn.hpp>

using namespace edgenn;

#ifdef CASE_axis_twice
inline constexpr auto net = network({5, 4, 3}, [](value x) {
  return x | transpose{.h = axis::width};  // expect: transpose_must_name_every_axis_once
});
#endif

#ifdef CASE_slice_too_long
inline constexpr auto net = network({5, 4, 3}, [](value x) {
  return x | slice{.begin = 1, .count = 3};  // expect: slice_reaches_beyond_its_input
});
#endif

#ifdef CASE_slice_of_nothing
inline constexpr auto net = network({5, 4, 3}, [](value x) {
  return x | slice{.begin = 1, .count = 0};  // expect: slice_reaches_beyond_its_input
});
#endif

#ifdef CASE_slice_backwards_beyond_the_first
inline constexpr auto net = network({5, 4, 3}, [](value x) {
  return x | slice{.along = axis::height, .begin = 4, .count = 4, .step = -2};  // expect: slice_reaches_beyond_its_input
});
#endif

#ifdef CASE_broadcast_of_two_rows
inline constexpr auto net = network({2, 4, 3}, [](value x) {
  return x | broadcast{4, 4, 3};  // expect: input_of_broadcast_must_have_its_extents_or_one
});
#endif
