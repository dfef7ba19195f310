// The person detector on small images, for any backend.
#include <doctest/doctest.h>

#include <edgenn/executors/thread_pool.hpp>
#include <person/detectors.hpp>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

using backend = EDGENN_TESTED_TAG;

/// Three scales of the far and the medium network, two of the near one.
constexpr person_config small{.height = 150,
                              .width = 80,
                              .padding_below = 0,
                              .scale = 1,
                              .far = {.levels = 3},
                              .medium = {.levels = 3, .filters = networks::person_width::slim},
                              .near = {.levels = 2, .filters = networks::person_width::slim},
                              .visible = -1};

constexpr person_config with(person_config c, auto... changes) {
  (changes(c), ...);
  return c;
}

/// The bits of all scores of the last image.
template <class Detector>
std::vector<float> all_scores(const Detector& d) {
  std::vector<float> all;
  for (int s = 0; s < Detector::scales.size(); ++s) {
    const auto of_scale = d.scores(s);
    all.insert(all.end(), of_scale.begin(), of_scale.end());
  }
  return all;
}
bool equal_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// A person that the template of a cell of a map is made for.
struct planted {
  float y, x, height;
  planted(const score_map& m, int row, int column)
      : y{m.origin_y + m.stride_y * static_cast<float>(row)},
        x{m.origin_x + m.stride_x * static_cast<float>(column)},
        height{m.box_height} {}
  planted(const score_map& m) : planted{m, m.height / 2, m.width / 2} {}

  void draw_in(grey_image& image) const { draw_person(image, y, x, height); }
  box where() const { return box_of_person(y, x, height); }
};
bool is_found(const std::vector<person_box>& found, const planted& person) {
  return std::any_of(found.begin(), found.end(),
                     [&](const person_box& b) { return iou(b.where, person.where()) > .6f; });
}

/// Scores of scales that `part` and `all` have in common, at the same places. On other backends than the
/// reference they may differ by rounding, because tiles begin elsewhere.
template <class Part, class All>
int compare_scores(const Part& part, const All& all) {
  int compared = 0;
  for (int s = 0; s < Part::scales.size(); ++s) {
    const person_scale& a = Part::scales[s];
    for (int t = 0; t < All::scales.size(); ++t) {
      const person_scale& b = All::scales[t];
      if (a.net != b.net || a.level != b.level) continue;
      REQUIRE(a.map.width == b.map.width);
      REQUIRE(a.map.stride_y == b.map.stride_y);
      const int above = (a.first_row - b.first_row) / 8;
      REQUIRE(above >= 0);
      REQUIRE(a.map.height + above <= b.map.height);
      for (int i = 0; i < a.map.height * a.map.width; ++i, ++compared) {
        const float x = part.scores(s)[static_cast<std::size_t>(i)];
        const float y = all.scores(t)[static_cast<std::size_t>(i + above * a.map.width)];
        CAPTURE(s);
        CAPTURE(i);
        if (std::is_same_v<backend, reference>)
          CHECK(x == y);
        else
          CHECK(std::abs(x - y) < 1e-4f);
      }
    }
  }
  return compared;
}

TEST_CASE("a person of every scale is found") {
  test_detector<backend, small> find;
  for (const person_scale& s : decltype(find)::detector_type::scales) {
    const planted person{s.map};
    grey_image image{150, 80};
    person.draw_in(image);
    const auto found = find(image.view());
    CAPTURE(s.map.box_height);
    REQUIRE(!found.empty());
    CHECK(iou(found[0].where, person.where()) > .6f);
    CHECK(found[0].score > 3);
    for (std::size_t i = 1; i < found.size(); ++i) CHECK(found[i].score <= found[i - 1].score);
  }
}

TEST_CASE("two persons are two boxes, an empty image none") {
  test_detector<backend, small> find;
  grey_image image{150, 80};
  CHECK(find(image.view()).empty());
  const auto& scales = decltype(find)::detector_type::scales;
  const planted first{scales[0].map, 1, 1}, second{scales[3].map, 8, 4};
  first.draw_in(image);
  second.draw_in(image);
  const auto found = find(image.view());
  CHECK(is_found(found, first));
  CHECK(is_found(found, second));
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t k = 0; k < i; ++k) CHECK(iou(found[i].where, found[k].where) <= .45f);
}

