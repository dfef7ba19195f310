// A person detector from its first, naive form to one of which the compiler knows everything, in the manner
// of table 1 of Eisenbach et al. 2017 (IJCNN, "Speeding up deep neural networks on the Jetson TX1"): what
// input scaling and detection take at each step, and whether the persons found stay the same.
//
// Exit status 0: they do. 1: they do not. 2: it could not run. Times decide nothing, nor does row 3b.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <edgenn.hpp>
#include <edgenn/networks/person_cnn.hpp>
#include <edgenn/person_detector.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "limits.hpp"
#include "naive_person_detector.hpp"
#include "person_checks.hpp"
#include "person_inputs.hpp"
#include "person_report.hpp"
#include "street_scene.hpp"
#if !defined PERSON_TABLE1_TINY && !defined PERSON_TABLE1_LEAN
#  include "../examples/person_detector/networks.hpp"  // the networks as they were trained
#endif

namespace {

using edgenn::person_config;

// The whole pyramid with all of the padding, and the same under a camera that stands on flat ground.
#ifdef PERSON_TABLE1_TINY
constexpr auto slim = edgenn::networks::person_width::slim;
inline constexpr person_config whole{.height = 96,
                                     .width = 128,
                                     .scale = 1,
                                     .far = {.levels = 3},
                                     .medium = {.levels = 3, .filters = slim},
                                     .near = {.levels = 2, .filters = slim},
                                     .visible = -1,
                                     .most_boxes = 4096};
inline constexpr edgenn::ground_plane camera{
    .camera_height = 1.3, .focal_length = 100, .shortest = 1.2, .tallest = 2};
#else
#  ifdef PERSON_TABLE1_LEAN
inline constexpr edgenn::person_scales far_trained{.levels = 7}, medium_trained{.levels = 7},
    near_trained{.levels = 12};
#  endif
inline constexpr person_config whole{
    .far = far_trained, .medium = medium_trained, .near = near_trained, .visible = -1, .most_boxes = 4096};
inline constexpr edgenn::ground_plane camera{
    .camera_height = 1.3, .focal_length = 600, .shortest = 1.2, .tallest = 2};
#endif
inline constexpr person_config on_ground = [] {
  person_config c = whole;
  c.ground = camera;
  return c;
}();
inline constexpr const auto& far_net = edgenn::networks::person_far<32, 16, whole.far.filters>;
inline constexpr const auto& medium_net = edgenn::networks::person_medium<64, 32, whole.medium.filters>;
inline constexpr const auto& near_net = edgenn::networks::person_near<128, 64, whole.near.filters>;

/// Half precision as a storage format of large weights: arithmetic stays in fp32. Direct convolutions store
/// them as weights files do, exactly; those of Winograd's algorithms are rounded after they were transformed.
/// @{
using half_weights = edgenn::with_conv_weights<edgenn::without_winograd<edgenn::native>, edgenn::half>;
using half_transformed = edgenn::with_conv_weights<edgenn::native, edgenn::half>;
/// @}

struct trained {
  std::vector<float> far, medium, near;
  std::string from;
};

/// Adds up the time of each stage.
class stage_clock {
 public:
  explicit stage_clock(bench::detection_times& times) : times_{times} {}
  void begin(edgenn::person_stage) { start_ = bench::stopwatch::now(); }
  void end(edgenn::person_stage stage) {
    const double taken = bench::stopwatch::now() - start_;
    if (stage == edgenn::person_stage::pyramid) times_.scaling += taken;
    const int net = static_cast<int>(stage) - static_cast<int>(edgenn::person_stage::far);
    if (net >= 0 && net < 3) times_.networks[static_cast<std::size_t>(net)] += taken;
  }

 private:
  bench::detection_times& times_;
  double start_ = 0;
};

/// edgenn's detector with its memory.
template <class Backend, const person_config& Config>
class detector {
  using weights = edgenn::person_weights<Backend, Config>;
  template <int Count>
  static std::span<const float, Count> span(const std::vector<float>& v) {
    return std::span<const float, Count>{v};
  }

 public:
  explicit detector(const trained& t)
      : weights_{std::make_unique<weights>(span<weights::far_count>(t.far),
                                           span<weights::medium_count>(t.medium),
                                           span<weights::near_count>(t.near))},
        detector_{std::make_unique<found_by>(*weights_)} {}

  bench::person_boxes detect(const edgenn::rgb_image& image, float threshold, bench::detection_times& times) {
    bench::person_boxes boxes(static_cast<std::size_t>(Config.most_boxes));
    stage_clock clock{times};
    const double start = bench::stopwatch::now();
    const auto found = detector_->detect_observed(clock, image, boxes, threshold);
    times.suppression += bench::stopwatch::now() - start - times.scaling - times.all_networks();
    if (!found) throw bench::cannot_read{"image", found.error().message().c_str()};
    boxes.resize(found->size());
    return boxes;
  }
  const auto& found_by_it() const { return *detector_; }

