#pragma once
// A person detector of edgenn in the form that the program uses. One file for each configuration includes it,
// so that they are compiled side by side.
#include <array>
#include <chrono>
#include <edgenn.hpp>
#include <edgenn/executors/thread_pool.hpp>
#include <edgenn/person_detector.hpp>
#include <optional>
#include <stdexcept>

#include "canvas_detector.hpp"
#include "error.hpp"
#include "networks.hpp"

/// Floats of the weights in a file.
template <const auto& Net>
std::vector<float> canonical_weights(const weights_files::file& file) {
  const auto opened = edgenn::weights_file<Net>::open(file.bytes);
  if (!opened) throw input_error{file.name, std::string{opened.error().message().view()}};
  std::vector<float> weights(static_cast<std::size_t>(Net.weight_count));
  opened->copy_to(std::span<float, static_cast<std::size_t>(Net.weight_count)>{weights});
  return weights;
}

/// Adds up the time of each stage.
class stage_clock {
 public:
  explicit stage_clock(stage_times& times) : times_{times} {}
  void begin(edgenn::person_stage) { start_ = std::chrono::steady_clock::now(); }
  void end(edgenn::person_stage stage) {
    constexpr const char* names[] = {"pyramid",      "far network", "medium network",
                                     "near network", "peaks",       "second look"};
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start_;
    times_.add(names[static_cast<int>(stage)], taken.count());
  }

 private:
  stage_times& times_;
  std::chrono::steady_clock::time_point start_;
};

/// An executor with a number of threads that is known when the program runs.
class any_pool {
 public:
  /// Each layer is divided into as many parts, so more threads would have nothing to do.
  static constexpr int most_threads = 4;

  explicit any_pool(int threads) {
    switch (threads) {
      case 1:
        break;
      case 2:
        two_.emplace();
        break;
      case 3:
        three_.emplace();
        break;
      default:
        four_.emplace();
    }
  }
  void run(int count, edgenn::share_task task, void* context) noexcept {
    if (two_) return two_->run(count, task, context);
    if (three_) return three_->run(count, task, context);
    if (four_) return four_->run(count, task, context);
    for (int i = 0; i < count; ++i) task(context, i);
  }

 private:
  std::optional<edgenn::thread_pool<2>> two_;
  std::optional<edgenn::thread_pool<3>> three_;
  std::optional<edgenn::thread_pool<most_threads>> four_;
};

/// The detector of `Config`. Of each there is one in the program, in static memory.
template <const edgenn::person_config& Config>
class any_detector final : public canvas_detector {
  using backend = edgenn::with_threads<edgenn::native, any_pool::most_threads>;
  using weights = edgenn::person_weights<backend, Config>;

 public:
  any_detector(const weights_files& files, int threads) : threads_{threads}, pool_{threads} {
    const auto far = canonical_weights<far_network>(files.far);
    const auto medium = canonical_weights<medium_network>(files.medium);
    const auto near = canonical_weights<near_network>(files.near);
    static weights packed{span<weights::far_count>(far), span<weights::medium_count>(medium),
                          span<weights::near_count>(near)};
    static edgenn::person_detector<backend, Config> detector{packed};
    detector_ = &detector;
  }

  std::vector<person> detect(const photo& image, float threshold, stage_times& times) override {
    const edgenn::rgb_image pixels{image.rgb.data(), image.height, image.width, 3};
    std::array<edgenn::person_box, static_cast<std::size_t>(Config.most_boxes)> boxes;
    stage_clock clock{times};
    const auto found = threads_ == 1 ? detector_->detect_observed(clock, pixels, boxes, threshold)
                                     : detector_->detect_observed(clock, pool_, pixels, boxes, threshold);
    if (!found) throw std::logic_error{found.error().message().c_str()};
    std::vector<person> persons;
    persons.reserve(found->size());
    for (const edgenn::person_box& b : *found) persons.push_back({b.where, b.score});
    return persons;
  }

 private:
  template <int Count>
  static std::span<const float, Count> span(const std::vector<float>& v) {
    return std::span<const float, Count>{v};
  }

  int threads_;
  any_pool pool_;
  edgenn::person_detector<backend, Config>* detector_ = nullptr;
};

template <const edgenn::person_config& Config>
std::unique_ptr<canvas_detector> make_detector(const weights_files& weights, int threads) {
  return std::make_unique<any_detector<Config>>(weights, threads);
}
