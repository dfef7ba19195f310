// Networks in which values share memory in every way there is: the results must be those of a backend whose
// kernels allow no sharing at all.
#include <doctest/doctest.h>

#include <algorithm>
#include <edgenn.hpp>
#include <vector>

#include "random_numbers.hpp"

/// The reference kernels, but none works in place and all need contiguous views.
struct cautious {
  using element = float;
  using weight = float;
  using fallback = edgenn::reference;
  static constexpr int alignment = 16;
};
template <class Op>
struct edgenn::kernel<cautious, Op> : edgenn::kernel<edgenn::reference, Op> {
  static constexpr bool in_place = false, strided = false;
};

namespace {

using namespace edgenn;

template <const auto& Net, class Backend>
std::vector<std::vector<float>> results(const std::vector<float>& weights, const std::vector<float>& x) {
  constexpr auto count = static_cast<std::size_t>(Net.weight_count);
  constexpr auto size = static_cast<std::size_t>(Net[0].out.size());
  model<Net, Backend> net{std::span<const float, count>{weights.data(), count}};
  std::vector<std::vector<float>> all;
  static_cast<void>(net.run(std::span<const float, size>{x.data(), size}));
  [&]<int... K>(std::integer_sequence<int, K...>) {
    (all.emplace_back(net.template output<K>().begin(), net.template output<K>().end()), ...);
  }
  (std::make_integer_sequence<int, Net.output_count>{});
  return all;
}

/// Checks `Net` and returns how many bytes of arena sharing saves.
template <const auto& Net>
int saved_bytes() {
  std::vector<float> weights = random_floats(1, Net.weight_count);
  for (float& w : weights) w = 1.25f + w;  // positive: some are variances
  const std::vector<float> x = random_floats(2, Net[0].out.size());
  const auto shared = results<Net, reference>(weights, x), apart = results<Net, cautious>(weights, x);
  CHECK(shared == apart);
  for (const std::vector<float>& y : shared)
    CHECK((y.size() == 1 || *std::min_element(y.begin(), y.end()) < *std::max_element(y.begin(), y.end())));
  return model<Net, cautious>::arena_bytes - model<Net, reference>::arena_bytes;
}

constexpr conv2d point(int filters) { return {.filters = filters, .kernel = 1}; }

constexpr auto in_place_chain = network<16>({4, 4, 3}, [](value x) {
  x = x | point(4) | batch_norm{};
  return x | hard_swish | prelu{} | softmax{} | lrn{} | max_pool2d{.window = 2, .stride = 2} | relu;
});
TEST_CASE("a chain of in-place kernels") {
  CHECK(saved_bytes<in_place_chain>() >= 0);
  constexpr auto& plan = model<in_place_chain, reference>::plan;
  for (int i = 2; i <= 4; ++i) CHECK(plan[i].offset == plan[1].offset);
}

constexpr auto dense_connections = network<32>({3, 3, 2}, [](value x) {
  const value a = x | point(2), b = x | point(3);
  const value c = concat(a, b) | point(2);
  const value d = concat(a, b, c) | point(2);
  return concat(a, concat(b, c), d) | batch_norm{};
});
TEST_CASE("operands that several concats share") { CHECK(saved_bytes<dense_connections>() > 0); }

constexpr auto nested = network<32>({3, 3, 2}, [](value x) {
  const value a = x | point(2), b = x | point(2), c = x | point(3), d = x | point(1);
  const value tall = concat(axis::height, a, b);
  const value taller = concat(axis::height, c, c | relu);
  const value wide =
      concat(axis::width, concat(tall, taller), concat(axis::height, a, d | point(2)) | point(5));
  return concat(axis::depth, wide, wide | relu) | max_pool3d{.window = {2, 2, 2}};
});
TEST_CASE("concats of concats along different axes") { CHECK(saved_bytes<nested>() > 0); }

constexpr auto twice = network<16>({3, 3, 2}, [](value x) {
  const value a = x | point(2);
  const value b = concat(a, a, x);
  return outputs{add(b, b, relu), multiply(a, a)};
});
TEST_CASE("an operand used twice") { saved_bytes<twice>(); }

constexpr auto renamed = network<32>({2, 4, 2}, [](value x) {
  const value a = x | point(2);
  const value r1 = a | reshape{.h = 4, .w = 2, .c = 2}, r2 = a | flatten{};
  const value b = r1 | relu;                         // r2 still needs the memory
  const value c = r2 | sigmoid;                      // now nobody does
  const value d = concat(b, b | relu6) | flatten{};  // a view of a concat
  return outputs{d | dense{.units = 3}, c, d | reshape{.h = 8, .w = 4, .c = 1}};
});
TEST_CASE("several names of one value") { saved_bytes<renamed>(); }

constexpr auto input_names = network<16>({2, 2, 4}, [](value x) {
  const value flat = x | flatten{};                            // the caller's memory under another name
  const value shown = flat | reshape{.h = 1, .w = 4, .c = 4};  // an output: must be copied
  const value joined = concat(flat, shown | flatten{}, flat | relu);
  return outputs{shown, joined, flat | softmax{}};
});
TEST_CASE("names of the network's input") {
  saved_bytes<input_names>();
  constexpr auto& plan = model<input_names, reference>::plan;
  static_assert(plan[1].view && plan[1].outside == 0 && plan[2].outside < 0);
}

constexpr auto after_concat = network<16>({3, 3, 2}, [](value x) {
  const value a = x | point(2), b = x | point(2);
  const value c = concat(a, b) | batch_norm{} | relu;  // works in place over both operands
  const value d = x | point(2), e = x | point(2);
  const value f = concat(d, e) | batch_norm{};  // d is read later: not in place
  return outputs{c, concat(add(d, e), f)};
});
TEST_CASE("in place over the result of a concat") {
  CHECK(saved_bytes<after_concat>() > 0);
  constexpr auto& plan = model<after_concat, reference>::plan;
  static_assert(plan[4].offset == plan[3].offset && plan[1].joined == 3);
}

constexpr auto kept_values = network<16>({3, 3, 2}, [](value x) {
  const value a = x | point(2), b = a | softmax{}, c = b | softmax{};
  return outputs{a, c, b};
});
TEST_CASE("an output is never written over") {
  saved_bytes<kept_values>();
  constexpr auto& plan = model<kept_values, reference>::plan;
  static_assert(plan[1].offset != plan[2].offset && plan[2].offset != plan[3].offset);
}

constexpr auto inception = network<32>({6, 6, 3}, [](value x) {
  for (int i = 0; i < 2; ++i) {
    const value a = x | conv2d{.filters = 2, .kernel = 1, .act = relu};
    const value b = x | point(2) | conv2d{.filters = 3, .kernel = 3, .pad = 1, .act = relu};
    const value c = x | point(1) | conv2d{.filters = 2, .kernel = 5, .pad = 2, .act = relu};
    const value d = x | max_pool2d{.window = 3, .stride = 1, .pad = 1} | point(1);
    x = concat(a, b, c, d);
  }
  return x | global_average_pool{};
});
TEST_CASE("inception blocks copy nothing") {
  saved_bytes<inception>();
  using m = model<inception, reference>;
  for (int i = 1; i < m::graph.node_count; ++i)
    if (m::graph[i].layer.is<concat_layer>())
      for (int k = 0; k < m::graph[i].input_count; ++k) CHECK(m::plan[m::graph[i].input(k)].joined == i);
}

constexpr auto parts_in_depth = network<16>({3, 3, 2}, [](value x) {
  const value a = x | point(2), b = x | point(2);
  const value c = concat(axis::depth, a, b) | global_max_pool{};
  const value d = a | softmax{};  // a, part of a result that nobody reads any more
  return concat(c, d | global_average_pool{}, b | global_max_pool{});
});
TEST_CASE("in place on an operand after its concat") { saved_bytes<parts_in_depth>(); }

}  // namespace
