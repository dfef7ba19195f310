#pragma once
// Persons in photos: three small networks over an image pyramid, in the manner of Eisenbach et al. 2016
// (IJCNN, "Cooperative multi-scale convolutional neural networks for person detection") and 2017 (IJCNN,
// "Speeding up deep neural networks on the Jetson TX1"). Everything that depends on the size of the image, on
// the scales or on where persons can stand is resolved by the compiler; nothing is allocated.
//
//     using namespace edgenn;
//     inline constexpr person_config config{.height = 576, .width = 768, .near = {.levels = 9}};
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
#include <algorithm>
#include <edgenn/person_weights.hpp>
#include <edgenn/vision/box.hpp>
#include <edgenn/vision/image_view.hpp>
#include <edgenn/vision/nms.hpp>
#include <edgenn/vision/peaks.hpp>
#include <edgenn/vision/pyramid.hpp>

namespace edgenn {

/// A person that was found.
struct person_box {
  box where;        ///< pixels of the image; may reach beyond it
  float score = 0;  ///< the higher, the surer: a difference of logits
  int scale = 0;    ///< number of the scale that found it, an index to `person_detector::scales`
};

/// The parts of a detection, for those who measure them.
enum class person_stage : int { pyramid, far, medium, near, peaks, second_look };

namespace detail {

struct rules_of_persons {
  float iou_threshold;

  constexpr bool before(const person_box& a, const person_box& b) const {
    if (a.score != b.score) return a.score > b.score;
    if (a.scale != b.scale) return a.scale < b.scale;
    if (a.where.y1 != b.where.y1) return a.where.y1 < b.where.y1;
    return a.where.x1 < b.where.x1;
  }
  constexpr bool overlap(const person_box& a, const person_box& b) const {
    return iou(a.where, b.where) > iou_threshold;
  }
};

template <class Observer>
void begin_stage(Observer& observer, person_stage stage) noexcept {
  if constexpr (requires { observer.begin(stage); }) observer.begin(stage);
}
template <class Observer>
void end_stage(Observer& observer, person_stage stage) noexcept {
  if constexpr (requires { observer.end(stage); }) observer.end(stage);
}

}  // namespace detail

/// Finds persons in images of one size. Large: make it static. Calls of `detect` on one detector must not
/// overlap in time; several detectors may share weights. `Backend` as of a model, with `with_threads` too.
template <class Backend, const person_config& Config = default_person_config>
class person_detector {
  static_assert(std::same_as<typename Backend::element, float>,
                "edgenn: the networks of a person detector compute in float");
  using plan = detail::person_plan<Config>;
  template <person_net Net>
  using networks_of = detail::person_networks<Backend, Config, Net>;

 public:
  /// What it finds, or what is wrong with an image in which it does not look.
  using found = result<std::span<person_box>, image_error>;

  /// One for each network and level, by the height of persons: which rows of the level the network reads, and
  /// the boxes of its scores.
  static constexpr const auto& scales = plan::scales;
  /// The sizes of the images that the networks read.
  static constexpr const pyramid& levels = plan::levels;

  /// The weights are borrowed.
  explicit person_detector(const person_weights<Backend, Config>& weights) noexcept
      : weights_{detail::known_at_run_time(&weights)} {}
  person_detector(const person_detector&) = delete;
  person_detector& operator=(const person_detector&) = delete;

  /// Writes the boxes of the persons in `image` to `to`, as many as it holds, and returns them: the highest
  /// score first, scores above `threshold`. An image of another size than that of the configuration, not of
  /// three channels, without data or with overlapping rows is an error.
  found detect(const rgb_image& image, std::span<person_box> to,
               float threshold = Config.threshold.value()) noexcept {
    detail::no_executor alone;
    detail::no_observer nobody;
    return detect_all(nobody, alone, image, to, threshold);
  }
  /// The same by the threads of `threads`; Backend is a `with_threads`.
  template <executor Executor>
  found detect(Executor& threads, const rgb_image& image, std::span<person_box> to,
               float threshold = Config.threshold.value()) noexcept {
    detail::no_observer nobody;
    return detect_all(nobody, threads, image, to, threshold);
  }
  /// The same, calling `observer.begin(stage)` and `observer.end(stage)`, with a person_stage, around each
  /// part: `pyramid` for each level, `far`, `medium` and `near` for each scale, `second_look` for each box.
  /// @{
  template <class Observer>
  found detect_observed(Observer& observer, const rgb_image& image, std::span<person_box> to,
                        float threshold = Config.threshold.value()) noexcept {
    detail::no_executor alone;
    return detect_all(observer, alone, image, to, threshold);
  }
  template <class Observer, executor Executor>
  found detect_observed(Observer& observer, Executor& threads, const rgb_image& image,
                        std::span<person_box> to, float threshold = Config.threshold.value()) noexcept {
    return detect_all(observer, threads, image, to, threshold);
  }
  /// @}

