#include <doctest/doctest.h>

#include <edgenn/graph.hpp>
#include <edgenn/layers.hpp>
#include <string_view>

// Nearly all of this is decided by the compiler: that the file compiles is the test.
namespace {

using namespace edgenn;

template <int N, layer L>
constexpr bool is_node(const basic_graph<N>& g, int i, const L& l) {
  if (!g[i].layer.template is<L>()) return false;
  const any_layer expected{l};
  for (int k = 0; k < expected.word_count(); ++k)
    if (g[i].layer.word(k) != expected.word(k)) return false;
  return true;
}

// One input, one output, weights in order.
constexpr auto chain = network({8, 8, 3}, [](value x) {
  x = x | conv2d{.filters = 4, .kernel = 3} | expect{6, 6, 4};
  x = x | max_pool2d{.window = 2, .stride = 2} | expect{3, 3, 4};
  return x | dense{.units = 5, .bias = false};
});
static_assert(chain.node_count == 4 && chain.input_count == 1 && chain.output_count == 1);
static_assert(chain.output(0) == 3 && chain[3].out == shape{1, 1, 5});
static_assert(chain[1].weight_offset == 0 && chain[1].weight_count == 4 * 3 * 3 * 3 + 4);
static_assert(chain[2].weight_count == 0);
static_assert(chain[3].weight_offset == 112 && chain[3].weight_count == 5 * 36);
static_assert(chain.weight_count == 112 + 180);
static_assert(chain[1].macs == 6 * 6 * 4 * 3 * 3 * 3 && chain[3].macs == 180);
static_assert(chain.macs() == 3888 + 180);
static_assert(is_node(chain, 1, conv2d{.filters = 4, .kernel = 3}));
static_assert(!is_node(chain, 1, conv2d{.filters = 4, .kernel = {3, 2}}));

// Several inputs of different shapes, several outputs in the order of `return`.
constexpr auto many =
    network(inputs{shape{4, 4, 2}, shape{4, 4, 2}, shape{.c = 6}}, [](value a, value b, value c) {
      const value sum = add(a, b);
      const value head = c | dense{.units = 3};
      return outputs{head, sum, sum | global_average_pool{}};
    });
static_assert(many.input_count == 3 && many.output_count == 3 && many.node_count == 6);
static_assert(many[0].out == shape{4, 4, 2} && many[2].out == shape{1, 1, 6});
static_assert(many[3].input(0) == 0 && many[3].input(1) == 1);
static_assert(many.output(0) == 4 && many.output(1) == 3 && many.output(2) == 5);

// A directed acyclic graph: a value with several readers, an operand used twice, joins along each axis.
constexpr auto dag = network({4, 4, 2}, [](value x) {
  const value left = x | conv2d{.filters = 2, .kernel = 1};
  const value right = x | conv2d{.filters = 2, .kernel = 1};
  const value twice = add(left, left);
  const value wide = concat(axis::width, left, right, twice) | expect{4, 12, 2};
  const value deep = concat(axis::depth, left, right) | expect{.h = 4, .w = 4, .c = 2, .d = 2};
  const value tall = concat(axis::height, left, twice) | expect{8, 4, 2};
  return outputs{wide, deep, tall, concat(left, x, right) | expect{4, 4, 6}};
});
static_assert(dag.node_count == 8);
static_assert(dag[3].input_count == 2 && dag[3].input(0) == 1 && dag[3].input(1) == 1);
static_assert(dag[4].input_count == 3 && dag[4].input(2) == 3);

// Blocks, with and without parameters, and loops.
struct residual {
  int filters;
  constexpr value operator()(value x) const {
    const value y = x | conv2d{.filters = filters, .kernel = 3, .pad = same, .act = relu};
    return add(y, x, relu);
  }
};
constexpr auto halve = [](value x) { return x | average_pool2d{.window = 2, .stride = 2}; };
constexpr auto blocks = network({16, 16, 4}, [](value x) {
  for (int i = 0; i < 3; ++i) x = x | residual{4} | halve;
  return x | expect{2, 2, 4};
});
static_assert(blocks.node_count == 1 + 3 * 3);
static_assert(blocks[1].out == shape{16, 16, 4} && blocks[9].out == shape{2, 2, 4});
constexpr auto unrolled = network({16, 16, 4}, [](value x) {
  x = residual{4}(x) | halve;
  x = residual{4}(x) | halve;
  return residual{4}(x) | halve;
});
static_assert(fingerprint(blocks) == fingerprint(unrolled));

// A block sees the shape that it gets.
constexpr auto keep_channels = [](value x) { return x | conv2d{.filters = x.extents().c, .kernel = 1}; };
static_assert(network({2, 2, 7}, keep_channels)[1].out == shape{2, 2, 7});

// The capacity is a template argument, and bounds the nodes, not the network.
constexpr auto small = network<4>({8, 8, 3}, [](value x) {
  x = x | conv2d{.filters = 4, .kernel = 3};
  x = x | max_pool2d{.window = 2, .stride = 2};
  return x | dense{.units = 5, .bias = false};
});
static_assert(small.capacity == 4 && chain.capacity == default_capacity);
static_assert(sizeof(small) * 32 < sizeof(chain));
static_assert(fingerprint(small) == fingerprint(chain));
constexpr auto large = network<600>({1, 1, 1}, [](value x) {
  for (int i = 0; i < 599; ++i) x = x | activate{relu};
  return x;
});
static_assert(large.node_count == 600);

// A fingerprint for every parameter, wire and shape.
template <auto Layer, shape In = shape{8, 8, 4}>
constexpr std::uint64_t with = fingerprint(network<2>(In, [](value x) { return x | Layer; }));
template <auto Define>
constexpr std::uint64_t print = fingerprint(network<8>({4, 4, 4}, Define));

constexpr inputs pair{shape{4, 4, 4}, shape{4, 4, 4}};
constexpr auto a_plus_b = network<8>(pair, [](value a, value b) { return add(a, b); });
constexpr auto b_plus_a = network<8>(pair, [](value a, value b) { return add(b, a); });

constexpr std::uint64_t fingerprints[] = {
    with<conv2d{.filters = 4, .kernel = 3}>,
    with<conv2d{.filters = 5, .kernel = 3}>,
    with<conv2d{.filters = 4, .kernel = 1}>,
    with<conv2d{.filters = 4, .kernel = {3, 1}}>,
    with<conv2d{.filters = 4, .kernel = {1, 3}}>,
    with<conv2d{.filters = 4, .kernel = 3, .stride = 2}>,
    with<conv2d{.filters = 4, .kernel = 3, .stride = {2, 1}}>,
    with<conv2d{.filters = 4, .kernel = 3, .stride = {1, 2}}>,
    with<conv2d{.filters = 4, .kernel = 3, .dilation = 2}>,
    with<conv2d{.filters = 4, .kernel = 3, .dilation = {2, 1}}>,
    with<conv2d{.filters = 4, .kernel = 3, .pad = 1}>,
    with<conv2d{.filters = 4, .kernel = 3, .pad = same}>,
    with<conv2d{.filters = 4, .kernel = 3, .pad = same_lower}>,
    with<conv2d{.filters = 4, .kernel = 3, .pad = sides{.top = 1}}>,
    with<conv2d{.filters = 4, .kernel = 3, .pad = sides{.bottom = 1}}>,
    with<conv2d{.filters = 4, .kernel = 3, .pad = sides{.left = 1}}>,
    with<conv2d{.filters = 4, .kernel = 3, .pad = sides{.right = 1}}>,
    with<conv2d{.filters = 4, .kernel = 3, .groups = 2}>,
    with<conv2d{.filters = 4, .kernel = 3, .bias = false}>,
    with<conv2d{.filters = 4, .kernel = 3, .act = relu}>,
    with<conv2d{.filters = 4, .kernel = 3, .act = relu6}>,
    with<conv2d{.filters = 4, .kernel = 3, .act = sigmoid}>,
    with<conv2d{.filters = 4, .kernel = 3, .act = leaky_relu(0.1)}>,
    with<conv2d{.filters = 4, .kernel = 3, .act = leaky_relu(0.2)}>,
    with<conv2d{.filters = 4, .kernel = 3, .act = clip(0, 1)}>,
    with<conv2d{.filters = 4, .kernel = 3, .act = clip(-1, 1)}>,
    with<conv2d{.filters = 4, .kernel = 3}, shape{8, 9, 4}>,
    with<conv2d{.filters = 4, .kernel = 3}, shape{9, 8, 4}>,
    with<conv2d{.filters = 4, .kernel = 3}, shape{8, 8, 5}>,
    with<depthwise_conv2d{.kernel = 3}>,
    with<depthwise_conv2d{.kernel = 3, .multiplier = 2}>,
    with<max_pool2d{.window = 2, .stride = 2}>,
    with<max_pool2d{.window = 2, .stride = 2, .round = rounding::up}>,
    with<average_pool2d{.window = 2, .stride = 2}>,
    with<average_pool2d{.window = 2, .stride = 2, .count_padding = true}>,
    with<lrn{}>,
    with<lrn{.alpha = 2e-4}>,
    with<lrn{.beta = 0.5}>,
    with<lrn{.k = 2}>,
    with<lrn{.divide_alpha = false}>,
    with<batch_norm{}>,
    with<batch_norm{.epsilon = 1e-3}>,
    with<softmax{}>,
    with<identity{}>,
    with<dropout{}>,
    with<dropout{.rate = 0.1}>,
    with<flatten{}>,
    with<reshape{.h = 4, .w = 16, .c = 4}>,
    with<reshape{.h = 16, .w = 4, .c = 4}>,
    with<softmax{}, shape{8, 8, 4, 2}>,
    print<[](value x) { return concat(x | softmax{}, x | identity{}); }>,
    print<[](value x) { return concat(axis::width, x | softmax{}, x | identity{}); }>,
    print<[](value x) {
      const value a = x | softmax{}, b = x | identity{};
      return concat(b, a);
    }>,
    print<[](value x) {
      const value a = x | softmax{}, b = a | identity{};
      return concat(a, b);
    }>,
    print<[](value x) {
      const value a = x | softmax{}, b = x | identity{};
      return outputs{a, b};
    }>,
    print<[](value x) {
      const value a = x | softmax{}, b = x | identity{};
      return outputs{b, a};
    }>,
    print<[](value x) {  // a node that no output depends on
      const value a = x | softmax{};
      static_cast<void>(x | identity{});
      return a;
    }>,
    print<[](value x) {
      const value a = x | softmax{};
      return add(a, a);
    }>,
    print<[](value x) { return add(x, x | softmax{}); }>,
    fingerprint(a_plus_b),
    fingerprint(b_plus_a),
};

constexpr bool all_differ() {
  for (const std::uint64_t& a : fingerprints)
    for (const std::uint64_t& b : fingerprints)
      if (&a != &b && a == b) return false;
  return true;
}
static_assert(all_differ());

static_assert(with<conv2d{.filters = 4, .kernel = 3}> == with<conv2d{.filters = 4, .kernel = {3, 3}}>);
static_assert(with<conv2d{.filters = 4,
                          .kernel = 3,
                          .pad = 1}> == with<conv2d{.filters = 4, .kernel = 3, .pad = sides{1, 1, 1, 1}}>);
static_assert(print<[](value x) {
                return x | softmax{} | expect{4, 4, 4};
              }> == print<[](value x) { return x | softmax{}; }>);

TEST_CASE("a fingerprint at run time is that of the compiler") {
  const auto copy = chain;
  CHECK(fingerprint(copy) == fingerprint(chain));
}

TEST_CASE("nodes know their names and activations") {
  CHECK(std::string_view{chain[0].layer.name()} == "input");
  CHECK(std::string_view{chain[1].layer.name()} == "conv2d");
  CHECK(std::string_view{blocks[2].layer.name()} == "add");
  CHECK(blocks[2].layer.has_activation());
  CHECK(blocks[2].layer.act() == relu);
  CHECK_FALSE(blocks[3].layer.has_activation());
}

// Dilated pooling windows whose taps step over a small input are refused only where an output has all of them
// in the padding.
constexpr auto dilated = network({3, 3, 1}, [](value x) {
  const auto pool = [](int stride, int dilation, int pad) {
    return max_pool2d{.window = 2, .stride = stride, .dilation = dilation, .pad = pad};
  };
  const value a = x | pool(4, 4, 2) | expect{1, 1, 1};  // taps at -2 and 2
  const value b = x | pool(2, 4, 2) | expect{2, 2, 1};  // and at 0 and 4
  const value c = x | pool(1, 3, 1) | expect{2, 2, 1};  // at -1 and 2, at 0 and 3
  return outputs{a, b, c};
});
static_assert(dilated.node_count == 4);

// Strides and paddings as large as an int can be are legal as long as no position overflows.
constexpr auto far_apart = network({8, 8, 1}, [](value x) {
  x = x | max_pool2d{.window = 8, .stride = 2147483647, .round = rounding::up} | expect{1, 1, 1};
  return x | conv2d{.filters = 1, .kernel = 1, .stride = 2147483647, .pad = same} | expect{1, 1, 1};
});
static_assert(far_apart.node_count == 3);

}  // namespace