TEST_CASE("the same bits in every run, after other images, and with any number of threads") {
  const grey_image image = noise_image(150, 80), other = noise_image(150, 80, 7);
  test_detector<backend, small> alone;
  const auto boxes = alone(image.view(), -100);
  const auto scores = all_scores(*alone);
  CHECK(!boxes.empty());
  alone(other.view());
  CHECK(!equal_bits(all_scores(*alone), scores));
  CHECK(equal_boxes(alone(image.view(), -100), boxes));
  CHECK(equal_bits(all_scores(*alone), scores));

  const auto with_pool = [&]<int Threads>(std::integral_constant<int, Threads>) {
    test_detector<with_threads<backend, Threads>, small> together;
    thread_pool<Threads> pool;
    for (int i = 0; i < 3; ++i) {
      std::vector<person_box> found(64);
      const auto result = together->detect(pool, image.view(), found, -100);
      REQUIRE(result);
      found.resize(result->size());
      CHECK(equal_boxes(found, boxes));
      CHECK(equal_bits(all_scores(*together), scores));
    }
  };
  with_pool(std::integral_constant<int, 2>{});
  with_pool(std::integral_constant<int, 3>{});
}

TEST_CASE("images that are not what the detector was made for") {
  test_detector<backend, small> find;
  const grey_image image = noise_image(160, 90);
  std::vector<person_box> boxes(8, person_box{{}, 77, 0});
  const auto error_of = [&](const rgb_image& wrong) {
    const auto found = find->detect(wrong, boxes, -100);
    REQUIRE(!found);
    CHECK(boxes[0].score == 77);
    return std::string{found.error().message().c_str()};
  };
  const std::uint8_t* p = image.pixels.data();
  CHECK(error_of({p, 151, 80, 3}) == "image: height: found 151, expected 150 (rows)");
  CHECK(error_of({p, 150, 81, 3}) == "image: width: found 81, expected 80 (columns)");
  CHECK(error_of({p, 150, 80, 1}) == "image: channels: found 1, expected 3 (elements of a pixel)");
  CHECK(error_of({p, 0, 80, 3}) == "image: height: found 0, expected 150 (rows)");
  CHECK(error_of({nullptr, 150, 80, 3}) == "image: data: found none (null pointer)");
  CHECK(error_of({p, 150, 80, 3, 239})
        == "image: row stride: found 239, expected 240 (elements from one row to the next: width times "
           "channels at least)");
}

TEST_CASE("gaps between rows do not matter") {
  test_detector<backend, small> find;
  const grey_image image = noise_image(150, 90);
  grey_image cut{150, 80};
  for (int y = 0; y < 150; ++y) std::copy_n(image.pixels.data() + 3 * 90 * y, 3 * 80, cut.at(y, 0));
  const auto boxes = find(cut.view(), -100);
  const auto scores = all_scores(*find);
  CHECK(equal_boxes(find({image.pixels.data(), 150, 80, 3, 3 * 90}, -100), boxes));
  CHECK(equal_bits(all_scores(*find), scores));
}

constexpr person_config blue_first = with(small, [](person_config& c) { c.bgr = true; });

TEST_CASE("blue, green, red") {
  // Weights that tell the colours apart.
  std::vector<std::vector<float>> weights{
      template_weights<networks::person_far<32, 16>>(),
      template_weights<networks::person_medium<64, 32, small.medium.filters>>(),
      template_weights<networks::person_near<128, 64, small.near.filters>>()};
  for (auto& w : weights)
    for (std::size_t i = 0; i < 9 * 5 * 5 * 3 && i < w.size(); i += 3) w[i] *= 1.5f;
  test_detector<backend, small> red{weights[0], weights[1], weights[2]};
  test_detector<backend, blue_first> blue{weights[0], weights[1], weights[2]};
  grey_image image = noise_image(150, 80);
  const auto boxes = red(image.view(), -100);
  const auto scores = all_scores(*red);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) std::swap(image.pixels[i], image.pixels[i + 2]);
  CHECK(equal_boxes(blue(image.view(), -100), boxes));
  CHECK(equal_bits(all_scores(*blue), scores));
  red(image.view(), -100);
  CHECK(!equal_bits(all_scores(*red), scores));
}

