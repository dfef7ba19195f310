#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <edgenn.hpp>
#include <limits>
#include <vector>

#include "random_numbers.hpp"

/// A user's layer: what it was given, unchanged.
struct probe {
  static constexpr const char* name = "test_probe";
  constexpr edgenn::shape output(edgenn::shape in) const { return in; }
};
template <>
struct edgenn::layer_named<"test_probe"> {
  using type = probe;
};

/// A layer that no backend has.
struct nobodys {
  static constexpr const char* name = "test_nobodys";
  constexpr edgenn::shape output(edgenn::shape in) const { return in; }
};
template <>
struct edgenn::layer_named<"test_nobodys"> {
  using type = nobodys;
};

/// A backend with its own dense layer (packed weights and scratch), its own convolution (which needs
/// contiguous views) and everything else from `reference`.
struct toy {
  using element = float;
  using weight = float;
  using fallback = edgenn::reference;
  static constexpr int alignment = 32;

  static inline const float* probed = nullptr;
  static inline const std::byte* scratch = nullptr;
};

template <edgenn::dense L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<toy, edgenn::op<L, Out, In>> {
  static constexpr int scratch_bytes = L.units * int{sizeof(float)};
  static constexpr int packed_bytes = (In.size() + 1) * L.units * int{sizeof(float)};

  // Transposed, so that the inner loop runs over units; the bias comes first.
  static void pack(const float* canonical, std::byte* packed) {
    float* to = reinterpret_cast<float*>(packed);
    for (int u = 0; u < L.units; ++u) {
      *to++ = L.bias ? canonical[L.units * In.size() + u] : 0.0f;
    }
    for (int i = 0; i < In.size(); ++i)
      for (int u = 0; u < L.units; ++u) *to++ = canonical[u * In.size() + i];
  }

  static void run(edgenn::tensor_view<const float> x, edgenn::tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch) {
    toy::scratch = scratch;
    const float* w = reinterpret_cast<const float*>(packed);
    float* sums = reinterpret_cast<float*>(scratch);
    for (int u = 0; u < L.units; ++u) sums[u] = *w++;
    for (int i = 0; i < In.size(); ++i)
      for (int u = 0; u < L.units; ++u) sums[u] += x.data[i] * *w++;
    for (int u = 0; u < L.units; ++u) y.data[u] = edgenn::detail::apply<L.act>(sums[u]);
  }
};

template <edgenn::conv2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<toy, edgenn::op<L, Out, In>> {
  static void run(edgenn::tensor_view<const float> x, edgenn::tensor_view<float> y, const float* weights) {
    const auto plain_x = edgenn::tensor_view<const float>::contiguous(x.data, In);
    const auto plain_y = edgenn::tensor_view<float>::contiguous(y.data, Out);
    edgenn::kernel<edgenn::reference, edgenn::op<L, Out, In>>::run(plain_x, plain_y, weights);
  }
};

template <probe L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<toy, edgenn::op<L, Out, In>> {
  static void run(edgenn::tensor_view<const float> x, edgenn::tensor_view<float> y) {
    toy::probed = x.data;
    for (int i = 0; i < Out.size(); ++i) y.data[i] = x.data[i];
  }
};

/// A backend that says where its models keep their arena: here, beside guards.
struct guarded {
  using element = float;
  using weight = float;
  using fallback = edgenn::reference;
  static constexpr int alignment = 64;

  template <int Bytes>
  struct buffer {
    alignas(alignment) std::byte before[alignment];
    alignas(alignment) std::byte bytes[Bytes];
    std::byte after[alignment];

    buffer() {
      last = this;
      for (std::byte& b : before) b = std::byte{0xA5};
      for (std::byte& b : after) b = std::byte{0xA5};
    }
    std::byte* data() { return bytes; }
    bool intact() const {
      const auto is_guard = [](std::byte b) { return b == std::byte{0xA5}; };
      return std::all_of(std::begin(before), std::end(before), is_guard)
             && std::all_of(std::begin(after), std::end(after), is_guard);
    }
    static inline const buffer* last = nullptr;
  };
};

