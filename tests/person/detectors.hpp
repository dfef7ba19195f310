#pragma once
// Detectors of a backend with weights of templates.
#include <edgenn/person_detector.hpp>
#include <memory>
#include <person/template_weights.hpp>

namespace edgenn::tests {

/// A detector and its weights, on the heap: both are large.
template <class Backend, const person_config& Config>
class test_detector {
 public:
  using weights_type = person_weights<Backend, Config>;
  using detector_type = person_detector<Backend, Config>;

  explicit test_detector(const std::vector<float>& far, const std::vector<float>& medium,
                         const std::vector<float>& near)
      : far_{far},
        medium_{medium},
        near_{near},
        weights_{std::make_unique<weights_type>(of<weights_type::far_count>(far_),
                                                of<weights_type::medium_count>(medium_),
                                                of<weights_type::near_count>(near_))},
        detector_{std::make_unique<detector_type>(*weights_)} {}
  test_detector()
      : test_detector{template_weights<networks::person_far<32, 16, Config.far.filters>>(),
                      template_weights<networks::person_medium<64, 32, Config.medium.filters>>(),
                      template_weights<networks::person_near<128, 64, Config.near.filters>>()} {}

  detector_type* operator->() { return detector_.get(); }
  detector_type& operator*() { return *detector_; }

  /// Boxes of persons in `image`.
  std::vector<person_box> operator()(const rgb_image& image, float threshold = 0) {
    std::vector<person_box> boxes(64);
    const auto found = detector_->detect(image, boxes, threshold);
    if (!found) return {};
    boxes.resize(found->size());
    return boxes;
  }

 private:
  template <int Count>
  static std::span<const float, Count> of(const std::vector<float>& weights) {
    return std::span<const float, Count>{weights};
  }

  std::vector<float> far_, medium_, near_;
  std::unique_ptr<weights_type> weights_;
  std::unique_ptr<detector_type> detector_;
};

inline bool equal_boxes(const std::vector<person_box>& a, const std::vector<person_box>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const person_box& p, const person_box& q) {
    return p.where == q.where && p.score == q.score && p.scale == q.scale;
  });
}

/// A picture of noise, the same every time.
inline grey_image noise_image(int height, int width, unsigned seed = 1) {
  grey_image image{height, width};
  unsigned state = seed;
  for (std::uint8_t& p : image.pixels) {
    state = state * 1664525u + 1013904223u;
    p = static_cast<std::uint8_t>(state >> 24);
  }
  return image;
}

}  // namespace edgenn::tests