constexpr person_config on_ground = with(small, [](person_config& c) {
  c.ground = {.camera_height = 1.2, .pitch = 5, .focal_length = 150, .shortest = 1.5, .tallest = 1.9};
});

TEST_CASE("a ground plane leaves the scores of the rows that it does not exclude") {
  test_detector<backend, small> everywhere;
  test_detector<backend, on_ground> there;
  using part = decltype(there)::detector_type;
  using all = decltype(everywhere)::detector_type;
  static_assert(part::macs < all::macs * 3 / 4);
  const grey_image image = noise_image(150, 80);
  everywhere(image.view());
  there(image.view());
  const int compared = compare_scores(*there, *everywhere);
  int cells = 0;
  for (const person_scale& s : part::scales) cells += static_cast<int>(s.map.size());
  CHECK(compared == cells);

  // A person who stands there is found, with the same score; one in the air is not.
  const planted person{part::scales[2].map};
  grey_image standing{150, 80};
  person.draw_in(standing);
  const auto found = there(standing.view()), expected = everywhere(standing.view());
  REQUIRE(!found.empty());
  REQUIRE(!expected.empty());
  CHECK(iou(found[0].where, person.where()) > .6f);
  CHECK(std::abs(found[0].score - expected[0].score) < 1e-3f);
  grey_image flying{150, 80};
  const planted bird{decltype(everywhere)::detector_type::scales[2].map, 1, 4};
  bird.draw_in(flying);
  CHECK(is_found(everywhere(flying.view(), 2), bird));
  CHECK(!is_found(there(flying.view(), -100), bird));
}

constexpr person_config padded = with(small, [](person_config& c) {
  c.height = 100;
  c.padding_below = 50;
});
constexpr person_config half_visible = with(padded, [](person_config& c) { c.visible = .5; });

TEST_CASE("padding below: persons whose feet are not in the image") {
  test_detector<backend, padded> find;
  const auto& map = decltype(find)::detector_type::scales[3].map;
  const planted person{map, 8, map.width / 2};
  grey_image image{100, 80};
  person.draw_in(image);
  CHECK(person.where().y2 > 110);
  CHECK(is_found(find(image.view()), person));

  test_detector<backend, half_visible> less;
  using part = decltype(less)::detector_type;
  static_assert(part::macs < decltype(find)::detector_type::macs);
  const grey_image noise = noise_image(100, 80);
  find(noise.view());
  less(noise.view());
  CHECK(compare_scores(*less, *find) > 0);
}

constexpr person_config of_one_size = with(small, [](person_config& c) {
  c.smallest = 48;
  c.largest = 60;
});

TEST_CASE("scales that no person has are left out, the others stay what they are") {
  test_detector<backend, small> everything;
  test_detector<backend, of_one_size> some;
  using part = decltype(some)::detector_type;
  for (const person_scale& s : part::scales) {
    CHECK(s.map.box_height > 48 / 1.06f);
    CHECK(s.map.box_height < 60 * 1.06f);
  }
  static_assert(part::scales.size() > 0);
  static_assert(part::scales.size() < decltype(everything)::detector_type::scales.size());
  const grey_image image = noise_image(150, 80);
  everything(image.view());
  some(image.view());
  CHECK(compare_scores(*some, *everything) > 0);
}

constexpr person_config calibrated = with(small, [](person_config& c) {
  c.medium.gain = 2;
  c.medium.offset = .5;
});

TEST_CASE("gain and offset of one network") {
  test_detector<backend, small> plain;
  test_detector<backend, calibrated> other;
  const grey_image image = noise_image(150, 80);
  plain(image.view());
  other(image.view());
  using detector = decltype(plain)::detector_type;
  for (int s = 0; s < detector::scales.size(); ++s)
    for (std::size_t i = 0; i < plain->scores(s).size(); ++i) {
      const float z = plain->scores(s)[i];
      const bool is_medium = detector::scales[s].net == person_net::medium;
      CHECK(other->scores(s)[i] == (is_medium ? 2 * z + .5f : z));
    }
}

constexpr person_config unmoved = with(small, [](person_config& c) { c.reach = 0; });

