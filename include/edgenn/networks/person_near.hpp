#pragma once
#include <edgenn/networks/person_width.hpp>

namespace edgenn::networks {

/// Near persons: the network of the person detector for patches of 128 x 64 pixels, on an image of
/// `Height` x `Width`. In the manner of the largest of the three networks of Eisenbach et al. 2016 (IJCNN,
/// "Cooperative multi-scale convolutional neural networks for person detection"): raw pixels, five unpadded
/// convolutions, three pools, two hidden dense layers turned into convolutions. The layer sizes are our own.
///
/// | for a patch    | slim       | lean        | wide        |
/// |----------------|------------|-------------|-------------|
/// | parameters     | 701,298    | 3,868,102   | 4,065,158   |
/// | MACs           | 61,684,672 | 215,866,120 | 472,043,784 |
///
/// Input {Height, Width, 3}: RGB, (pixel - 128) / 64. Output: for each patch, 8 pixels apart, two logits, of
/// no person and of a person. A patch of {128, 64} gives {1, 1, 2}.
template <int Height, int Width, person_width Filters = person_width::lean>
inline constexpr auto person_near = network({Height, Width, 3}, [](value x) {
  using namespace person_parts;
  static_assert(Height >= 128 && Width >= 64, "edgenn: person_near reads patches of 128 x 64 pixels");
  constexpr bool slim = Filters == person_width::slim, wide = Filters == person_width::wide;
  x = x | conv(slim ? 16 : wide ? 64 : 32, 5) | pool;
  x = x | conv(slim ? 32 : wide ? 96 : 64, 5);
  x = x | conv(slim ? 48 : wide ? 128 : 96, 3) | pool;
  x = x | conv(slim ? 64 : 128, 3);
  x = x | conv(64, 3) | pool;
  return slim ? classifier(x, {12, 4}, 192, 96) : classifier(x, {12, 4}, 1000, 500);
});

}  // namespace edgenn::networks
