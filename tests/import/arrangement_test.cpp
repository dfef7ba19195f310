// Axes are followed through any sequence of reshapes and transposes, and brought into any order.
#include "arrangement.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "constant.hpp"
#include "evaluate.hpp"
#include "lower_onnx.hpp"
#include "placement.hpp"

namespace {

using namespace edgenn::import;
using numbers = std::vector<float>;
using extents = std::vector<std::int64_t>;

std::mt19937 engine{1};
int below(int count) { return static_cast<int>(engine() % static_cast<unsigned>(count)); }

std::vector<int> some_order(int count) {
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), engine);
  return order;
}

extents some_extents(int rank) {
  constexpr std::int64_t extent[] = {1, 2, 2, 3, 4, 6};
  extents dims;
  for (int i = 0; i < rank; ++i) dims.push_back(extent[below(6)]);
  return dims;
}

/// Elements of a row-major tensor, transposed.
numbers transposed(const numbers& x, const extents& dims, const std::vector<int>& order) {
  extents strides(dims.size(), 1), to(dims.size());
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  for (std::size_t i = 0; i < dims.size(); ++i) to[i] = dims[static_cast<std::size_t>(order[i])];
  numbers y;
  std::vector<std::int64_t> index(dims.size(), 0);
  for (std::size_t n = 0; n < x.size(); ++n) {
    std::int64_t at = 0;
    for (std::size_t i = 0; i < index.size(); ++i)
      at += index[i] * strides[static_cast<std::size_t>(order[i])];
    y.push_back(x[static_cast<std::size_t>(at)]);
    for (std::size_t i = index.size(); i-- > 0 && ++index[i] == to[i];) index[i] = 0;
  }
  return y;
}

/// Another shape of as many elements, with some extents joined, split or of one element.
extents other_extents(const extents& dims) {
  extents to;
  for (const std::int64_t d : dims) {
    const int how = below(4);
    if (how == 0 && !to.empty())
      to.back() *= d;
    else if (how == 1 && d % 2 == 0)
      to.insert(to.end(), {2, d / 2});
    else if (how == 2)
      to.insert(to.end(), {d, 1});
    else
      to.push_back(d);
  }
  return to;
}

/// What memory holds if the row-major elements are `x`.
numbers in_memory(const numbers& x, const arrangement& at) {
  return transposed(x, at.factors(), at.memory());
}

}  // namespace

TEST_CASE("reshapes and transposes rename memory") {
  int renamed = 0, moved = 0;
  for (int round = 0; round < 2000; ++round) {
    extents dims = some_extents(1 + below(5));
    arrangement at{dims, some_order(static_cast<int>(dims.size()))};
    numbers x(static_cast<std::size_t>(at.size()));
    std::iota(x.begin(), x.end(), 0.0f);
    const numbers memory = in_memory(x, at);
    for (int step = 0; step < 6; ++step) {
      if (below(2) == 0) {
        const std::vector<int> order = some_order(at.rank());
        x = transposed(x, at.dims(), order);
        at = at.transposed(order);
      } else {
        dims = other_extents(at.dims());
        const auto to = at.reshaped(dims);
        ++(to ? renamed : moved);
        if (to) at = *to;
        REQUIRE((!to || at.dims() == dims));
      }
      REQUIRE(in_memory(x, at) == memory);
    }
  }
  CHECK(renamed > 1000);  // the test is worth something: most reshapes need nothing to move, some do
  CHECK(moved > 20);
}

TEST_CASE("a reshape that mixes what lies apart is refused") {
  constexpr int swapped[] = {1, 0};
  const arrangement columns{{4, 3}, swapped};
  CHECK(columns.reshaped({2, 2, 3}));
  CHECK(columns.reshaped({4, 1, 3}));
  CHECK_FALSE(columns.reshaped({6, 2}));
  CHECK_FALSE(columns.reshaped({3, 4}));
  const auto joined = columns.reshaped({12});  // one axis of two factors that lie in the wrong order
  REQUIRE(joined);
  CHECK_FALSE(joined->is_plain());
}