 private:
  using found_by = edgenn::person_detector<Backend, Config>;
  std::unique_ptr<weights> weights_;
  std::unique_ptr<found_by> detector_;
};

/// Appends a row for edgenn's detector.
template <class Backend, const person_config& Config>
std::shared_ptr<detector<Backend, Config>> add(std::vector<bench::table_row>& rows, const char* number,
                                               const char* what, const trained& t,
                                               const std::vector<bench::runtime_network>& networks,
                                               const edgenn::rgb_image& image, float threshold) {
  using found_by = edgenn::person_detector<Backend, Config>;
  auto d = std::make_shared<detector<Backend, Config>>(t);
  bench::table_row row{number, what};
  for (const edgenn::person_scale& scale : found_by::scales)
    row.macs_of[static_cast<std::size_t>(scale.net)] +=
        networks[static_cast<std::size_t>(scale.net)].macs(scale.rows, scale.columns);
  if (row.macs() != static_cast<double>(found_by::macs))
    throw std::logic_error{"operations are not counted alike"};
  row.memory = found_by::arena_bytes;
  row.weights = sizeof(edgenn::person_weights<Backend, Config>);
  row.detect = [d, image, threshold](bench::detection_times& times) {
    return d->detect(image, threshold, times);
  };
  rows.push_back(std::move(row));
  return d;
}

std::vector<bench::runtime_network> naive_networks(const trained& t, bench::innermost loop) {
  std::vector<bench::runtime_network> networks;
  networks.emplace_back(far_net, t.far, loop);
  networks.emplace_back(medium_net, t.medium, loop);
  networks.emplace_back(near_net, t.near, loop);
  return networks;
}

void add_naive(std::vector<bench::table_row>& rows, const char* number, const char* what,
               const std::vector<bench::runtime_network>& networks, const edgenn::rgb_image& image,
               float threshold, int rounds) {
  using whole_detector = edgenn::person_detector<edgenn::native, whole>;
  const std::span<const edgenn::person_scale> scales{whole_detector::scales.data(),
                                                     static_cast<std::size_t>(whole_detector::scales.size())};
  auto d = std::make_shared<bench::naive_person_detector>(whole, scales, whole_detector::levels, networks);
  bench::table_row row{number, what};
  row.macs_of = d->macs();
  row.most_rounds = rounds;
  row.detect = [d, image, threshold](bench::detection_times& times) {
    return d->detect(image, threshold, times);
  };
  rows.push_back(std::move(row));
}

/// The one large network to compare rates with.
class person_cnn {
  using model = edgenn::model<edgenn::networks::person_cnn, edgenn::native, edgenn::borrowed_arena>;
  template <int Bytes>
  struct alignas(4096) memory {
    std::byte bytes[Bytes];
  };

 public:
  static constexpr auto macs = static_cast<double>(model::macs);

  person_cnn() : x_(bench::synthetic_input(edgenn::networks::person_cnn)) {
    const std::vector<float> weights = bench::synthetic_weights(edgenn::networks::person_cnn);
    model::pack(std::span<const float, model::weight_count>{weights}, packed_->bytes);
  }
  double seconds() {
    const double start = bench::stopwatch::now();
    model m{packed_->bytes, arena_->bytes};
    float first = m.run(std::span<const float, model::template in<>.size()>{x_})[0];
    bench::keep(first);
    return bench::stopwatch::now() - start;
  }

 private:
  std::vector<float> x_;
  std::unique_ptr<memory<model::packed_bytes>> packed_ = std::make_unique<memory<model::packed_bytes>>();
  std::unique_ptr<memory<model::arena_bytes>> arena_ = std::make_unique<memory<model::arena_bytes>>();
};

struct options {
  std::string image, weights, json, markdown;
  float threshold = 0;
  int rounds = 5, naive_rounds = 1;
};

constexpr const char* usage =
    "usage: person_table1 [--image FILE.ppm] [--weights FOLDER] [--threshold Z] [--rounds N] [--naive-rounds "
    "N]\n"
    "                     [--processor-time] [--json FILE] [--markdown FILE]\n"
    "  --image           a photo (PPM, P6), scaled to the detector's size; default: a drawn street\n"
    "  --weights         where person_far.edgenn, person_medium.edgenn and person_near.edgenn are; default: "
    "seeded\n"
    "                    numbers\n"
    "  --threshold       of scores; default 0\n"
    "  --rounds          in each of which all rows are measured in turn; default 5\n"
    "  --naive-rounds    the last rounds, in which the naive rows take part; default 1, they take a minute\n"
    "  --processor-time  instead of time on the wall: does not count the waiting for a core\n"
    "exit status 0: all rows find the same persons, 1: they do not, 2: it could not run\n";

options parse(int count, char** arguments) {
  options o;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    if (name == "--help") {
      std::fputs(usage, stdout);
      std::exit(0);
    }
    if (name == "--processor-time") {
      bench::stopwatch::of_processor = true;
      continue;
    }
    if (i + 1 == count)
      throw bench::cannot_read{std::string{name}, "unknown, or without a value (see --help)"};
    const std::string value = arguments[++i];
    char* end = nullptr;
    const auto number = [&](float least, float most) {
      const float v = std::strtof(value.c_str(), &end);
      if (end == value.c_str() || *end != '\0' || !(v >= least && v <= most))
        throw bench::cannot_read{std::string{name}, "found " + value + ", expected a number"};
      return v;
    };
    if (name == "--image")
      o.image = value;
    else if (name == "--weights")
      o.weights = value;
    else if (name == "--json")
      o.json = value;
    else if (name == "--markdown")
      o.markdown = value;
    else if (name == "--threshold")
      o.threshold = number(-1e6f, 1e6f);
    else if (name == "--rounds")
      o.rounds = static_cast<int>(number(1, 1000));
    else if (name == "--naive-rounds")
      o.naive_rounds = static_cast<int>(number(1, 1000));
    else
      throw bench::cannot_read{std::string{name}, "unknown option (see --help)"};
  }
  return o;
}

