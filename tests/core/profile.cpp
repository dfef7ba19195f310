#include <doctest/doctest.h>

#include <cstdint>
#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/profile.hpp>
#include <edgenn/summary.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "random_numbers.hpp"

namespace {

using namespace edgenn;

constexpr auto small = network<8>({4, 4, 1}, [](value x) {
  x = x | conv2d{.filters = 2, .kernel = 3} | flatten{};
  return x | dense{.units = 3} | softmax{};
});
using small_model = model<small, reference>;

/// Counts as a timer register of `Ticks` does: each look at it is so many ticks later than the one before.
template <class Ticks>
struct fake_clock {
  static inline Ticks time = 0;
  static inline unsigned step = 1,
                         steps = 0;  // every second look, the end of a layer, comes later by `longer`
  static inline unsigned longer = 0;
  static Ticks now() {
    time = static_cast<Ticks>(time + step + (++steps % 2 == 0 ? longer : 0));
    return time;
  }
  static void reset(Ticks start, unsigned first_step, unsigned more) {
    time = start;
    step = first_step;
    steps = 0;
    longer = more;
  }
};

template <class Profile>
std::vector<std::string> report_of(const Profile& p) {
  std::vector<std::string> lines;
  p.report([&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in{line};
  std::vector<std::string> words;
  for (std::string w; in >> w;) words.push_back(w);
  return words;
}

TEST_CASE_TEMPLATE("a layer's ticks, also when the clock wraps around", Ticks, std::uint8_t, std::uint16_t,
                   std::uint32_t, std::uint64_t) {
  using clock = fake_clock<Ticks>;
  const std::vector<float> w = random_floats(1, small.weight_count), x = random_floats(2, 16);
  constexpr auto count = static_cast<std::size_t>(small.weight_count);
  small_model net{std::span<const float, count>{w.data(), count}};
  const std::span<const float, 16> image{x.data(), 16};
  profile<small_model, clock> times;

  clock::reset(static_cast<Ticks>(-3), 2, 5);  // wraps around during the first layer
  net.run_observed(times, image);
  clock::reset(static_cast<Ticks>(100), 2, 98);
  net.run_observed(times, image);
  clock::reset(static_cast<Ticks>(-1), 2, 1);
  net.run_observed(times, image);

  for (const int i : {1, 3, 4}) {
    CAPTURE(i);
    CHECK(times.runs(i) == 3);
    CHECK(times.total(i) == 7 + 100 + 3);
    CHECK(times.least(i) == 3);
  }
  CHECK(times.runs(0) == 0);
  CHECK(times.runs(2) == 0);  // a view: no kernel

  const std::vector<std::string> lines = report_of(times);
  REQUIRE(lines.size() == 4);
  CHECK(words_of(lines[0]).front() == "node");
  CHECK(words_of(lines[1]) == std::vector<std::string>{"1", "conv2d", "36", "3", "333"});
  CHECK(words_of(lines[2]) == std::vector<std::string>{"3", "dense", "36", "3", "333"});
  CHECK(words_of(lines[3]) == std::vector<std::string>{"4", "softmax", "36", "3", "333"});
}

TEST_CASE("a profile of nothing reports its head only") {
  const profile<small_model, fake_clock<std::uint16_t>> times;
  CHECK(report_of(times).size() == 1);
}

TEST_CASE("a clock that stands still divides nothing by zero") {
  using clock = fake_clock<std::uint16_t>;
  const std::vector<float> w = random_floats(1, small.weight_count), x = random_floats(2, 16);
  constexpr auto count = static_cast<std::size_t>(small.weight_count);
  small_model net{std::span<const float, count>{w.data(), count}};
  profile<small_model, clock> times;
  clock::reset(7, 0, 0);
  net.run_observed(times, std::span<const float, 16>{x.data(), 16});
  for (const std::string& line : report_of(times)) CAPTURE(line);
  CHECK(words_of(report_of(times)[1]) == std::vector<std::string>{"1", "conv2d", "0", "0", "0"});
}

// Absent, it costs nothing: a model holds its arena and a pointer, with or without an observer.
static_assert(std::is_empty_v<detail::no_observer>);
static_assert(sizeof(small_model) - small_model::arena_bytes <= 16);

struct silent {};
TEST_CASE("observing changes no bit of the result") {
  const std::vector<float> w = random_floats(1, small.weight_count), x = random_floats(2, 16);
  constexpr auto count = static_cast<std::size_t>(small.weight_count);
  small_model net{std::span<const float, count>{w.data(), count}};
  const std::span<const float, 16> image{x.data(), 16};
  const auto y = net.run(image);
  const std::vector<float> plain{y.begin(), y.end()};
  profile<small_model, fake_clock<std::uint8_t>> times;
  silent nothing;
  const auto a = net.run_observed(times, image);
  CHECK(std::vector<float>{a.begin(), a.end()} == plain);
  const auto b = net.run_observed(nothing, image);
  CHECK(std::vector<float>{b.begin(), b.end()} == plain);
}

TEST_CASE("LeNet-5 as a table") {
  using lenet = model<networks::lenet5, reference>;
  std::vector<std::string> lines;
  summary<lenet>([&](std::string_view line) { lines.emplace_back(line); });
  REQUIRE(lines.size() == 1 + 8 + 2);
  const auto offset = [](int i) { return std::to_string(lenet::plan[i].offset); };
  using row = std::vector<std::string>;
  CHECK(words_of(lines[0])
        == row{"node", "layer", "output", "(h", "w", "c)", "parameters", "MACs", "arena", "offset"});
  CHECK(words_of(lines[1]) == row{"0", "input", "28", "x", "28", "x", "1", "0", "0", "input", "0"});
  CHECK(words_of(lines[2]) == row{"1", "conv2d", "24", "x", "24", "x", "20", "520", "288000", offset(1)});
  CHECK(words_of(lines[3]) == row{"2", "max_pool2d", "12", "x", "12", "x", "20", "0", "0", offset(2)});
  CHECK(words_of(lines[4]) == row{"3", "conv2d", "8", "x", "8", "x", "50", "25050", "1600000", offset(3)});
  CHECK(words_of(lines[5]) == row{"4", "max_pool2d", "4", "x", "4", "x", "50", "0", "0", offset(4)});
  CHECK(words_of(lines[6])
        == row{"5", "dense+relu", "1", "x", "1", "x", "500", "400500", "400000", offset(5)});
  CHECK(words_of(lines[7]) == row{"6", "dense", "1", "x", "1", "x", "10", "5010", "5000", offset(6)});
  CHECK(words_of(lines[8]) == row{"7", "softmax", "1", "x", "1", "x", "10", "0", "0", offset(7)});
  CHECK(words_of(lines[9]) == row{"sum", "431080", "2293000"});
  CHECK(lines[10].find("arena " + std::to_string(lenet::arena_bytes) + " bytes") != std::string::npos);
  CHECK(lines[10].find("weights 1724320 bytes") != std::string::npos);
  for (std::size_t i = 1; i < 9; ++i) CHECK(lines[i].size() == lines[0].size());  // columns align
}

constexpr auto activated = network<8>({2, 2, 3}, [](value x) {
  x = x | relu;  // nothing before it to be fused into
  x = x | depthwise_conv2d{.kernel = 1, .act = hard_swish} | relu6;
  return x | batch_norm{.act = leaky_relu(0.1)} | softmax{};
});
TEST_CASE("a table names the activations, fused and on their own") {
  std::vector<std::string> lines;
  summary<model<activated, reference>>([&](std::string_view line) { lines.emplace_back(line); });
  REQUIRE(lines.size() == 1 + 6 + 2);
  const char* const layers[] = {"input",         "activate:relu",         "depthwise_conv2d+hard_swish",
                                "activate:clip", "batch_norm+leaky_relu", "softmax"};
  for (std::size_t i = 0; i < 6; ++i) CHECK(words_of(lines[1 + i])[1] == layers[i]);
  for (std::size_t i = 1; i < 7; ++i) CHECK(lines[i].size() == lines[0].size());  // columns align
  CHECK(std::string_view{name_of(activation_kind::none)} == "none");
  CHECK(std::string_view{name_of(activation_kind::hard_sigmoid)} == "hard_sigmoid");
  CHECK(std::string_view{name_of(activation_kind::tanh)} == "tanh");
}

constexpr auto deep = network<4>({2, 3, 4, 5}, [](value x) { return x | softmax{}; });
TEST_CASE("a table shows the depth where there is one") {
  std::vector<std::string> lines;
  summary<model<deep, reference>>([&](std::string_view line) { lines.emplace_back(line); });
  CHECK(lines[2].find("5 x 2 x 3 x 4") != std::string::npos);
}

}  // namespace
