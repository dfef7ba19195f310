#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <edgenn.hpp>
#include <edgenn/fold_batch_norm.hpp>
#include <random>
#include <string_view>
#include <vector>

/// A backend with a convolution that cannot fuse activations, and nothing else of its own.
struct no_fusion {
  using element = float;
  using weight = float;
  using fallback = edgenn::no_fallback;
  static constexpr int alignment = 16;
};
struct no_kernel {};
template <edgenn::conv2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<no_fusion, edgenn::op<L, Out, In>>
    : std::conditional_t<L.act == edgenn::activations::none,
                         edgenn::kernel<edgenn::reference, edgenn::op<L, Out, In>>, no_kernel> {};
template <edgenn::activate L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<no_fusion, edgenn::op<L, Out, In>>
    : edgenn::kernel<edgenn::reference, edgenn::op<L, Out, In>> {};

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

// Nodes that do nothing go, and their readers read what they read.
constexpr auto idle = network<16>({4, 4, 2}, [](value x) {
  x = x | identity{} | dropout{};
  const value a = x | conv2d{.filters = 2, .kernel = 1} | none;
  const value b = a | dropout{.rate = 0.3} | identity{};
  return outputs{add(a, b), b};
});
constexpr auto busy = remove_identities(idle);
static_assert(layers_are(busy, "conv2d", "add"));
static_assert(busy[1].input(0) == 0 && busy[2].input(0) == 1 && busy[2].input(1) == 1);
static_assert(busy.output(0) == 2 && busy.output(1) == 1);
static_assert(busy.weight_count == idle.weight_count && busy[1].weight_offset == idle[3].weight_offset);

// An activation that does something stays.
constexpr auto active = network<8>({4, 4, 2}, [](value x) { return x | relu | none | relu6; });
static_assert(layers_are(remove_identities(active), "activate", "activate"));

// An output stays a node of its own, however long the chain that makes nothing of the input.
constexpr auto nothing = network<8>({1, 1, 3}, [](value x) { return x | identity{} | dropout{} | none; });
static_assert(remove_identities(nothing).node_count == 2);
static_assert(remove_identities(nothing).output(0) == 1 && remove_identities(nothing)[1].input(0) == 0);
constexpr auto twice_nothing = network<8>({1, 1, 3}, [](value x) {
  const value y = x | identity{};
  return outputs{y, y | dropout{}, y | softmax{}};
});
static_assert(layers_are(remove_identities(twice_nothing), "identity", "softmax"));

TEST_CASE("a network that only does nothing returns its input") {
  const std::array<float, 3> x{1, -2, 3};
  model<nothing, reference> one{std::span<const float, 0>{}};
  const auto y = one.run(x);
  CHECK(std::vector<float>(y.begin(), y.end()) == std::vector<float>{1, -2, 3});
  model<twice_nothing, reference> three{std::span<const float, 0>{}};
  three.run(x);
  CHECK(three.output<0>()[2] == 3);
  CHECK(three.output<1>()[1] == -2);
}

// What no output depends on goes, weights keep their places.
constexpr auto loose = network<16>({4, 4, 2}, [](value x) {
  const value unused = x | conv2d{.filters = 7, .kernel = 1};
  static_cast<void>(unused | softmax{});
  const value y = x | conv2d{.filters = 3, .kernel = 1};
  static_cast<void>(y | relu);
  return y;
});
constexpr auto tight = remove_unused(loose);
static_assert(layers_are(tight, "conv2d"));
static_assert(tight[1].weight_offset == 7 * 2 + 7 && tight.weight_count == loose.weight_count);
static_assert(tight[1].origin == 3);
constexpr auto unused_input =
    network<8>(inputs{shape{.c = 2}, shape{.c = 3}}, [](value, value b) { return b | softmax{}; });
static_assert(remove_unused(unused_input).input_count == 2 && remove_unused(unused_input).node_count == 3);

// `resized` changes the room only.
static_assert(resized<5>(busy).capacity == 5 && fingerprint(resized<5>(busy)) == fingerprint(busy));