TEST_CASE("memory in any order") {
  for (int round = 0; round < 300; ++round) {
    const extents dims = some_extents(1 + below(7));
    const arrangement at{dims, some_order(static_cast<int>(dims.size()))};
    numbers x(static_cast<std::size_t>(at.size()));
    std::iota(x.begin(), x.end(), 0.0f);
    target net;
    placer place{net};
    const placed v{net.input({1, 1, extent_of(at.size())}, "x"), at};
    const std::vector<int> order = some_order(at.rank());
    const std::span<const int> some =
        std::span<const int>{order}.first(static_cast<std::size_t>(1 + below(at.rank())));
    const placed results[] = {place.in_order(v, order), place.plain(v), place.with_innermost(v, some),
                              place.with_axis_together(v, order[0])};
    CHECK(results[1].at.is_plain());
    for (std::size_t k = 0; k < std::size(results); ++k) {
      placed r = results[k];
      if (r.node < net.input_count()) r.node = net.append(edgenn::identity{}, r.node, "y");
      net.output(r.node, "y" + std::to_string(k));
    }
    const std::vector<numbers> inputs{in_memory(x, at)};
    const auto outputs = evaluate(net, inputs);
    for (std::size_t k = 0; k < std::size(results); ++k) REQUIRE(outputs[k] == in_memory(x, results[k].at));
  }
}

TEST_CASE("axes change their extent") {
  constexpr int order[] = {0, 2, 1};
  const arrangement at{{2, 3, 4}, order};
  CHECK(at.resized(1, 7).dims() == extents{2, 7, 4});
  CHECK(at.resized(1, 7).memory() == std::vector<int>{0, 2, 1});
  CHECK(at.resized(1, 1).memory() == std::vector<int>{0, 1});
  CHECK(at.resized(1, 1).resized(1, 5).memory() == std::vector<int>{1, 0, 2});
  CHECK(at.with_one_element(2).dims() == extents{2, 3, 1});
}

TEST_CASE("batch normalisation of channels whose order in memory is another") {
  // Channels in two groups of three are shuffled, as ShuffleNet does: in memory they stay where they were.
  model m;
  m.file = "model.onnx";
  const auto add = [&m](const char* name, tensor t) {
    t.name = name;
    m.tensors.push_back(std::move(t));
    return static_cast<int>(m.tensors.size()) - 1;
  };
  const auto one_for_each = [&](const char* name, double first, double step) {
    std::vector<double> v;
    for (int c = 0; c < 6; ++c) v.push_back(first + step * c);
    return add(name, constant_of(element::f32, {6}, v));
  };
  tensor image;
  image.dims = {1, 6, 1, 2};
  image.known_shape = true;
  const int x = add("x", image), groups = add("groups", vector_of(extents{1, 2, 3, 1, 2})),
            whole = add("whole", vector_of(extents{1, 6, 1, 2})), scale = one_for_each("scale", 1, 1),
            offset = one_for_each("offset", 0, 100), mean = one_for_each("mean", 0, 0),
            variance = one_for_each("variance", 1, 0), a = add("a", {}), b = add("b", {}), c = add("c", {}),
            y = add("y", {});
  m.nodes = {{"a", "Reshape", {x, groups}, {a}, {}, 13},
             {"b", "Transpose", {a}, {b}, {{"perm", extents{0, 2, 1, 3, 4}}}, 13},
             {"c", "Reshape", {b, whole}, {c}, {}, 13},
             {"y", "BatchNormalization", {c, scale, offset, mean, variance}, {y}, {{"epsilon", 1e-9f}}, 13}};
  m.inputs = {x};
  m.outputs = {y};
  const lowered made = lower_onnx(m);
  REQUIRE(made.outputs[0].order == std::vector<int>{0, 2, 3, 1});
  // Two pixels of six channels; channel 3 i + j of the input is channel 2 j + i of the result.
  const numbers in{0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
  const numbers out = evaluate(made.net, std::vector<numbers>{in}).at(0);
  REQUIRE(out.size() == in.size());
  for (int pixel = 0; pixel < 2; ++pixel)
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 3; ++j) {
        const int to = 2 * j + i;
        const float expected = static_cast<float>(10 * pixel + 3 * i + j) * static_cast<float>(to + 1)
                               + 100 * static_cast<float>(to);
        CHECK(out[static_cast<std::size_t>(6 * pixel + to)] == doctest::Approx(expected));
      }
}
