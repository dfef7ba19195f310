// A simplified network computes the same, with fewer layers.
#include "simplify.hpp"

#include <doctest/doctest.h>

#include <random>

#include "evaluate.hpp"

namespace {

using namespace edgenn;
using import::target;

/// Builds a network by chaining layers with random weights.
class chain {
 public:
  explicit chain(shape in) { at_ = net_.input(in, "in"); }

  template <layer L>
  chain& then(const L& l) {
    std::vector<std::vector<float>> weights;
    if constexpr (requires { l.weights(net_.shape_of(at_)); }) {
      const weight_tensors t = l.weights(net_.shape_of(at_));
      for (int i = 0; i < t.count(); ++i) {
        weights.emplace_back(static_cast<std::size_t>(t[i].size()));
        for (float& w : weights.back()) w = static_cast<float>(random_() % 1000) / 1000 + 0.1f;
      }
    }
    at_ = net_.append(l, std::span<const int>{&at_, 1}, std::move(weights),
                      "layer " + std::to_string(net_.count()));
    return *this;
  }
  target done() {
    net_.output(at_, "out");
    return std::move(net_);
  }

 private:
  target net_;
  int at_ = 0;
  std::mt19937 random_{3};
};

std::vector<float> random_input(shape s) {
  std::mt19937 random{5};
  std::vector<float> x(static_cast<std::size_t>(s.size()));
  for (float& v : x) v = static_cast<float>(random() % 2000) / 1000 - 1;
  return x;
}

/// The names of the layers that are left, after checking that the results are the same.
std::vector<std::string> simplified(auto make) {
  const target before = make();
  const std::vector<std::vector<float>> x{random_input(before.shape_of(0))};
  const std::vector<float> expected = import::evaluate(before, x).at(0);
  const target after = import::simplify(make());
  const std::vector<float> found = import::evaluate(after, x).at(0);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
  std::vector<std::string> layers;
  for (int i = after.input_count(); i < after.count(); ++i) {
    layers.push_back(after[i].layer.name());
    if (after[i].layer.act() != activations::none)
      layers.back() += std::string{'+'} + name_of(after[i].layer.act().kind);
  }
  return layers;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("batch normalisation becomes a part of what it follows") {
  CHECK(simplified([] {
          return chain{{5, 5, 3}}
              .then(conv2d{.filters = 4, .kernel = 3, .bias = false})
              .then(batch_norm{})
              .then(activate{relu})
              .done();
        })
        == names{"conv2d+relu"});
  CHECK(simplified([] {
          return chain{{5, 5, 3}}
              .then(depthwise_conv2d{.kernel = 3, .multiplier = 2})
              .then(batch_norm{.act = relu6})
              .done();
        })
        == names{"depthwise_conv2d+clip"});
  CHECK(simplified([] {
          return chain{{2, 2, 3}}.then(dense{.units = 4}).then(batch_norm{}).done();
        })
        == names{"dense"});
}

TEST_CASE("batch normalisation stays where something lies between") {
  CHECK(simplified([] {
          return chain{{5, 5, 3}}
              .then(conv2d{.filters = 4, .kernel = 3, .act = relu})
              .then(batch_norm{})
              .done();
        })
        == names{"conv2d+relu", "batch_norm"});
  CHECK(simplified([] {
          return chain{{5, 5, 3}}.then(batch_norm{}).then(activate{relu}).done();
        })
        == names{"batch_norm+relu"});
}

TEST_CASE("a value that others read keeps its layer") {
  CHECK(simplified([] {
          target t;
          const int x = t.input({2, 2, 3}, "in");
          const int y = t.append(dense{.units = 3, .bias = false}, std::span<const int>{&x, 1},
                                 {std::vector<float>(36, 0.5f)}, "dense");
          const int z = t.append(activate{sigmoid}, y, "sigmoid");
          const int both[] = {y, z};
          t.output(t.append(add_layer{}, std::span<const int>{both}, {}, "sum"), "out");
          return t;
        })
        == names{"dense", "activate+sigmoid", "add"});
}

TEST_CASE("scales and offsets become a part of what they follow") {
  CHECK(simplified([] {
          return chain{{5, 5, 3}}
              .then(conv2d{.filters = 4, .kernel = 3})
              .then(affine{})
              .then(affine{.scale = false})
              .done();
        })
        == names{"conv2d"});
  CHECK(simplified([] { return chain{{5, 5, 3}}.then(affine{}).done(); }) == names{"affine"});
}

TEST_CASE("borders of zeros become padding, others do not") {
  const pad2d uneven{.pad = sides{.top = 1, .left = 2, .bottom = 3, .right = 0}};
  CHECK(simplified([&] {
          return chain{{5, 5, 3}}
              .then(uneven)
              .then(conv2d{.filters = 2, .kernel = 3, .stride = 2, .pad = same})
              .done();
        })
        == names{"conv2d"});
  CHECK(simplified([&] {
          return chain{{5, 5, 3}}.then(uneven).then(depthwise_conv2d{.kernel = 3, .pad = 1}).done();
        })
        == names{"depthwise_conv2d"});
  CHECK(simplified([] {
          return chain{{5, 5, 3}}
              .then(pad2d{.pad = 1, .value = 1})
              .then(conv2d{.filters = 2, .kernel = 3})
              .done();
        })
        == names{"pad2d", "conv2d"});
  CHECK(simplified([] {
          return chain{{5, 5, 3}}.then(pad2d{.pad = 1}).then(max_pool2d{.window = 3, .stride = 1}).done();
        })
        == names{"pad2d", "max_pool2d"});
}

TEST_CASE("what does nothing is gone, and an input stays an output only through a layer") {
  CHECK(simplified([] {
          return chain{{2, 2, 3}}
              .then(identity{})
              .then(dropout{})
              .then(activate{none})
              .then(reshape{.h = 2, .w = 2, .c = 3})
              .then(softmax{})
              .done();
        })
        == names{"softmax"});
  CHECK(simplified([] { return chain{{2, 2, 3}}.then(dropout{}).done(); }) == names{"dropout"});
}

TEST_CASE("dense layers need no flattening before them, others do") {
  CHECK(simplified([] {
          return chain{{2, 2, 3}}.then(flatten{}).then(reshape{.h = 12}).then(dense{.units = 2}).done();
        })
        == names{"dense"});
  CHECK(simplified([] {
          return chain{{2, 2, 3}}.then(flatten{}).then(softmax{}).done();
        })
        == names{"flatten", "softmax"});
}

TEST_CASE("windows over the whole image have names of their own") {
  CHECK(simplified([] {
          return chain{{4, 3, 2}}.then(average_pool2d{.window = {4, 3}, .stride = 1}).done();
        })
        == names{"global_average_pool"});
  CHECK(simplified([] {
          return chain{{4, 3, 2}}.then(max_pool2d{.window = {4, 3}, .stride = 2, .pad = same}).done();
        })
        == names{"max_pool2d"});
  CHECK(simplified([] {
          return chain{{4, 3, 2}}.then(conv2d{.filters = 5, .kernel = {4, 3}}).done();
        })
        == names{"dense"});
  CHECK(simplified([] {
          return chain{{4, 3, 2}}.then(conv2d{.filters = 4, .kernel = {4, 3}, .groups = 2}).done();
        })
        == names{"conv2d"});
}

TEST_CASE("padding by a rule that adds nothing is no padding") {
  const target t = import::simplify(
      chain{{4, 4, 2}}.then(conv2d{.filters = 3, .kernel = 1, .pad = same}).then(softmax{}).done());
  CHECK(t[1].layer.as<conv2d>().pad == valid);
  const target u =
      import::simplify(chain{{4, 4, 2}}.then(conv2d{.filters = 3, .kernel = 3, .pad = same}).done());
  CHECK(u[1].layer.as<conv2d>().pad == same);
}

TEST_CASE("layers that no output needs are left out and named") {
  target t;
  const int x = t.input({2, 2, 3}, "in");
  t.append(softmax{}, t.append(activate{relu}, x, "dead 1"), "dead 2");
  t.output(t.append(activate{sigmoid}, x, "alive"), "out");
  const target after = import::simplify(std::move(t));
  CHECK(after.count() == 2);
  CHECK(after.notes().size() == 2);
  CHECK(after.notes()[0].find("dead 2") != std::string::npos);
}

TEST_CASE("a variance that is no variance is refused") {
  target t;
  const int x = t.input({1, 1, 1}, "in");
  const int y = t.append(batch_norm{}, std::span<const int>{&x, 1}, {{1}, {0}, {0}, {-0.5f}}, "bn");
  t.output(y, "out");
  CHECK_THROWS_WITH_AS(
      import::simplify(std::move(t)),
      "batch normalisation bn: found a variance of -0.500000 in channel 0, expected one above 0",
      import::import_error);
}
