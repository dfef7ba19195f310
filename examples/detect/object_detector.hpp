#pragma once
#include <array>
#include <edgenn/vision/nms.hpp>
#include <string>

#include "detector.hpp"
#include "detector_weights.hpp"
#include "files.hpp"
#include "loaded_model.hpp"
#include "photo.hpp"

/// The network of detector.hpp with all that it takes from a photo to objects in it.
class object_detector {
  using model = edgenn::model<detector, edgenn::native>;
  static_assert(model::output_count == 1 && model::out<>.c == 6,
                "the network must end with non_max_suppression: rows of class, score, x1, y1, x2, y2");
  static constexpr std::size_t capacity = model::out<>.size() / 6;

 public:
  /// Whether the program holds weights.
  static constexpr bool has_weights = !std::span<const std::byte>{detector_weights}.empty();

  /// With the weights in the file `weights`, or those in the program if that is empty.
  explicit object_detector(const std::string& weights) {
    if (weights.empty())
      net_ = &loaded_model<detector>(detector_weights, "weights");
    else
      net_ = &loaded_model<detector>(read_file(weights), weights);
  }

  /// The objects in a photo with a score of at least `threshold`, in its pixels, the highest score first.
  /// They lie in the detector until the next call.
  std::span<const edgenn::detection> detect(const photo& p, float threshold) {
    const auto x = network_input(p, detector_preprocessing, fit::stretch);
    const auto rows = net_->run(std::span<const float, model::in<>.size()>{x});
    const auto found =
        edgenn::read_detections(rows, memory_, static_cast<float>(p.width), static_cast<float>(p.height));
    std::size_t shown = 0;
    while (shown < found.size() && found[shown].score >= threshold) ++shown;
    return found.first(shown);
  }

 private:
  model* net_;
  std::array<edgenn::detection, capacity> memory_;
};
