#pragma once
#include <edgenn/networks/person_width.hpp>

namespace edgenn::networks {

/// Far persons: the network of the person detector for patches of 32 x 16 pixels, on an image of
/// `Height` x `Width`; see person_near.hpp. The layer sizes are our own. 381,004 parameters; 2,007,484
/// multiply-accumulate operations for a patch.
///
/// Input {Height, Width, 3}: RGB, (pixel - 128) / 64. Output: for each patch, 8 pixels apart, two logits, of
/// no person and of a person. A patch of {32, 16} gives {1, 1, 2}.
template <int Height, int Width, person_width Filters = person_width::lean>
inline constexpr auto person_far = network({Height, Width, 3}, [](value x) {
  using namespace person_parts;
  static_assert(Filters == person_width::lean, "edgenn: person_far is lean");
  static_assert(Height >= 32 && Width >= 16, "edgenn: person_far reads patches of 32 x 16 pixels");
  x = x | conv(32, 3) | pool;
  x = x | conv(64, 2) | pool;
  x = x | conv(96, 2);
  x = x | conv(128, 1);
  x = x | conv(128, 1) | pool;
  return classifier(x, {3, 1}, 500, 250);
});

}  // namespace edgenn::networks