// Activations become a parameter of the layer before ...
constexpr auto separate = network<16>({4, 4, 4}, [](value x) {
  x = x | conv2d{.filters = 4, .kernel = 1} | relu;
  x = x | depthwise_conv2d{.kernel = 3, .pad = 1} | relu6;
  x = x | batch_norm{} | hard_swish;
  x = add(x, x | dense{.units = 64} | sigmoid | reshape{.h = 4, .w = 4, .c = 4}) | leaky_relu(0.1);
  return multiply(x, x) | clip(-1, 1);
});
constexpr auto together = fuse_activations(separate);
static_assert(layers_are(together, "conv2d", "depthwise_conv2d", "batch_norm", "dense", "reshape", "add",
                         "multiply"));
static_assert(together[1].layer.act() == relu && together[2].layer.act() == relu6);
static_assert(together[3].layer.act() == hard_swish && together[4].layer.act() == sigmoid);
static_assert(together[6].layer.act() == leaky_relu(0.1) && together[7].layer.act() == clip(-1, 1));
static_assert(together.output(0) == 7 && together[6].input(0) == 3 && together[6].input(1) == 5);

// ... but not where that changes what somebody else sees.
template <auto Define>
constexpr auto fused = fuse_activations(network<16>({4, 4, 4}, Define));

static_assert(layers_are(fused<[](value x) {  // another reader of the value before the activation
                           x = x | conv2d{.filters = 4, .kernel = 1};
                           return add(x, x | relu);
                         }>,
                         "conv2d", "activate", "add"));
static_assert(layers_are(fused<[](value x) {  // the same value activated twice
                           x = x | conv2d{.filters = 4, .kernel = 1};
                           return add(x | relu, x | relu6);
                         }>,
                         "conv2d", "activate", "activate", "add"));
static_assert(layers_are(fused<[](value x) {  // the value before the activation is an output
                           x = x | conv2d{.filters = 4, .kernel = 1};
                           return outputs{x, x | relu};
                         }>,
                         "conv2d", "activate"));
static_assert(layers_are(fused<[](value x) { return x | max_pool2d{.window = 2, .stride = 2} | relu; }>,
                         "max_pool2d", "activate"));
static_assert(layers_are(fused<[](value x) { return x | relu; }>, "activate"));
static_assert(layers_are(fused<[](value x) {  // there is one already
                           return x | conv2d{.filters = 4, .kernel = 1, .act = relu} | relu6;
                         }>,
                         "conv2d", "activate"));
static_assert(layers_are(fused<[](value x) {  // only the first of two fits
                           return x | conv2d{.filters = 4, .kernel = 1} | relu | hard_swish;
                         }>,
                         "conv2d", "activate"));

// A model fuses only what its backend, or a fallback, can compute.
constexpr auto conv_relu =
    network<8>({3, 3, 1}, [](value x) { return x | conv2d{.filters = 2, .kernel = 2} | dropout{} | relu; });
static_assert(layers_are(model<conv_relu, reference>::graph, "conv2d"));
static_assert(layers_are(model<conv_relu, no_fusion>::graph, "conv2d", "activate"));

TEST_CASE("a fused activation gives the same bits as one of its own") {
  const std::array<float, 10> w{0.5f, -1, 2, 0.25f, -1.5f, 1, -0.125f, 3, 0.75f, -0.5f};
  const std::array<float, 9> x{1, -2, 3, -4, 5, -6, 7, -8, 9};
  model<conv_relu, reference> fused_model{w};
  model<conv_relu, no_fusion> separate_model{w};
  const auto a = fused_model.run(x), b = separate_model.run(x);
  CHECK(std::vector<float>(a.begin(), a.end()) == std::vector<float>(b.begin(), b.end()));
  CHECK(std::vector<float>(a.begin(), a.end()) != std::vector<float>(8, 0.0f));
}

// Passes that a user applies make an ordinary network, fit for a model.
constexpr auto by_hand = fuse_activations(remove_unused(remove_identities(conv_relu)));
static_assert(layers_are(model<by_hand, reference>::graph, "conv2d"));
constexpr auto trimmed = remove_unused(remove_identities(loose));
static_assert(model<trimmed, reference>::weight_count == loose.weight_count);

