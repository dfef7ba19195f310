#pragma once
// What a person detector is told at compile time.
#include <edgenn/networks/person_width.hpp>
#include <edgenn/real.hpp>

namespace edgenn {

/// The three networks of the person detector; `no_net` where there is none.
enum class person_net : int { far, medium, near, no_net };

/// The levels of the pyramid that one network reads.
struct person_scales {
  int levels = 7;                                                 ///< how many; 0: the network is not used
  int first_level = 0;                                            ///< the first one of them
  networks::person_width filters = networks::person_width::lean;  ///< which variant of the network
  /// The score of a box is gain * (logit of a person - logit of no person) + offset: networks that were
  /// trained separately become comparable.
  /// @{
  real gain = 1;
  real offset = 0;
  /// @}
  int row_reach = 3;     ///< a box is compared with those whose centres are so many cells above and below
  int column_reach = 1;  ///< and so many cells left and right
  friend constexpr bool operator==(const person_scales&, const person_scales&) = default;
};

/// A camera above flat ground, without roll, on which persons stand. Persons then have their feet in rows
/// that depend on their height in the image, and the networks only read those.
struct ground_plane {
  real camera_height = 0;  ///< metres above the ground; 0: nothing is known of the ground
  real pitch = 0;          ///< degrees that the optical axis points below the horizon, within (-90, 90)
  real focal_length = 0;   ///< pixels of the image
  real centre_row = -1;    ///< row of the optical axis; -1: the middle of the image
  real shortest = 1;       ///< least height of a person, in metres
  real tallest = 2;        ///< largest height of a person, in metres
  real margin = 0.1;       ///< the rows of feet reach further by this part of a person's height, both ways
  friend constexpr bool operator==(const ground_plane&, const ground_plane&) = default;
};

/// A network that looks once more at what was found, in a window of its own size round each box.
struct second_look {
  person_net net = person_net::no_net;  ///< which; no_net: what was found counts as it is
  real weight = 1;     ///< of its score z': the score becomes weight * z' + (1 - weight) * the first score
  real gain = 1;       ///< z' = gain * (logit of a person - logit of no person) + offset
  real offset = 0;     ///< see `gain`
  real threshold = 0;  ///< boxes with a first score above it are looked at, and others are not reported
  int most = 100;      ///< boxes that are looked at, those with the highest scores
  friend constexpr bool operator==(const second_look&, const second_look&) = default;
};

/// All that a person detector knows at compile time. The defaults are for photos of 640 x 480 pixels, padded
/// below so that persons are found whose feet are out of the image: 26 scales, persons of 61 to 722 pixels.
struct person_config {
  int height = 480;        ///< rows of the image
  int width = 640;         ///< columns of the image
  int padding_below = -1;  ///< rows of zeros that are added below the image; -1: as many as the image has
  bool bgr = false;        ///< pixels are blue, green, red instead of red, green, blue
  int per_octave = 7;      ///< levels of the pyramid after which images are half as large
  /// Pixels of the pyramid's level 0 for each pixel of the image. Persons of `occupancy` * 32 pixels of a
  /// level are those that the far network finds best.
  real scale = 32 * .966 / 78;
  real occupancy = .75;               ///< height of a person as a part of the height of a network's patch
  real aspect = .41;                  ///< width of a box as a part of its height
  person_scales far{.levels = 7};     ///< patches of 32 x 16 pixels
  person_scales medium{.levels = 7};  ///< patches of 64 x 32 pixels
  person_scales near{.levels = 12};   ///< patches of 128 x 64 pixels
  /// Part of a person's height that must be above the lower edge of the image. What can show only less of a
  /// person is not computed, unless it is -1: then all of the padding is.
  real visible = 0;
  real smallest = 0;   ///< pixels of the smallest person to be found; 0: whatever the networks find
  real largest = 0;    ///< pixels of the largest person to be found; 0: whatever the networks find
  real threshold = 0;  ///< boxes with higher scores are reported, unless `detect` is told another one
  /// How the places of boxes are refined: members of `peak_rules`.
  /// @{
  real support = 4;
  real reach = 1e9;
  /// @}
  real iou_threshold = .45;  ///< of two boxes that overlap more the better one is reported; 1: both
  int most_boxes = 256;      ///< local maxima that are looked at, those with the highest scores
  ground_plane ground{};     ///< where persons stand, if that is known
  second_look second{};      ///< a second look at what was found
  friend constexpr bool operator==(const person_config&, const person_config&) = default;
};

/// What a detector without a configuration has.
inline constexpr person_config default_person_config{};

}  // namespace edgenn