  /// The scores of the cells of `scales[s].map` in the last image, row by row.
  std::span<const float> scores(int s) const noexcept {
    const float* first = memory_.scores + plan::first_cell[s];
    return {first, static_cast<std::size_t>(plan::first_cell[s + 1] - plan::first_cell[s])};
  }

 private:
  template <int S>
  using model_of_scale =
      typename networks_of<plan::scales[S].net>::template model_on<plan::scales[S].rows,
                                                                   plan::scales[S].columns>;
  static constexpr bool looks_twice = Config.second.net != person_net::no_net;
  using second_networks = networks_of<looks_twice ? Config.second.net : person_net::near>;
  static constexpr extent patch = second_networks::patch;
  using model_of_patch = typename second_networks::template model_on<patch.h, patch.w>;

  template <class F>
  static constexpr auto for_scales(F f) {
    return [&]<int... S>(std::integer_sequence<int, S...>) { return f(std::integral_constant<int, S>{}...); }
    (std::make_integer_sequence<int, plan::count>{});
  }

  static constexpr int most_threads = detail::threads_of<Backend>;
  static constexpr resampling pixels = [] {
    resampling r;
    r.swap_red_and_blue = Config.bgr;
    for (int c = 0; c < 3; ++c) {
      r.mean[c] = 128;
      r.scale[c] = 1 / 64.f;
    }
    return r;
  }();
  /// Floats of scratch memory for each thread that makes levels.
  static constexpr std::size_t level_scratch_size = level_scratch(plan::levels);
  /// No box is larger: peaks are refined by their neighbours only.
  static constexpr float largest_window =
      2 * plan::scales[plan::count - 1].map.box_height / Config.occupancy.value();
  static constexpr std::size_t patch_scratch_size = [] {
    const image_view<const std::uint8_t> image{nullptr, Config.height, Config.width, 3};
    const image_view<float> to{nullptr, patch.h, patch.w, 3};
    resampling how;
    how.window = {0, 0, largest_window, largest_window};
    const std::size_t area = area_scratch(image, to, how), bilinear = bilinear_scratch(image, to, how);
    return area > bilinear ? area : bilinear;
  }();
  static constexpr std::size_t scratch_size =
      std::max(most_threads * level_scratch_size, looks_twice ? patch_scratch_size : 0);
  static constexpr std::span<const score_map> maps{plan::maps.data(), std::size_t{plan::count}};
  static constexpr int model_bytes = for_scales([](auto... s) {
    return std::max({model_of_scale<s.value>::arena_bytes..., looks_twice ? model_of_patch::arena_bytes : 1});
  });

  struct memory {
    alignas(Backend::alignment) std::byte models[model_bytes];
    alignas(Backend::alignment) float level[plan::level_size];
    float scores[plan::cells];
    float scratch[scratch_size];
    float pooled[peaks_scratch(maps)];
    peak peaks[Config.most_boxes];
    person_box boxes[Config.most_boxes];
  };

 public:
  /// Bytes of memory beside the weights.
  static constexpr long long arena_bytes = sizeof(memory);
  /// Multiply-accumulate operations for an image: without the second look, and of one box there.
  /// @{
  static constexpr long long macs =
      for_scales([](auto... s) { return (model_of_scale<s.value>::macs + ...); });
  static constexpr long long macs_of_second_look = looks_twice ? model_of_patch::macs : 0;
  /// @}

 private:
  template <class Observer, class Executor>
  found detect_all(Observer& observer, Executor& executor, const rgb_image& image, std::span<person_box> to,
                   float threshold) noexcept {
    const auto checked = checked_image(image, Config.height, Config.width, 3);
    if (!checked) return checked.error();
    [&]<int... K>(std::integer_sequence<int, K...>) { (run_level<K>(observer, executor, image), ...); }
    (std::make_integer_sequence<int, plan::levels.levels>{});

    detail::begin_stage(observer, person_stage::peaks);
    const float* scores[plan::count];
    for (int s = 0; s < plan::count; ++s) scores[s] = memory_.scores + plan::first_cell[s];
    const peak_rules rules{looks_twice ? Config.second.threshold.value() : threshold, Config.support.value(),
                           Config.reach.value()};
    const auto peaks = find_peaks(maps, scores, rules, memory_.peaks, memory_.pooled).best;
    detail::end_stage(observer, person_stage::peaks);

    int count = 0, looks = 0;
    for (const peak& p : peaks) {
      if (looks_twice && looks++ == Config.second.most) break;
      person_box b = box_of(p);
      if constexpr (looks_twice) b.score = score_again(observer, executor, image, p);
      if (b.score > threshold) memory_.boxes[count++] = b;
    }
    const int limit = to.size() < std::size_t{Config.most_boxes} ? static_cast<int>(to.size()) : count;
    const int kept = detail::keep_best(memory_.boxes, count, count, limit,
                                       detail::rules_of_persons{Config.iou_threshold.value()});
    for (int i = 0; i < kept; ++i) to[static_cast<std::size_t>(i)] = memory_.boxes[i];
    return to.first(static_cast<std::size_t>(kept));
  }