// Batch normalisation disappears into the layer before it, which gains a bias and its activation.
constexpr auto normalised = network<24>({6, 6, 4}, [](value x) {
  x = x | conv2d{.filters = 6, .kernel = 3, .bias = false} | batch_norm{.act = relu};
  x = x | conv2d{.filters = 6, .kernel = 1, .groups = 2} | batch_norm{.epsilon = 1e-3};
  x = x | depthwise_conv2d{.kernel = 2, .multiplier = 2, .bias = false} | batch_norm{.act = relu6};
  x = x | depthwise_conv2d{.kernel = 2, .multiplier = 3} | batch_norm{};
  x = x | conv2d{.filters = 4, .kernel = 1, .groups = 4, .bias = false} | batch_norm{.act = hard_swish};
  x = x | dense{.units = 7, .bias = false} | batch_norm{};
  return x | dense{.units = 5} | batch_norm{.epsilon = 0.5, .act = sigmoid};
});
constexpr auto folded = fold_batch_norm(normalised);
static_assert(layers_are(folded, "conv2d", "conv2d", "depthwise_conv2d", "depthwise_conv2d", "conv2d",
                         "dense", "dense"));
static_assert(folded[1].layer.as<conv2d>().bias && folded[1].layer.act() == relu);
static_assert(folded[3].layer.as<depthwise_conv2d>().bias && folded[3].layer.act() == relu6);
static_assert(folded[7].layer.act() == sigmoid);
static_assert(folded[1].weight_count == 6 * 9 * 4 + 6 && folded[2].weight_offset == 6 * 9 * 4 + 6);
static_assert(folded[4].weight_count == 2 * 2 * 36 + 36);
static_assert(folded.macs() == normalised.macs());

// The folded network is the network that one would have written without batch normalisation.
constexpr auto written_folded = network<24>({6, 6, 4}, [](value x) {
  x = x | conv2d{.filters = 6, .kernel = 3, .act = relu};
  x = x | conv2d{.filters = 6, .kernel = 1, .groups = 2};
  x = x | depthwise_conv2d{.kernel = 2, .multiplier = 2, .act = relu6};
  x = x | depthwise_conv2d{.kernel = 2, .multiplier = 3};
  x = x | conv2d{.filters = 4, .kernel = 1, .groups = 4, .act = hard_swish};
  x = x | dense{.units = 7};
  return x | dense{.units = 5, .act = sigmoid};
});
static_assert(fingerprint(folded) == fingerprint(written_folded));
static_assert(folded.weight_count == written_folded.weight_count);

// Batch norms that cannot be folded stay.
template <auto Define>
constexpr auto kept = fold_batch_norm(network<16>({4, 4, 4}, Define));
static_assert(layers_are(kept<[](value x) { return x | batch_norm{}; }>, "batch_norm"));
static_assert(layers_are(
    kept<[](value x) { return x | conv2d{.filters = 4, .kernel = 1, .act = relu} | batch_norm{}; }>, "conv2d",
    "batch_norm"));
static_assert(layers_are(kept<[](value x) {
                           x = x | conv2d{.filters = 4, .kernel = 1};
                           return add(x, x | batch_norm{});
                         }>,
                         "conv2d", "batch_norm", "add"));
static_assert(layers_are(kept<[](value x) {
                           x = x | conv2d{.filters = 4, .kernel = 1};
                           return outputs{x, x | batch_norm{}};
                         }>,
                         "conv2d", "batch_norm"));
static_assert(layers_are(kept<[](value x) {  // the second of two
                           return x | conv2d{.filters = 4, .kernel = 1} | batch_norm{} | batch_norm{};
                         }>,
                         "conv2d", "batch_norm"));
static_assert(layers_are(kept<[](value x) { return x | softmax{} | batch_norm{}; }>, "softmax",
                         "batch_norm"));

