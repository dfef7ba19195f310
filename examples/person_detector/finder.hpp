#pragma once
#include <memory>
#include <string>
#include <vector>

#include "canvas_detector.hpp"
#include "options.hpp"
#include "photo.hpp"
#include "report.hpp"

/// Finds persons in photos of any size: fits each onto the best of the sizes that detectors are compiled for.
class person_finder {
 public:
  /// With the weights, the camera and the threads of the command line.
  explicit person_finder(const options& o);

  /// The persons in `p` with a score of at least `threshold`, in its pixels, the highest score first.
  std::vector<person> find(const photo& p, float threshold);

  /// Of all calls of `find` together.
  const stage_times& times() const { return times_; }

 private:
  std::vector<std::byte> files_[3];
  weights_files weights_;
  int threads_;
  std::vector<canvas_detector_type> types_;
  std::vector<std::unique_ptr<canvas_detector>> detectors_;  ///< made when first needed
  stage_times times_;
};
