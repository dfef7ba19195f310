#include <doctest/doctest.h>

#include <edgenn.hpp>
#include <edgenn/fuse_separable.hpp>
#include <edgenn/profile.hpp>
#include <edgenn/summary.hpp>
#include <edgenn/weight_tensors.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// The reference backend with models that use separable_conv2d, but not with a stride.
struct joining : edgenn::reference {
  using fallback = edgenn::reference;
};
template <edgenn::separable_conv2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<joining, edgenn::op<L, Out, In>>
    : edgenn::kernel<edgenn::reference, edgenn::op<L, Out, In>> {
  static constexpr bool stands_in = L.stride == edgenn::extent{1};
};

namespace {

using namespace edgenn;

/// Whether the layers of `g` after its inputs have these names.
template <int N, class... Names>
constexpr bool layers_are(const basic_graph<N>& g, Names... names) {
  const std::string_view expected[] = {names...};
  if (g.node_count - g.input_count != static_cast<int>(sizeof...(names))) return false;
  for (int i = g.input_count; i < g.node_count; ++i)
    if (expected[i - g.input_count] != g[i].layer.name()) return false;
  return true;
}

constexpr auto apart = network<16>({8, 8, 4}, [](value x) {
  x = x | conv2d{.filters = 6, .kernel = 1};
  x = x | depthwise_conv2d{.kernel = 3, .pad = 1, .multiplier = 2, .bias = false, .act = relu6};
  x = x | conv2d{.filters = 5, .kernel = 1, .act = hard_swish};
  x = x | depthwise_conv2d{.kernel = 3, .stride = 2, .pad = same} | conv2d{.filters = 7, .kernel = 1};
  return x | softmax{};
});
constexpr auto together = fuse_separable(apart);
static_assert(layers_are(together, "conv2d", "separable_conv2d", "separable_conv2d", "softmax"));

// The parameters of both layers, their weights where they are, their work, the second one's shape and origin.
constexpr auto first = together[2].layer.as<separable_conv2d>();
static_assert(first.filters == 5 && first.kernel == extent{3} && first.pad == padding{1});
static_assert(first.multiplier == 2 && !first.depthwise_bias && first.depthwise_act == relu6 && first.bias);
static_assert(together[2].layer.act() == hard_swish);
static_assert(together[2].weight_offset == apart[2].weight_offset);
static_assert(together[2].weight_count == apart[2].weight_count + apart[3].weight_count);
static_assert(together[3].layer.as<separable_conv2d>().stride == extent{2});
static_assert(together[3].input(0) == 2 && together.output(0) == 4);
static_assert(together[2].origin == 3 && together[3].origin == 5 && together[3].out == apart[5].out);
static_assert(together.macs() == apart.macs() && together.weight_count == apart.weight_count);

// The layer's own rules agree with those of the two.
static_assert(first.output({8, 8, 6}) == apart[3].out);
static_assert(first.macs({8, 8, 6}) == together[2].macs);
static_assert(first.weights({8, 8, 6}).size() == together[2].weight_count);
static_assert(first.depthwise().multiplier == 2 && first.pointwise().filters == 5);

// One that nobody separates can be written, too.
constexpr auto written = network<16>({8, 8, 4}, [](value x) {
  x = x | conv2d{.filters = 6, .kernel = 1};
  x = x
      | separable_conv2d{.filters = 5,
                         .kernel = 3,
                         .pad = 1,
                         .multiplier = 2,
                         .depthwise_bias = false,
                         .depthwise_act = relu6,
                         .act = hard_swish};
  x = x | separable_conv2d{.filters = 7, .kernel = 3, .stride = 2, .pad = same};
  return x | softmax{};
});
static_assert(fingerprint(written) == fingerprint(together));

// What changes something that somebody else sees stays as it is, as does what is no pair of these layers.
template <auto Define>
constexpr bool stays = [] {
  constexpr auto g = network<16>({4, 4, 4}, Define);
  return fingerprint(fuse_separable(g)) == fingerprint(g);
}();
constexpr depthwise_conv2d depthwise{.kernel = 3, .pad = 1};
constexpr conv2d pointwise{.filters = 4, .kernel = 1};

static_assert(!stays<[](value x) { return x | depthwise | pointwise; }>);
static_assert(stays<[](value x) {  // two readers
  x = x | depthwise;
  return add(x, x | pointwise);
}>);
static_assert(stays<[](value x) {  // twice the same reader
  x = x | depthwise;
  return outputs{x | pointwise, x | pointwise};
}>);
static_assert(stays<[](value x) {  // the value between is an output
  x = x | depthwise;
  return outputs{x, x | pointwise};
}>);
static_assert(stays<[](value x) { return x | depthwise | conv2d{.filters = 4, .kernel = 1, .stride = 2}; }>);
static_assert(stays<[](value x) { return x | depthwise | conv2d{.filters = 4, .kernel = 1, .pad = 1}; }>);
static_assert(stays<[](value x) { return x | depthwise | conv2d{.filters = 4, .kernel = {1, 2}}; }>);
static_assert(stays<[](value x) { return x | depthwise | conv2d{.filters = 4, .kernel = 1, .groups = 2}; }>);
static_assert(stays<[](value x) { return x | depthwise | relu | pointwise; }>);
static_assert(stays<[](value x) { return x | depthwise | depthwise; }>);
static_assert(stays<[](value x) { return x | pointwise | pointwise; }>);
static_assert(stays<[](value x) {  // the weights of another layer lie between theirs
  const value a = x | depthwise;
  const value b = x | conv2d{.filters = 4, .kernel = 1, .act = relu6};
  return outputs{b, a | pointwise};
}>);

// An activation between or behind them becomes a parameter first.
constexpr auto with_activations = network<8>({4, 4, 4}, [](value x) {
  x = x | depthwise | dropout{} | relu6;
  return x | pointwise | relu;
});
static_assert(layers_are(model<with_activations, joining>::graph, "separable_conv2d"));
constexpr any_layer joined_layer = model<with_activations, joining>::graph[1].layer;
static_assert(joined_layer.as<separable_conv2d>().depthwise_act == relu6 && joined_layer.act() == relu);

// A model uses the layer where its backend says so; not if it shall need little memory.
static_assert(layers_are(model<apart, joining>::graph, "conv2d", "separable_conv2d", "depthwise_conv2d",
                         "conv2d", "softmax"));
static_assert(fingerprint(model<apart, reference>::graph) == fingerprint(apart));
static_assert(fingerprint(model<apart, smallest<joining>>::graph) == fingerprint(apart));

template <const auto& Net>
std::vector<float> random_values(int count, unsigned seed) {
  std::mt19937 random{seed};
  std::vector<float> v(static_cast<std::size_t>(count));
  for (float& x : v) x = static_cast<float>(random()) / 2147483648.0f - 1;
  return v;
}

template <const auto& Net, class Backend>
std::vector<float> infer(const std::vector<float>& weights, const std::vector<float>& x) {
  using net = model<Net, Backend>;
  static net m{std::span<const float, net::weight_count>{weights}};
  const auto y = m.run(std::span<const float, net::template in<>.size()>{x});
  return {y.begin(), y.end()};
}

TEST_CASE("two layers as one give the same bits") {
  const auto w = random_values<apart>(apart.weight_count, 1), x = random_values<apart>(8 * 8 * 4, 2);
  const std::vector<float> one = infer<apart, joining>(w, x), two = infer<apart, reference>(w, x);
  CHECK(one == two);
  CHECK(one[0] != one[1]);
  CHECK(infer<written, reference>(w, x) == two);
}

TEST_CASE("a weights file holds the same tensors in the same order") {
  const auto tensors = []<const auto & Net>() {
    std::vector<std::vector<int>> all;
    for_each_weight_tensor<Net>([&](const network_tensor& t) {
      all.push_back({t.offset, t.tensor.dims[0], t.tensor.dims[1], t.tensor.dims[2], t.tensor.dims[3]});
    });
    return all;
  };
  CHECK(tensors.template operator()<apart>() == tensors.template operator()<written>());
}

struct counter {
  static unsigned now() {
    static unsigned n = 0;
    return n++;
  }
};

TEST_CASE("profile and summary show the layer that runs") {
  using net = model<apart, joining>;
  std::string table;
  summary<net>([&](std::string_view line) { table += std::string{line} + '\n'; });
  CHECK(table.find("separable_conv2d+hard_swish") != std::string::npos);

  const auto w = random_values<apart>(apart.weight_count, 1), x = random_values<apart>(8 * 8 * 4, 2);
  static net m{std::span<const float, net::weight_count>{w}};
  static profile<net, counter> times;
  m.run_observed(times, std::span<const float, net::in<>.size()>{x});
  for (int i = net::graph.input_count; i < net::graph.node_count; ++i) CHECK(times.runs(i) == 1);
  std::string report;
  times.report([&](std::string_view line) { report += std::string{line} + '\n'; });
  CHECK(report.find("separable_conv2d") != std::string::npos);
}

}  // namespace