namespace {

using namespace edgenn;

template <class Model>
std::span<const float, static_cast<std::size_t>(Model::weight_count)> weights_of(
    const std::vector<float>& w) {
  REQUIRE(w.size() == static_cast<std::size_t>(Model::weight_count));
  return std::span<const float, static_cast<std::size_t>(Model::weight_count)>{w.data(), w.size()};
}

std::vector<float> copy(std::span<const float> s) { return {s.begin(), s.end()}; }

// Who has which kernel.
constexpr auto small = network<16>({6, 6, 2}, [](value x) {
  x = x | conv2d{.filters = 4, .kernel = 3, .act = relu};
  x = x | max_pool2d{.window = 2, .stride = 2};
  x = x | dense{.units = 8, .act = relu};
  x = x | dense{.units = 8, .act = relu};
  return x | dense{.units = 8, .act = relu} | softmax{};
});
static_assert(implements<toy, node_op<small, 1>> && supports<toy, node_op<small, 1>>);
static_assert(!implements<toy, node_op<small, 2>> && supports<toy, node_op<small, 2>>);
static_assert(implements<toy, node_op<small, 3>>);
static_assert(implements<reference, node_op<small, 2>> && implements<reference, node_op<small, 3>>);
constexpr auto foreign = network<2>({1, 1, 1}, [](value x) { return x | nobodys{}; });
static_assert(!supports<toy, node_op<foreign, 1>> && !implements<toy, node_op<foreign, 1>>);
constexpr auto probed = network<2>({2, 2, 2}, [](value x) { return x | probe{}; });
static_assert(implements<toy, node_op<probed, 1>> && !supports<reference, node_op<probed, 1>>);

// Equal layers on equal shapes are one op, so one kernel; anything different is another.
static_assert(std::same_as<node_op<small, 4>, node_op<small, 5>>);
static_assert(!std::same_as<node_op<small, 3>, node_op<small, 4>>);
static_assert(std::same_as<kernel<toy, node_op<small, 4>>, kernel<toy, node_op<small, 5>>>);

// Counts are constants.
using small_reference = model<small, reference>;
using small_toy = model<small, toy>;
static_assert(small_reference::weight_count == 4 * 18 + 4 + (8 * 16 + 8) + 2 * (8 * 8 + 8));
static_assert(small_reference::weight_bytes == 4 * small_reference::weight_count);
static_assert(model<small, reference_fp16_weights>::weight_bytes == 2 * small_reference::weight_count);
static_assert(small_reference::macs == 4 * 4 * 4 * 18 + 8 * 16 + 2 * 64);
static_assert(small_reference::packed_bytes == 0);
static_assert(small_reference::in<> == shape{6, 6, 2} && small_reference::out<> == shape{1, 1, 8});
static_assert(small_reference::arena_bytes
              == 4 * 4 * 4 * 4);  // the pool works in place, the rest fits beside
static_assert(model<small, basic_reference<double>>::arena_bytes == 2 * 4 * 4 * 4 * 4);
static_assert(sizeof(small_reference) == 16 + small_reference::arena_bytes);
static_assert(sizeof(model<small, reference, borrowed_arena>) == 2 * sizeof(void*));

// Packed weights: each node's at a multiple of the backend's alignment.
static_assert(small_toy::packed_bytes == 320 + 17 * 8 * 4 + 2 * 9 * 8 * 4);
static_assert(small_toy::packed_bytes % toy::alignment == 0);

TEST_CASE("a backend of one's own, with packed weights and scratch, agrees with its fallback") {
  const std::vector<float> w = random_floats(1, small_toy::weight_count), x = random_floats(2, 72);
  alignas(toy::alignment) std::array<std::byte, small_toy::packed_bytes> packed;
  small_toy::pack(weights_of<small_toy>(w), packed);
  small_toy mine{packed};
  small_reference theirs{weights_of<small_reference>(w)};
  const std::span<const float, 72> image{x.data(), 72};
  const auto a = mine.run(image), b = theirs.run(image);
  for (std::size_t i = 0; i < 8; ++i) CHECK(std::abs(a[i] - b[i]) <= 1e-6f);
  CHECK(*std::max_element(a.begin(), a.end()) > 0.2f);  // not all alike
  CHECK(reinterpret_cast<std::uintptr_t>(toy::scratch) % toy::alignment == 0);
  CHECK(toy::scratch >= reinterpret_cast<const std::byte*>(&mine));
  CHECK(toy::scratch < reinterpret_cast<const std::byte*>(&mine + 1));
}

template <class Backend>
std::vector<float> run_by_packed_weights(const std::vector<float>& w, std::span<const float, 72> image) {
  using net = model<small, Backend>;
  packed_weights<small, Backend> packed{weights_of<net>(w)};
  CHECK(reinterpret_cast<std::uintptr_t>(packed.data()) % Backend::alignment == 0);
  net owner{packed};
  alignas(Backend::alignment) std::array<std::byte, net::arena_bytes> arena;
  model<small, Backend, borrowed_arena> borrower{packed, arena};
  const auto a = owner.run(image), b = borrower.run(image);
  CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  return {a.begin(), a.end()};
}

TEST_CASE("the same lines for a backend that packs weights and for one that does not") {
  const std::vector<float> w = random_floats(1, small_toy::weight_count), x = random_floats(2, 72);
  const std::span<const float, 72> image{x.data(), 72};
  const std::vector<float> a = run_by_packed_weights<toy>(w, image);
  const std::vector<float> b = run_by_packed_weights<reference>(w, image);
  for (std::size_t i = 0; i < 8; ++i) CHECK(std::abs(a[i] - b[i]) <= 1e-6f);
  // Nothing is copied where nothing is packed.
  static_assert(sizeof(packed_weights<small, reference>) == sizeof(void*));
  packed_weights<small, reference> borrowed{weights_of<small_reference>(w)};
  CHECK(borrowed.data() == w.data());
  static_assert(!std::is_copy_constructible_v<packed_weights<small, toy>>);
}

TEST_CASE("a backend's own buffer holds the arena, and kernels stay within it") {
  using guarded_model = model<small, guarded>;
  using arena = guarded::buffer<guarded_model::arena_bytes>;
  static_assert(sizeof(guarded_model) >= sizeof(arena));
  const std::vector<float> w = random_floats(1, guarded_model::weight_count), x = random_floats(2, 72);
  guarded_model net{weights_of<guarded_model>(w)};
  REQUIRE(arena::last != nullptr);
  CHECK(reinterpret_cast<const std::byte*>(arena::last) >= reinterpret_cast<const std::byte*>(&net));
  CHECK(reinterpret_cast<const std::byte*>(arena::last) < reinterpret_cast<const std::byte*>(&net + 1));
  const std::span<const float, 72> image{x.data(), 72};
  const auto y = net.run(image);
  const auto* at = reinterpret_cast<const std::byte*>(y.data());
  CHECK(at >= arena::last->bytes);
  CHECK(at < arena::last->bytes + guarded_model::arena_bytes);
  CHECK(arena::last->intact());
  small_reference plain{weights_of<small_reference>(w)};
  CHECK(copy(y) == copy(plain.run(image)));
}

TEST_CASE("every scratch lies in the arena beside the values of its time") {
  constexpr auto& plan = small_toy::plan;
  for (int i = 3; i <= 5; ++i) {
    CHECK(plan.scratch_offsets[i] % toy::alignment == 0);
    CHECK(plan.scratch_offsets[i] + 8 * 4 <= plan.arena_bytes);
    for (const int v : {i, small[i].input(0)}) {
      const long long end = plan[v].offset + plan[v].span_bytes(small[v].out, 4);
      CHECK((plan.scratch_offsets[i] >= end || plan.scratch_offsets[i] + 8 * 4 <= plan[v].offset));
    }
  }
}

TEST_CASE("the caller's input is read where it lies and is not changed") {
  static_assert(model<probed, toy>::plan[0].outside == 0);
  model<probed, toy> net{std::span<const float, 0>{}};
  std::vector<float> x = random_floats(3, 8);
  const std::vector<float> before = x;
  const auto y = net.run(std::span<const float, 8>{x.data(), 8});
  CHECK(toy::probed == x.data());
  CHECK(copy(y) == before);
  CHECK(x == before);
}

// In-place kernels and views must spare the caller's input too.
constexpr auto eager = network<16>({4, 4, 2}, [](value x) {
  const value a = x | relu, b = x | reshape{.h = 2, .w = 8, .c = 2} | softmax{};
  return outputs{a, b, x | flatten{} | relu6, add(x, x)};
});
TEST_CASE("in-place kernels and views spare the caller's input") {
  model<eager, reference> net{std::span<const float, 0>{}};
  const std::vector<float> x = random_floats(4, 32);
  std::vector<float> image = x;
  net.run(std::span<const float, 32>{image.data(), 32});
  CHECK(image == x);
  for (std::size_t i = 0; i < 32; ++i) {
    CHECK(net.output<0>()[i] == std::max(x[i], 0.0f));
    CHECK(net.output<2>()[i] == std::max(x[i], 0.0f));
    CHECK(net.output<3>()[i] == 2 * x[i]);
  }
}

TEST_CASE("a model does not depend on what its arena held, nor writes outside it") {
  using borrowed = model<small, reference, borrowed_arena>;
  constexpr int guard = 64;
  const std::vector<float> w = random_floats(1, borrowed::weight_count), x = random_floats(2, 72);
  const std::span<const float, 72> image{x.data(), 72};
  std::vector<std::vector<float>> results;
  for (const int fill : {0x00, 0xFF, 0x7F}) {
    alignas(16) std::array<std::byte, borrowed::arena_bytes + 2 * guard> memory;
    memory.fill(static_cast<std::byte>(fill));
    const std::span<std::byte, borrowed::arena_bytes> arena{memory.data() + guard, borrowed::arena_bytes};
    borrowed net{weights_of<borrowed>(w), arena};
    const auto y = net.run(image);
    CHECK(reinterpret_cast<const std::byte*>(y.data()) >= arena.data());
    CHECK(reinterpret_cast<const std::byte*>(y.data() + 8) <= arena.data() + arena.size());
    results.push_back(copy(y));
    for (int i = 0; i < guard; ++i) {
      CHECK(memory[static_cast<std::size_t>(i)] == static_cast<std::byte>(fill));
      CHECK(memory[memory.size() - 1 - static_cast<std::size_t>(i)] == static_cast<std::byte>(fill));
    }
  }
  small_reference owner{weights_of<small_reference>(w)};
  CHECK(results[0] == copy(owner.run(image)));
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
}

TEST_CASE("repeated runs give equal bits, whatever came between") {
  const std::vector<float> w = random_floats(1, small_reference::weight_count);
  const std::vector<float> x1 = random_floats(2, 72), x2 = random_floats(3, 72);
  small_reference net{weights_of<small_reference>(w)};
  const std::span<const float, 72> first{x1.data(), 72}, second{x2.data(), 72};
  const std::vector<float> a = copy(net.run(first)), b = copy(net.run(second));
  CHECK(a != b);
  CHECK(copy(net.run(first)) == a);
  CHECK(copy(net.run(first)) == a);
  CHECK(copy(net.run(second)) == b);
}

// Two networks of one arena, in turn; two models of one set of weights.
constexpr auto other = network<8>({3, 3, 2}, [](value x) { return x | dense{.units = 4} | softmax{}; });
TEST_CASE("models share an arena in turn, and weights at any time") {
  using a_model = model<small, reference, borrowed_arena>;
  using b_model = model<other, reference, borrowed_arena>;
  const std::vector<float> wa = random_floats(1, a_model::weight_count),
                           wb = random_floats(5, b_model::weight_count), x = random_floats(2, 72);
  constexpr std::size_t bytes = std::max(a_model::arena_bytes, b_model::arena_bytes);
  alignas(16) std::array<std::byte, bytes> arena;
  a_model a{weights_of<a_model>(wa), std::span{arena}.first<a_model::arena_bytes>()};
  b_model b{weights_of<b_model>(wb), std::span{arena}.first<b_model::arena_bytes>()};
  const std::span<const float, 72> image{x.data(), 72};
  const auto patch = image.first<18>();
  small_reference a_alone{weights_of<a_model>(wa)};
  model<other, reference> b_alone{weights_of<b_model>(wb)};
  for (int round = 0; round < 3; ++round) {
    CHECK(copy(a.run(image)) == copy(a_alone.run(image)));
    CHECK(copy(b.run(patch)) == copy(b_alone.run(patch)));
  }
  small_reference twin{weights_of<a_model>(wa)};
  const auto y = a_alone.run(image);
  const std::vector<float> before = copy(y);
  const auto z = twin.run(image.subspan<0, 72>());
  CHECK(y.data() != z.data());
  CHECK(copy(y) == before);
  CHECK(copy(z) == before);
}

// Several inputs and outputs.
constexpr auto many = network<16>(inputs{shape{2, 2, 3}, shape{.c = 3}}, [](value image, value gains) {
  const value scaled = multiply(image, gains);
  return outputs{scaled | global_average_pool{}, scaled, gains | activate{relu}, scaled | flatten{}};
});
TEST_CASE("several inputs and outputs") {
  model<many, reference> net{std::span<const float, 0>{}};
  const std::array<float, 12> image{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const std::array<float, 3> gains{1, -2, 3};
  net.run(image, gains);
  CHECK(copy(net.output<0>()) == std::vector<float>{5.5f, -13, 22.5f});
  CHECK(copy(net.output<1>()) == std::vector<float>{1, -4, 9, 4, -10, 18, 7, -16, 27, 10, -22, 36});
  CHECK(copy(net.output<2>()) == std::vector<float>{1, 0, 3});
  CHECK(copy(net.output<3>()) == copy(net.output<1>()));
  static_assert(model<many, reference>::in<1> == shape{1, 1, 3});
  static_assert(model<many, reference>::out<3> == shape{1, 1, 12});
}

// A concat is free where its operands' kernels write with gaps, and is copied where they cannot.
constexpr auto joint = network<16>({4, 4, 2}, [](value x) {
  const value a = x | conv2d{.filters = 3, .kernel = 1}, b = x | conv2d{.filters = 2, .kernel = 3, .pad = 1};
  return concat(a, b) | conv2d{.filters = 2, .kernel = 2};
});
static_assert(model<joint, reference>::plan[1].joined == 3 && model<joint, reference>::plan[2].joined == 3);
static_assert(model<joint, toy>::plan[1].joined < 0 && model<joint, toy>::plan[2].joined < 0);
static_assert(model<joint, toy>::arena_bytes > model<joint, reference>::arena_bytes);

struct counter {
  int begun = 0, ended = 0;
  void begin(int) { ++begun; }
  void end(int) { ++ended; }
};
TEST_CASE("a concat is copied only for kernels that cannot write with gaps") {
  const std::vector<float> w = random_floats(1, joint.weight_count), x = random_floats(2, 32);
  const std::span<const float, 32> image{x.data(), 32};
  model<joint, reference> free{weights_of<model<joint, reference>>(w)};
  model<joint, toy> copied{weights_of<model<joint, toy>>(w)};
  counter of_free, of_copied;
  CHECK(copy(free.run_observed(of_free, image)) == copy(copied.run_observed(of_copied, image)));
  CHECK(of_free.begun == 3);
  CHECK(of_copied.begun == 4);
  CHECK(of_free.ended == 3);
}

TEST_CASE("no input harms the next run, and small ones are numbers like any other") {
  const std::vector<float> w = random_floats(1, small_reference::weight_count), x = random_floats(2, 72);
  small_reference net{weights_of<small_reference>(w)};
  const std::span<const float, 72> image{x.data(), 72};
  const std::vector<float> expected = copy(net.run(image));
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN(),
                  huge = std::numeric_limits<float>::max(), tiny = std::numeric_limits<float>::denorm_min();
  for (const float special : {nan, inf, -inf, huge, -huge, -0.0f, tiny, -tiny}) {
    CAPTURE(special);
    std::array<float, 72> extreme{};
    for (std::size_t i = 0; i < extreme.size(); i += 5) extreme[i] = special;
    const auto y = net.run(extreme);
    if (std::abs(special) <= tiny) {
      float sum = 0;
      for (const float p : y) sum += p;
      CHECK(std::abs(sum - 1) <= 1e-6f);
    }
    CHECK(copy(net.run(image)) == expected);
  }
}

}  // namespace
