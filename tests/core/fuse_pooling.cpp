#include <doctest/doctest.h>

#include <edgenn.hpp>
#include <edgenn/fuse_pooling.hpp>
#include <edgenn/weight_tensors.hpp>
#include <random>
#include <string_view>
#include <vector>

/// The reference backend with models that use pooled_conv2d, but not with a stride.
struct pooling : edgenn::reference {
  using fallback = edgenn::reference;
};
template <edgenn::pooled_conv2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<pooling, edgenn::op<L, Out, In>>
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

constexpr max_pool2d squares{.window = 2, .stride = 2};

constexpr auto apart = network<16>({17, 14, 4}, [](value x) {
  x = x | conv2d{.filters = 6, .kernel = 1};
  x = x | conv2d{.filters = 8, .kernel = {3, 2}, .pad = 1, .groups = 2, .bias = false, .act = relu6}
      | squares;
  x = x | conv2d{.filters = 5, .kernel = 3, .stride = 2, .dilation = {1, 2}, .pad = same} | squares;
  return x | softmax{};
});
constexpr auto together = fuse_pooling(apart);
static_assert(layers_are(together, "conv2d", "pooled_conv2d", "pooled_conv2d", "softmax"));

// The convolution's parameters, weights and work; the pooling's shape and origin.
constexpr auto first = together[2].layer.as<pooled_conv2d>();
static_assert(first.filters == 8 && first.kernel == extent{3, 2} && first.stride == extent{1});
static_assert(first.pad == padding{1} && first.groups == 2 && !first.bias && first.act == relu6);
static_assert(together[2].weight_offset == apart[2].weight_offset);
static_assert(together[2].weight_count == apart[2].weight_count);
constexpr auto second = together[3].layer.as<pooled_conv2d>();
static_assert(second.stride == extent{2} && second.dilation == extent{1, 2} && second.pad == same);
static_assert(together[3].input(0) == 2 && together.output(0) == 4);
static_assert(together[2].origin == 3 && together[3].origin == 5);
static_assert(together[2].out == apart[3].out && together[3].out == apart[5].out);
static_assert(together.macs() == apart.macs() && together.weight_count == apart.weight_count);

// The layer's own rules agree with those of the two.
static_assert(first.output({17, 14, 6}) == apart[3].out);
static_assert(first.macs({17, 14, 6}) == together[2].macs);
static_assert(first.weights({17, 14, 6}).size() == together[2].weight_count);
static_assert(first.pool().window == extent{2} && first.convolution().groups == 2);

// One that nobody separates can be written, too.
constexpr auto written = network<16>({17, 14, 4}, [](value x) {
  x = x | conv2d{.filters = 6, .kernel = 1};
  x = x | pooled_conv2d{.filters = 8, .kernel = {3, 2}, .pad = 1, .groups = 2, .bias = false, .act = relu6};
  x = x | pooled_conv2d{.filters = 5, .kernel = 3, .stride = 2, .dilation = {1, 2}, .pad = same};
  return x | softmax{};
});
static_assert(fingerprint(written) == fingerprint(together));

// What changes something that somebody else sees stays as it is, as does what is no pair of these layers.
template <auto Define>
constexpr bool stays = [] {
  constexpr auto g = network<16>({5, 6, 4}, Define);
  return fingerprint(fuse_pooling(g)) == fingerprint(g);
}();
constexpr conv2d convolution{.filters = 4, .kernel = 3, .pad = 1};

static_assert(!stays<[](value x) { return x | convolution | squares; }>);
static_assert(!stays<[](value x) {
  return x | convolution | max_pool2d{.window = 2, .stride = 2, .pad = {0, 0}};
}>);
static_assert(stays<[](value x) {  // two readers
  x = x | convolution;
  return outputs{x | squares, x | softmax{}};
}>);
static_assert(stays<[](value x) {  // the value between is an output
  x = x | convolution;
  return outputs{x, x | squares};
}>);
static_assert(stays<[](value x) { return x | convolution | max_pool2d{.window = 2, .stride = 1}; }>);
static_assert(stays<[](value x) { return x | convolution | max_pool2d{.window = 3, .stride = 2}; }>);
static_assert(stays<[](value x) { return x | convolution | max_pool2d{.window = {2, 1}, .stride = 2}; }>);
static_assert(
    stays<[](value x) { return x | convolution | max_pool2d{.window = 2, .stride = 2, .dilation = 2}; }>);
static_assert(
    stays<[](value x) { return x | convolution | max_pool2d{.window = 2, .stride = 2, .pad = 1}; }>);
static_assert(stays<[](value x) {  // five rows: half a square in the last one
  return x | convolution | max_pool2d{.window = 2, .stride = 2, .round = rounding::up};
}>);
static_assert(stays<[](value x) { return x | convolution | average_pool2d{.window = 2, .stride = 2}; }>);
static_assert(stays<[](value x) { return x | depthwise_conv2d{.kernel = 3} | squares; }>);
static_assert(stays<[](value x) { return x | squares | convolution; }>);
static_assert(stays<[](value x) {  // the largest need not have the largest result
  return x | conv2d{.filters = 4, .kernel = 3, .act = hard_swish} | squares;
}>);

// An activation between them becomes a parameter first.
constexpr auto with_activation =
    network<8>({8, 8, 4}, [](value x) { return x | convolution | dropout{} | relu | squares; });
static_assert(layers_are(model<with_activation, pooling>::graph, "pooled_conv2d"));
static_assert(model<with_activation, pooling>::graph[1].layer.act() == relu);

// A pointwise convolution behind a depthwise one is a part of their joined layer, or stays as it is.
constexpr auto three = network<8>({8, 8, 4}, [](value x) {
  return x | depthwise_conv2d{.kernel = 3} | conv2d{.filters = 4, .kernel = 1} | squares;
});
static_assert(layers_are(model<three, pooling>::graph, "depthwise_conv2d", "conv2d", "max_pool2d"));

// A model uses the layer where its backend says so; not if it shall need little memory.
static_assert(layers_are(model<apart, pooling>::graph, "conv2d", "pooled_conv2d", "conv2d", "max_pool2d",
                         "softmax"));
static_assert(fingerprint(model<apart, reference>::graph) == fingerprint(apart));
static_assert(fingerprint(model<apart, smallest<pooling>>::graph) == fingerprint(apart));

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
  const auto w = random_values(apart.weight_count, 1), x = random_values(apart[0].out.size(), 2);
  const std::vector<float> one = infer<apart, pooling>(w, x), two = infer<apart, reference>(w, x);
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

}  // namespace