  /// Makes level `K` and runs all networks that read it.
  template <int K, class Observer, class Executor>
  void run_level(Observer& observer, Executor& executor, const rgb_image& image) noexcept {
    constexpr share::range rows = plan::rows_of(K);
    if constexpr (rows.first < rows.end) {
      detail::begin_stage(observer, person_stage::pyramid);
      const image_view<float> level{memory_.level, rows.end - rows.first, plan::levels.size(K).w, 3};
      auto make = [&](share part) noexcept {
        const std::span<float> scratch{
            memory_.scratch + static_cast<std::size_t>(part.index) * level_scratch_size, level_scratch_size};
        return make_level(plan::levels, K, image, level, scratch, pixels, rows.first, part);
      };
      if constexpr (most_threads > 1 && !std::same_as<Executor, detail::no_executor>)
        executor.run(
            most_threads,
            [](void* f, int i) noexcept {
              static_cast<void>((*static_cast<decltype(make)*>(f))(share{i, most_threads}));
            },
            &make);
      else
        static_cast<void>(make(share{}));
      detail::end_stage(observer, person_stage::pyramid);
      for_scales([&](auto... s) { (run_scale<s.value, K, rows.first>(observer, executor), ...); });
    }
  }

  template <int S, int K, int FirstRow, class Observer, class Executor>
  void run_scale([[maybe_unused]] Observer& observer, [[maybe_unused]] Executor& executor) noexcept {
    constexpr person_scale scale = plan::scales[S];
    if constexpr (scale.level == K) {
      constexpr person_stage stage =
          static_cast<person_stage>(static_cast<int>(person_stage::far) + static_cast<int>(scale.net));
      detail::begin_stage(observer, stage);
      constexpr int first = (scale.first_row - FirstRow) * scale.columns * 3;
      const auto logits = run_model<scale.net, model_of_scale<S>>(executor, memory_.level + first);
      constexpr const person_scales& of_net = detail::scales_of(Config, scale.net);
      static_assert(model_of_scale<S>::template out<>.size() == 2 * scale.map.size());
      const float gain = of_net.gain.value(), offset = of_net.offset.value();
      float* scores = memory_.scores + plan::first_cell[S];
      for (std::size_t i = 0; i < logits.size() / 2; ++i)
        scores[i] = gain * (logits[2 * i + 1] - logits[2 * i]) + offset;
      detail::end_stage(observer, stage);
    }
  }

  template <person_net Net, class Model, class Executor>
  auto run_model(Executor& executor, const float* x) noexcept {
    constexpr auto size = static_cast<std::size_t>(Model::template in<>.size());
    Model net{weights_->template of<Net>(),
              std::span<std::byte, Model::arena_bytes>{memory_.models, std::size_t{Model::arena_bytes}}};
    const std::span<const float, size> input{x, size};
    if constexpr (std::same_as<Executor, detail::no_executor>)
      return net.run(input);
    else
      return net.run(executor, input);
  }

  static person_box box_of(const peak& p) noexcept {
    const float half_height = p.box_height / 2, half_width = half_height * Config.aspect.value();
    return {{p.x - half_width, p.y - half_height, p.x + half_width, p.y + half_height}, p.score, p.scale};
  }

  /// The score after a second look, at the patch in which the person has the height that it should have.
  template <class Observer, class Executor>
  float score_again(Observer& observer, Executor& executor, const rgb_image& image, const peak& p) noexcept {
    detail::begin_stage(observer, person_stage::second_look);
    const float height = p.box_height / Config.occupancy.value();
    const float width = height * static_cast<float>(patch.w) / static_cast<float>(patch.h);
    resampling how = pixels;
    how.window = {p.y - height / 2, p.x - width / 2, height, width};
    how.beyond = beyond_image::zero;
    const image_view<float> to{memory_.level, patch.h, patch.w, 3};
    const std::span<float> scratch{memory_.scratch};
    const bool smaller = height > static_cast<float>(patch.h);
    const bool made =
        smaller ? resize_area(image, to, scratch, how) : resize_bilinear(image, to, scratch, how);
    float score = p.score;
    if (made) {
      const auto logits = run_model<Config.second.net, model_of_patch>(executor, memory_.level);
      const float again = Config.second.gain.value() * (logits[1] - logits[0]) + Config.second.offset.value();
      const float weight = Config.second.weight.value();
      score = weight == 1 ? again : weight * again + (1 - weight) * score;
    }
    detail::end_stage(observer, person_stage::second_look);
    return score;
  }

  const person_weights<Backend, Config>* weights_;
  memory memory_;
};

}  // namespace edgenn
