#pragma once
// Persons in photos: three small networks over an image pyramid, in the manner of Eisenbach et al. 2016
// (IJCNN, "Cooperative multi-scale convolutional neural networks for person detection") and 2017 (IJCNN,
// "Speeding up deep neural networks on the Jetson TX1"). Everything that depends on the size of the image, on
// the scales or on where persons can stand is resolved by the compiler; nothing is allocated.
//
//     using namespace edgenn;
//     constexpr person_config config{.height = 576, .width = 768, .near = {.levels = 9}};
//     using weights_type = person_weights<native, config>;
//     static weights_type weights{far, medium, near};   // std::span<const float, weights_type::far_count>,
//     ... static person_detector<native, config> detector{weights};
//
//     static person_box boxes[100];
//     const auto found = detector.detect(rgb_image{pixels, 576, 768, 3}, boxes);   // or (image, boxes, 1.5f)
//     if (!found) return fail(found.error().message().c_str());
//     for (const person_box& b : *found) use(b.where, b.score);   // highest score first, pixels of the image
//
// The weights are those of networks::person_far<32, 16>, person_medium<64, 32> and person_near<128, 64> (with
// the variants that the configuration names) in canonical order, as weights files hold them.
#include <edgenn/model.hpp>
#include <edgenn/packed_weights.hpp>
#include <edgenn/person_plan.hpp>
#include <edgenn/vision/box.hpp>
#include <edgenn/vision/image_view.hpp>
#include <edgenn/vision/peaks.hpp>

namespace edgenn {

/// A person that was found.
struct person_box {
  box where;        ///< pixels of the image; may reach beyond it
  float score = 0;  ///< the higher, the surer: a difference of logits
  int scale = 0;    ///< number of the scale that found it, an index to `person_detector::scales`
};

/// The parts of a detection, for those who measure them.
enum class person_stage : int { pyramid, far, medium, near, peaks, second_look };

/// The weights of the networks that `Config` uses, packed for `Backend`: once for all levels of the pyramid.
/// Large: make it static. The networks' canonical weights are only read while it is made, unless the backend
/// reads weights in canonical order (`reference`): then they are borrowed.
template <class Backend, person_config Config = person_config{}>
class person_weights {
 public:
  /// Weights of the three networks, in canonical order.
  /// @{
  static constexpr int far_count = networks::person_far<32, 16, Config.far.filters>.weight_count;
  static constexpr int medium_count = networks::person_medium<64, 32, Config.medium.filters>.weight_count;
  static constexpr int near_count = networks::person_near<128, 64, Config.near.filters>.weight_count;
  /// @}

  /// Those of networks that the configuration does not use are not looked at.
  person_weights(std::span<const typename Backend::weight, far_count> far,
                 std::span<const typename Backend::weight, medium_count> medium,
                 std::span<const typename Backend::weight, near_count> near) noexcept;
};

/// Finds persons in images of one size. Large: make it static. Calls of `detect` on one detector must not
/// overlap in time; several detectors may share weights. `Backend` as of a model, with `with_threads` too.
template <class Backend, person_config Config = person_config{}>
class person_detector {
 public:
  /// The weights are borrowed.
  explicit person_detector(const person_weights<Backend, Config>& weights) noexcept;

  /// Writes the boxes of the persons in `image` to `to`, as many as it holds, and returns them: the highest
  /// score first, scores above `threshold`. An image of another size than that of the configuration, not of
  /// three channels, without data or with overlapping rows is an error.
  result<std::span<person_box>, image_error> detect(const rgb_image& image, std::span<person_box> to,
                                                    float threshold = Config.threshold.value()) noexcept;
  /// The same by the threads of `threads`; Backend is a `with_threads`.
  template <executor Executor>
  result<std::span<person_box>, image_error> detect(Executor& threads, const rgb_image& image,
                                                    std::span<person_box> to,
                                                    float threshold = Config.threshold.value()) noexcept;
  /// The same, calling `observer.begin(stage)` and `observer.end(stage)`, with a person_stage, around each
  /// part; `far`, `medium`, `near` and `pyramid` come once for each level.
  template <class Observer>
  result<std::span<person_box>, image_error> detect_observed(
      Observer& observer, const rgb_image& image, std::span<person_box> to,
      float threshold = Config.threshold.value()) noexcept;
};

}  // namespace edgenn