trained weights_of(const options& o) {
  if (o.weights.empty())
    return {bench::untrained<far_net>(), bench::untrained<medium_net>(), bench::untrained<near_net>(),
            "seeded numbers"};
  const std::string folder = o.weights + "/person_";
  return {bench::read_trained<far_net>(folder + "far.edgenn"),
          bench::read_trained<medium_net>(folder + "medium.edgenn"),
          bench::read_trained<near_net>(folder + "near.edgenn"), "trained"};
}

int run(const options& o) {
  const trained weights = weights_of(o);
  const bench::street_scene scene{whole.height, whole.width, camera};
  const std::vector<std::uint8_t> pixels =
      o.image.empty() ? scene.rgb() : bench::read_ppm(o.image, whole.height, whole.width);
  const edgenn::rgb_image image{pixels.data(), whole.height, whole.width, 3};

  bench::table table;
  table.image = o.image.empty() ? "a drawn street" : std::filesystem::path{o.image}.filename().string();
  table.weights = weights.from;
  table.threshold = static_cast<double>(o.threshold);
  std::vector<bench::table_row>& rows = table.rows;
  const auto plain = naive_networks(weights, bench::innermost::taps);
  const auto in_vectors = naive_networks(weights, bench::innermost::filters);
  add_naive(rows, "1", "naive port: shapes at run time, heap, copies, every scale on a canvas of one size",
            plain, image, o.threshold, o.naive_rounds);
  add_naive(rows, "1b", "the same with loops that the compiler turns into vectors", in_vectors, image,
            o.threshold, o.naive_rounds);
  const auto exact = add<edgenn::native, whole>(rows, "2", "edgenn: exact static shapes", weights, plain,
                                                image, o.threshold);
  add<half_weights, whole>(rows, "3", "large weights in half precision, direct convolutions", weights, plain,
                           image, o.threshold);
  add<half_transformed, whole>(rows, "3b", "large weights in half precision, transformed ones too", weights,
                               plain, image, o.threshold);
  const auto grounded = add<edgenn::native, on_ground>(rows, "4", "row 2 with a ground plane", weights, plain,
                                                       image, o.threshold);

  person_cnn large;
  for (int round = 0; round <= o.rounds; ++round) {  // the first one only warms up
    for (bench::table_row& r : rows) {
      if ((r.most_rounds > 0 && (round == 0 || round <= o.rounds - r.most_rounds))) continue;
      bench::detection_times times;
      r.boxes = r.detect(times);
      if (round > 0) r.times.push_back(times);
    }
    const double seconds = large.seconds();
    if (round > 0) table.large_seconds.push_back(seconds);
    table.peak_gflops = std::max(table.peak_gflops, bench::peak_gflops<bench::widest_isa>());
  }
  table.large_macs = person_cnn::macs;

  for (const char* other : {"1", "1b", "3", "3b"})
    table.differences.push_back(
        {other, bench::compare(table.row(other).boxes, table.row("2").boxes, o.threshold)});
  table.ground = bench::check_ground(exact->found_by_it(), grounded->found_by_it(), on_ground, o.threshold);
  table.ground_plane = camera;

  const std::string text = table.markdown();
  std::fputs(text.c_str(), stdout);
  if (!o.markdown.empty()) bench::write_whole(o.markdown, text);
  if (!o.json.empty()) bench::write_whole(o.json, table.json());
  return table.is_right() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) try {
  const int status = run(parse(count, arguments));
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw bench::cannot_read{"standard output", "cannot be written"};
  return status;
} catch (const std::exception& e) {
  std::fprintf(stderr, "person_table1: %s\n", e.what());
  return 2;
}
