#include "any_detector.hpp"

namespace {

/// The camera of vtest.avi. Its height, pitch and focal length make 700 persons of the video, as far as they
/// can be told from the ground by their colour, 1.75 m high in the median, wherever they stand.
constexpr edgenn::person_config config{
    .height = 576,
    .width = 768,
    .padding_below = 0,
    .scale = .5,  // persons of 48 pixels
    .far = far_trained,
    .medium = medium_trained,
    .near = near_trained,
    .smallest = 47,
    .largest = 160,
    .ground = {.camera_height = 6.1, .pitch = 18, .focal_length = 1000, .shortest = 1.4, .tallest = 2.1},
    .second = second_trained,
};

}  // namespace

canvas_detector_type detector_vtest() { return {{config.width, config.height}, make_detector<config>}; }
