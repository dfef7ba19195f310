#pragma once
#include <edgenn/networks/person_width.hpp>

namespace edgenn::networks {

/// Persons at medium range: the network of the person detector for patches of 64 x 32 pixels, on an image of
/// `Height` x `Width`; see person_near.hpp. The layer sizes are our own.
///
/// | for a patch    | slim       | lean       |
/// |----------------|------------|------------|
/// | parameters     | 243,378    | 1,384,966  |
/// | MACs           | 10,255,680 | 18,272,008 |
///
/// Input {Height, Width, 3}: RGB, (pixel - 128) / 64. Output: for each patch, 8 pixels apart, two logits, of
/// no person and of a person. A patch of {64, 32} gives {1, 1, 2}.
template <int Height, int Width, person_width Filters = person_width::lean>
inline constexpr auto person_medium = network({Height, Width, 3}, [](value x) {
  using namespace person_parts;
  static_assert(Filters != person_width::wide, "edgenn: person_medium is slim or lean");
  static_assert(Height >= 64 && Width >= 32, "edgenn: person_medium reads patches of 64 x 32 pixels");
  constexpr bool slim = Filters == person_width::slim;
  x = x | conv(slim ? 24 : 32, 5) | pool;
  x = x | conv(slim ? 48 : 64, 3) | pool;
  x = x | conv(slim ? 64 : 96, 2);
  x = x | conv(slim ? 96 : 128, 2);
  x = x | conv(slim ? 96 : 128, 3) | pool;
  return slim ? classifier(x, {5, 1}, 192, 96) : classifier(x, {5, 1}, 1000, 500);
});

}  // namespace edgenn::networks