/// Weights of `Net` from a seed: batch norms get variances in [0.5, 1.5), all else lies in [-1, 1).
template <const auto& Net>
std::vector<float> random_weights(unsigned seed) {
  std::mt19937 random{seed};
  const auto uniform = [&] { return static_cast<float>(random()) / 4294967296.0f; };
  std::vector<float> w(static_cast<std::size_t>(Net.weight_count));
  for (float& v : w) v = 2 * uniform() - 1;
  for (int i = 0; i < Net.node_count; ++i)
    if (Net[i].layer.template is<batch_norm>())
      for (int c = 0; c < Net[i].out.c; ++c)
        w[static_cast<std::size_t>(Net[i].weight_offset + 3 * Net[i].out.c + c)] = 0.5f + uniform();
  return w;
}

template <const auto& Net>
std::vector<float> infer(const std::vector<float>& weights, const std::vector<float>& x) {
  static model<Net, reference> net{std::span<const float, static_cast<std::size_t>(Net.weight_count)>{
      weights.data(), static_cast<std::size_t>(Net.weight_count)}};
  const auto y =
      net.run(std::span<const float, static_cast<std::size_t>(Net[0].out.size())>{x.data(), x.size()});
  return {y.begin(), y.end()};
}

TEST_CASE("folded weights give the unfolded network's results") {
  const std::vector<float> w = random_weights<normalised>(1);
  std::vector<float> f(static_cast<std::size_t>(folded.weight_count));
  REQUIRE(fold_batch_norm_weights(normalised, w, f) == folded.weight_count);
  std::mt19937 random{2};
  for (int round = 0; round < 5; ++round) {
    std::vector<float> x(6 * 6 * 4);
    for (float& v : x) v = static_cast<float>(random()) / 2147483648.0f - 1;
    const std::vector<float> expected = infer<normalised>(w, x), found = infer<folded>(f, x);
    REQUIRE(found.size() == 5);
    for (std::size_t i = 0; i < found.size(); ++i)
      CHECK(std::abs(found[i] - expected[i]) <= 1e-5f);  // both lie in [0, 1], the sigmoid's range
    CHECK(found[0] != found[1]);
  }
}

TEST_CASE("every folded weight is the formula's") {
  static constexpr auto one = network<4>(
      {2, 2, 1}, [](value x) { return x | conv2d{.filters = 2, .kernel = 1} | batch_norm{.epsilon = 0.75}; });
  // kernel, bias, scale, offset, mean, variance; variance + epsilon is 1 and 4
  const std::array<float, 12> w{3, 5, 10, 20, 2, 6, -1, -2, 4, 8, 0.25f, 3.25f};
  std::array<float, 4> f{};
  REQUIRE(fold_batch_norm_weights(one, w, f) == 4);
  CHECK(f == std::array<float, 4>{3 * 2, 5 * 3, (10 - 4) * 2 - 1, (20 - 8) * 3 - 2});
}

TEST_CASE("folding refuses spans of another size and variances below zero") {
  std::vector<float> w = random_weights<normalised>(3);
  const auto count = static_cast<std::size_t>(folded.weight_count);
  std::vector<float> f(count + 1, 42.0f);
  CHECK(fold_batch_norm_weights(normalised, std::span{w}.first(w.size() - 1), std::span{f}.first(count))
        == -1);
  CHECK(fold_batch_norm_weights(normalised, w, f) == -1);
  CHECK(fold_batch_norm_weights(normalised, w, std::span{f}.first(count - 1)) == -1);
  CHECK(fold_batch_norm_weights(normalised, w, std::span<float>{}) == -1);
  CHECK(fold_batch_norm_weights(normalised, {}, std::span{f}.first(count)) == -1);
  CHECK(f[count] == 42.0f);  // nothing is written past the folded weights
  w.push_back(0);
  CHECK(fold_batch_norm_weights(normalised, w, std::span{f}.first(count)) == -1);
  w.pop_back();
  for (const float variance : {-0.5f, -1e-5f, std::nanf("")}) {
    CAPTURE(variance);
    std::vector<float> bad = w;
    bad[static_cast<std::size_t>(normalised[2].weight_offset + 3 * 6 + 5)] = variance;
    CHECK(fold_batch_norm_weights(normalised, bad, std::span{f}.first(count)) == -1);
  }
  CHECK(fold_batch_norm_weights(normalised, w, std::span{f}.first(count)) == folded.weight_count);
}

}  // namespace