TEST_CASE("boxes are refined by cells within reach") {
  test_detector<backend, small> refined;
  test_detector<backend, unmoved> on_cells;
  using detector = decltype(on_cells)::detector_type;
  const grey_image image = noise_image(150, 80);
  const auto boxes = on_cells(image.view(), -100);
  CHECK(!boxes.empty());
  for (const person_box& b : boxes) {
    const score_map& m = detector::scales[b.scale].map;
    CHECK(b.where.height() == doctest::Approx(static_cast<double>(m.box_height)).epsilon(1e-4));
    const float row = ((b.where.y1 + b.where.y2) / 2 - m.origin_y) / m.stride_y;
    CHECK(std::abs(row - std::round(row)) < 1e-3f);
  }
  CHECK(!equal_boxes(refined(image.view(), -100), boxes));
}

constexpr person_config all_boxes = with(small, [](person_config& c) { c.iou_threshold = 1; });
constexpr person_config three_boxes = with(all_boxes, [](person_config& c) { c.most_boxes = 3; });

TEST_CASE("thresholds and numbers of boxes") {
  test_detector<backend, small> some;
  test_detector<backend, all_boxes> all;
  test_detector<backend, three_boxes> three;
  const grey_image image = noise_image(150, 80, 3);
  const auto boxes = all(image.view(), -100);
  REQUIRE(boxes.size() > 4);
  CHECK(some(image.view(), -100).size() <= boxes.size());
  CHECK(equal_boxes(three(image.view(), -100), {boxes.begin(), boxes.begin() + 3}));
  CHECK(all(image.view(), boxes[0].score).empty());
  const auto above = all(image.view(), boxes[2].score);
  for (const person_box& b : above) CHECK(b.score > boxes[2].score);

  person_box two[2];
  const auto found = all->detect(image.view(), two, -100);
  REQUIRE(found);
  CHECK(equal_boxes({found->begin(), found->end()}, {boxes.begin(), boxes.begin() + 2}));
  CHECK(found->data() == two);
  CHECK(all->detect(image.view(), {}, -100)->empty());
}

constexpr person_config twice = with(small, [](person_config& c) {
  c.second.net = person_net::near;
  c.second.threshold = -2;
});
constexpr person_config twice_mixed = with(twice, [](person_config& c) { c.second.weight = .5; });
constexpr person_config twice_ignored = with(twice, [](person_config& c) { c.second.weight = 0; });

TEST_CASE("a second look") {
  test_detector<backend, small> once;
  test_detector<backend, twice> again;
  test_detector<backend, twice_mixed> mixed;
  test_detector<backend, twice_ignored> ignored;
  for (const int scale : {1, 4}) {
    const planted person{decltype(once)::detector_type::scales[scale].map};
    grey_image image{150, 80};
    person.draw_in(image);
    const auto first = once(image.view()), second = again(image.view());
    CAPTURE(scale);
    REQUIRE(!second.empty());
    CHECK(iou(second[0].where, person.where()) > .6f);
    CHECK(second[0].score > 0);
    CHECK(equal_boxes(ignored(image.view()), first));
    // What one box got from both looks.
    const auto both = mixed(image.view(), -100);
    const auto a = once(image.view(), -2), b = again(image.view(), -100);
    for (const person_box& m : both)
      for (const person_box& p : a)
        for (const person_box& q : b)
          if (p.where == m.where && q.where == m.where)
            CHECK(std::abs(m.score - .5f * (p.score + q.score)) < 1e-5f);
  }
  static_assert(decltype(again)::detector_type::macs_of_second_look == 61'684'672);
}

struct counted_stages {
  int begun[6] = {}, open = 0;
  void begin(person_stage s) {
    ++begun[static_cast<int>(s)];
    CHECK(++open == 1);
  }
  void end(person_stage) { --open; }
};

TEST_CASE("observed stages") {
  test_detector<backend, twice> find;
  grey_image image{150, 80};
  planted{decltype(find)::detector_type::scales[1].map}.draw_in(image);
  counted_stages stages;
  std::vector<person_box> boxes(8);
  REQUIRE(find->detect_observed(stages, image.view(), boxes));
  CHECK(stages.open == 0);
  const int expected[] = {3, 3, 3, 2, 1};
  for (int i = 0; i < 5; ++i) CHECK(stages.begun[i] == expected[i]);
  CHECK(stages.begun[5] > 0);
}

}  // namespace
