#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fitting.hpp"
#include "report.hpp"

/// Milliseconds that were spent in stages, in the order of their first call.
class stage_times {
 public:
  struct stage {
    std::string name;
    double milliseconds = 0;
  };
  void add(const std::string& name, double milliseconds);
  const std::vector<stage>& stages() const { return stages_; }

 private:
  std::vector<stage> stages_;
};

/// The contents of the three files of weights, with their names for messages.
struct weights_files {
  struct file {
    std::span<const std::byte> bytes;
    std::string name;
  };
  file far, medium, near;
};

/// A detector compiled for images of one size.
class canvas_detector {
 public:
  virtual ~canvas_detector() = default;
  /// The persons in `image`, which has that size, with a score of at least `threshold`, in its pixels, the
  /// highest score first.
  virtual std::vector<person> detect(const photo& image, float threshold, stage_times& times) = 0;
};

/// A way to make one.
struct canvas_detector_type {
  canvas_size size;
  /// An input_error if the weights are not those of the networks.
  std::unique_ptr<canvas_detector> (*make)(const weights_files& weights, int threads);
};

/// Persons of any size anywhere, in photos of these sizes.
/// @{
canvas_detector_type detector_640x480();
canvas_detector_type detector_480x640();
canvas_detector_type detector_768x576();
/// @}
/// Persons on the ground that the camera of vtest.avi sees.
canvas_detector_type detector_vtest();
