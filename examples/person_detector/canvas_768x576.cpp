#include "any_detector.hpp"

namespace {

constexpr edgenn::person_config config{.height = 576, .width = 768};

}  // namespace

std::unique_ptr<canvas_detector> make_detector_768x576(const weights_files& weights, int threads) {
  return std::make_unique<any_detector<config>>(weights, threads);
}
