#include "any_detector.hpp"

namespace {

constexpr edgenn::person_config config{.height = 480, .width = 640};

}  // namespace

std::unique_ptr<canvas_detector> make_detector_640x480(const weights_files& weights, int threads) {
  return std::make_unique<any_detector<config>>(weights, threads);
}
