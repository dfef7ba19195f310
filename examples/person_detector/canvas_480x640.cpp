#include "any_detector.hpp"

namespace {

constexpr edgenn::person_config config{.height = 640, .width = 480};

}  // namespace

std::unique_ptr<canvas_detector> make_detector_480x640(const weights_files& weights, int threads) {
  return std::make_unique<any_detector<config>>(weights, threads);
}
