#include "any_detector.hpp"

namespace {

/// The camera of vtest.avi, estimated from the heights of persons at the places where they stand.
constexpr edgenn::person_config config{
    .height = 576,
    .width = 768,
    .padding_below = 0,
    .smallest = 50,
    .largest = 160,
    .ground = {.camera_height = 7.4f, .pitch = 23, .focal_length = 860, .shortest = 1.4f, .tallest = 2.1f},
};

}  // namespace

std::unique_ptr<canvas_detector> make_detector_vtest(const weights_files& weights, int threads) {
  return std::make_unique<any_detector<config>>(weights, threads);
}
