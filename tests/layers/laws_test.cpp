// Laws that hold between layers, on shapes and data drawn at random. They need no golden values.
#include <doctest/doctest.h>

#include <algorithm>
#include <edgenn/backends/reference.hpp>
#include <edgenn/fold_batch_norm.hpp>
#include <layers/run_case.hpp>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

using numbers = std::vector<float>;

numbers draw(std::string_view name, int count, float range = 2) {
  generator random{name};
  numbers v(static_cast<std::size_t>(count));
  for (float& e : v) e = random.next() * (2 * range);
  return v;
}

/// A number in [low, high] that depends on the law's seed and on what it is for.
constexpr int pick(int seed, int what, int low, int high) {
  unsigned state = 977u * static_cast<unsigned>(seed) + 131u * static_cast<unsigned>(what) + 1u;
  for (int i = 0; i < 4; ++i) state = state * 1664525u + 1013904223u;
  return low + static_cast<int>((state >> 16) % static_cast<unsigned>(high - low + 1));
}
constexpr shape pick_shape(int seed, int least_side = 1) {
  return {pick(seed, 0, least_side, 9), pick(seed, 1, least_side, 9), pick(seed, 2, 1, 7)};
}

/// Calls `f.template operator()<S>()` for the seeds 0 to 5.
template <class F>
void for_each_seed(F f) {
  [&]<int... S>(std::integer_sequence<int, S...>) { (f.template operator()<S>(), ...); }
  (std::make_integer_sequence<int, 6>{});
}

template <const auto& Net>
numbers run(const numbers& x, const numbers& weights = {}) {
  model<Net, reference> net{std::span<const float, std::size_t{Net.weight_count}>{weights}};
  constexpr auto size = static_cast<std::size_t>(Net[0].out.size());
  const auto y = net.run(std::span<const float, size>{x});
  return {y.begin(), y.end()};
}

void check_close(const numbers& found, const numbers& expected, double tolerance) {
  const std::string differs = difference(found, std::span<const float>{expected}, tolerance);
  CHECK_MESSAGE(differs.empty(), differs);
}

constexpr double rounding_of_sums = 1e-5;

// 1x1 convolution = matrix product

template <int S>
constexpr auto pointwise = network<4>(pick_shape(S), [](value x) {
  return x | conv2d{pick(S, 3, 1, 9), 1};
});

// depthwise convolution = convolution with one group for each channel

template <int S>
constexpr depthwise_conv2d depthwise{.kernel = {pick(S, 3, 1, 3), pick(S, 4, 1, 3)},
                                     .stride = {pick(S, 5, 1, 3), pick(S, 6, 1, 3)},
                                     .dilation = {pick(S, 7, 1, 2), pick(S, 8, 1, 2)},
                                     .pad = S % 2 == 0 ? same : padding{1},
                                     .multiplier = 1 + S % 2};
template <int S>
constexpr conv2d grouped{.filters = pick_shape(S, 5).c * depthwise<S>.multiplier,
                         .kernel = depthwise<S>.kernel,
                         .stride = depthwise<S>.stride,
                         .dilation = depthwise<S>.dilation,
                         .pad = depthwise<S>.pad,
                         .groups = pick_shape(S, 5).c};
template <int S>
constexpr auto depthwise_net = network<4>(pick_shape(S, 5), [](value x) { return x | depthwise<S>; });
template <int S>
constexpr auto grouped_net = network<4>(pick_shape(S, 5), [](value x) { return x | grouped<S>; });

// dense = convolution whose kernel is the whole image

template <int S>
constexpr auto dense_net = network<4>(pick_shape(S), [](value x) { return x | dense{pick(S, 3, 1, 9)}; });
template <int S>
constexpr auto whole_image_net = network<4>(pick_shape(S), [](value x) {
  return x | conv2d{pick(S, 3, 1, 9), {pick_shape(S).h, pick_shape(S).w}};
});

// pooling

template <int S>
constexpr max_pool2d max_pool{.window = {pick(S, 3, 1, 3), pick(S, 4, 1, 3)},
                              .stride = {pick(S, 5, 1, 3), pick(S, 6, 1, 3)},
                              .pad = S % 2 == 0 ? same : valid,
                              .round = S % 3 == 0 ? rounding::up : rounding::down};
template <int S>
constexpr average_pool2d average_pool{.window = max_pool<S>.window,
                                      .stride = max_pool<S>.stride,
                                      .pad = max_pool<S>.pad,
                                      .round = rounding::up};
template <int S>
constexpr auto pool_then_relu = network<4>(pick_shape(S, 3), [](value x) { return x | max_pool<S> | relu; });
template <int S>
constexpr auto relu_then_pool = network<4>(pick_shape(S, 3), [](value x) { return x | relu | max_pool<S>; });
template <int S>
constexpr auto average_net = network<4>(pick_shape(S, 3), [](value x) { return x | average_pool<S>; });

constexpr shape volume{9, 6, 2, 5};
constexpr auto pool_volume = network<8>(volume, [](value x) {
  return x | max_pool3d{.window = {3, 7, 3}, .pad = {1, 3, 1}};
});
constexpr auto pool_axes = network<8>(volume, [](value x) {
  x = x | max_pool3d{.window = {1, 1, 3}, .pad = {0, 0, 1}};
  x = x | max_pool3d{.window = {1, 7, 1}, .pad = {0, 3, 0}};
  return x | max_pool3d{.window = {3, 1, 1}, .pad = {1, 0, 0}};
});

// SAME = the padding that it stands for = a padded image

template <padding Pad, int Stride, int Height, int Width>
constexpr auto convolved = network<4>(shape{Height, Width, 2}, [](value x) {
  return x | conv2d{.filters = 3, .kernel = {3, 2}, .stride = Stride, .pad = Pad};
});
template <padding Pad, int Stride, int Height, int Width>
constexpr auto padded_then_convolved = network<4>(shape{Height, Width, 2}, [](value x) {
  return x | pad2d{.pad = Pad} | conv2d{.filters = 3, .kernel = {3, 2}, .stride = Stride};
});
template <padding Rule, padding Pixels, int Stride, int Height, int Width>
void check_same() {
  const numbers x = draw("same", Height * Width * 2), w = draw("same weights", 3 * 3 * 2 * 2 + 3, 0.5f);
  const numbers expected = run<convolved<Pixels, Stride, Height, Width>>(x, w);
  check_close(run<convolved<Rule, Stride, Height, Width>>(x, w), expected, rounding_of_sums);
  check_close(run<padded_then_convolved<Pixels, Stride, Height, Width>>(x, w), expected, rounding_of_sums);
}

// concat

constexpr shape joined_in{4, 5, 3};
constexpr conv2d left{.filters = 2, .kernel = 3, .pad = same}, right{.filters = 5, .kernel = 1, .act = relu};
constexpr auto left_net = network<4>(joined_in, [](value x) { return x | left; });
constexpr auto right_net = network<4>(joined_in, [](value x) { return x | right; });
constexpr auto joined_net = network<8>(joined_in, [](value x) { return concat(x | left, x, x | right); });

// softmax, resize, batch normalisation

constexpr shape logits{3, 4, 11};
constexpr auto softmax_net = network<4>(logits, [](value x) { return x | softmax{}; });

template <resize Layer>
constexpr auto resize_net = network<4>(shape{Layer.to.h, Layer.to.w, 3}, [](value x) { return x | Layer; });
template <interpolation Mode, coordinates At, nearest_pixel Nearest = nearest_pixel::round_prefer_floor>
void check_resize_to_same_size() {
  const numbers x = draw("resize", 5 * 7 * 3);
  CHECK(equal_bits(run<resize_net<resize{.to = {5, 7}, .mode = Mode, .at = At, .nearest = Nearest}>>(x), x));
}

constexpr auto normalized = network<8>({6, 5, 4}, [](value x) {
  x = x | conv2d{.filters = 5, .kernel = 3, .bias = false} | batch_norm{.act = relu};
  x = x | depthwise_conv2d{.kernel = 3, .pad = same} | batch_norm{.epsilon = 1e-3} | relu6;
  return x | dense{.units = 6} | batch_norm{};
});
constexpr auto folded = fold_batch_norm(normalized);

/// Every node's weights in [-0.5, 0.5), variances in [0.25, 1.25).
numbers draw_weights(const auto& net) {
  numbers w = draw("weights", net.weight_count, 0.5f);
  for (int i = net.input_count; i < net.node_count; ++i)
    if (net[i].layer.template is<batch_norm>())
      for (int k = net[i].weight_count * 3 / 4; k < net[i].weight_count; ++k)
        w[static_cast<std::size_t>(net[i].weight_offset + k)] += 0.75f;
  return w;
}

// NaN

constexpr auto nan_pool2d =
    network<4>({4, 6, 1}, [](value x) { return x | max_pool2d{.window = 2, .stride = 2}; });
constexpr auto nan_pool3d = network<4>({4, 6, 1, 2}, [](value x) {
  return x | max_pool3d{.window = {1, 2, 2}, .stride = {1, 2, 2}};
});
constexpr auto nan_global = network<4>({4, 6, 1}, [](value x) { return x | global_max_pool{}; });
constexpr auto padded_pool =
    network<4>({3, 3, 1}, [](value x) { return x | max_pool2d{.window = 3, .stride = 1, .pad = 1}; });

}  // namespace

TEST_CASE("a 1x1 convolution is a matrix product") {
  for_each_seed([]<int S>() {
    constexpr shape in = pick_shape(S);
    constexpr int pixels = in.h * in.w, filters = pointwise<S>[1].out.c;
    const numbers x = draw("pointwise", in.size()), w = draw("pointwise weights", filters * (in.c + 1), 0.5f);
    numbers expected;
    for (int p = 0; p < pixels; ++p)
      for (int f = 0; f < filters; ++f) {
        auto sum = static_cast<double>(w[static_cast<std::size_t>(filters * in.c + f)]);
        for (int c = 0; c < in.c; ++c)
          sum += static_cast<double>(x[static_cast<std::size_t>(p * in.c + c)])
                 * static_cast<double>(w[static_cast<std::size_t>(f * in.c + c)]);
        expected.push_back(static_cast<float>(sum));
      }
    check_close(run<pointwise<S>>(x, w), expected, rounding_of_sums);
  });
}

TEST_CASE("a depthwise convolution is a convolution with one group for each channel") {
  for_each_seed([]<int S>() {
    constexpr int filters = grouped<S>.filters, taps = grouped<S>.kernel.h * grouped<S>.kernel.w;
    const numbers x = draw("depthwise", pick_shape(S, 5).size());
    const numbers w = draw("depthwise weights", filters * (taps + 1), 0.5f);
    numbers permuted = w;
    for (int t = 0; t < taps; ++t)
      for (int f = 0; f < filters; ++f)
        permuted[static_cast<std::size_t>(f * taps + t)] = w[static_cast<std::size_t>(t * filters + f)];
    check_close(run<depthwise_net<S>>(x, w), run<grouped_net<S>>(x, permuted), rounding_of_sums);
  });
}

TEST_CASE("dense is a convolution whose kernel is the whole image, with the same weights") {
  for_each_seed([]<int S>() {
    const numbers x = draw("dense", pick_shape(S).size());
    const numbers w = draw("dense weights", dense_net<S>.weight_count, 0.5f);
    REQUIRE(dense_net<S>.weight_count == whole_image_net<S>.weight_count);
    check_close(run<dense_net<S>>(x, w), run<whole_image_net<S>>(x, w), rounding_of_sums);
  });
}

TEST_CASE("max pooling commutes with relu") {
  for_each_seed([]<int S>() {
    const numbers x = draw("max pool", pick_shape(S, 3).size());
    CHECK(equal_bits(run<pool_then_relu<S>>(x), run<relu_then_pool<S>>(x)));
  });
}

TEST_CASE("the average of a constant is that constant, also at the border") {
  for_each_seed([]<int S>() {
    const numbers x(static_cast<std::size_t>(pick_shape(S, 3).size()), 0.7f);
    const numbers y = run<average_net<S>>(x);
    check_close(y, numbers(y.size(), 0.7f), 1e-6);
  });
}

TEST_CASE("three-dimensional max pooling is separable") {
  const numbers x = draw("volume", volume.size());
  CHECK(equal_bits(run<pool_volume>(x), run<pool_axes>(x)));
}

TEST_CASE("SAME is the padding that it stands for") {
  // The kernel has 3 rows and 2 columns.
  check_same<same, padding{sides{.top = 1, .left = 0, .bottom = 1, .right = 1}}, 1, 5, 6>();
  check_same<same_lower, padding{sides{.top = 1, .left = 1, .bottom = 1, .right = 0}}, 1, 5, 6>();
  check_same<same, padding{sides{.top = 0, .left = 0, .bottom = 1, .right = 0}}, 2, 8, 6>();
  check_same<same_lower, padding{sides{.top = 1, .left = 0, .bottom = 0, .right = 0}}, 2, 8, 6>();
  check_same<same, padding{sides{.top = 1, .left = 0, .bottom = 1, .right = 1}}, 2, 7, 5>();
  check_same<same, padding{}, 3, 6, 5>();
}

TEST_CASE("a concat that copies nothing gives the bits of one that copies") {
  using joined_model = model<joined_net, reference>;
  static_assert(joined_model::plan[1].joined);
  static_assert(joined_model::plan[2].joined);
  const numbers x = draw("concat", joined_in.size());
  const numbers w = draw("concat weights", joined_net.weight_count, 0.5f);
  const auto middle = w.begin() + left_net.weight_count;
  const numbers l = run<left_net>(x, {w.begin(), middle}), r = run<right_net>(x, {middle, w.end()});
  numbers expected;
  for (int p = 0; p < joined_in.h * joined_in.w; ++p) {
    const auto append = [&](const numbers& from, int channels) {
      for (int c = 0; c < channels; ++c) expected.push_back(from[static_cast<std::size_t>(p * channels + c)]);
    };
    append(l, left.filters);
    append(x, joined_in.c);
    append(r, right.filters);
  }
  CHECK(equal_bits(run<joined_net>(x, w), expected));
}

TEST_CASE("softmax sums to one and does not change when all logits shift") {
  const numbers x = draw("softmax", logits.size(), 4);
  const numbers y = run<softmax_net>(x);
  for (int p = 0; p < logits.h * logits.w; ++p) {
    double sum = 0;
    for (int c = 0; c < logits.c; ++c)
      sum += static_cast<double>(y[static_cast<std::size_t>(p * logits.c + c)]);
    CHECK(std::abs(sum - 1) < 1e-6);
  }
  for (const float shift : {-80.0f, 3.0f, 1000.0f}) {
    numbers shifted = x;
    for (float& v : shifted) v += shift;
    // A logit of 1000 is itself rounded by up to 2^-15, which is the relative error of its exponential.
    check_close(run<softmax_net>(shifted), y, shift > 100 ? 0x1p-14 : 1e-5);
  }
}

TEST_CASE("resizing to the same size changes nothing") {
  using enum coordinates;
  constexpr auto nearest = interpolation::nearest, bilinear = interpolation::bilinear;
  check_resize_to_same_size<nearest, half_pixel>();
  check_resize_to_same_size<nearest, half_pixel, nearest_pixel::ceil>();
  check_resize_to_same_size<nearest, pytorch_half_pixel>();
  check_resize_to_same_size<nearest, asymmetric>();
  check_resize_to_same_size<nearest, asymmetric, nearest_pixel::floor>();
  check_resize_to_same_size<nearest, align_corners, nearest_pixel::round_prefer_ceil>();
  check_resize_to_same_size<nearest, half_pixel_floor, nearest_pixel::floor>();
  check_resize_to_same_size<bilinear, half_pixel>();
  check_resize_to_same_size<bilinear, pytorch_half_pixel>();
  check_resize_to_same_size<bilinear, asymmetric>();
  check_resize_to_same_size<bilinear, align_corners>();
}

TEST_CASE("a folded batch normalisation computes the same") {
  static_assert(normalized.node_count == 8 && folded.node_count == 5);
  const numbers w = draw_weights(normalized);
  numbers folded_weights(static_cast<std::size_t>(folded.weight_count));
  REQUIRE(fold_batch_norm_weights(normalized, w, folded_weights) == folded.weight_count);
  const numbers x = draw("batch norm", 6 * 5 * 4);
  check_close(run<folded>(x, folded_weights), run<normalized>(x, w), rounding_of_sums);
}

TEST_CASE("max pooling gives NaN exactly where its window holds one") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (int i = 0; i < 4 * 6; ++i) {
    numbers x(4 * 6, -1.0f);
    x[static_cast<std::size_t>(i)] = nan;
    const numbers y = run<nan_pool2d>(x);
    numbers two_slices(2 * 4 * 6, -1.0f);
    two_slices[static_cast<std::size_t>(4 * 6 + i)] = nan;
    const numbers z = run<nan_pool3d>(two_slices);
    for (int o = 0; o < 2 * 3; ++o) {
      const bool covers = o / 3 == i / 6 / 2 && o % 3 == i % 6 / 2;
      CHECK(std::isnan(y[static_cast<std::size_t>(o)]) == covers);
      CHECK(z[static_cast<std::size_t>(o)] == -1.0f);
      CHECK(std::isnan(z[static_cast<std::size_t>(2 * 3 + o)]) == covers);
    }
    CHECK(std::isnan(run<nan_global>(x)[0]));
  }
}

TEST_CASE("padding never wins a maximum") {
  const float lowest = -std::numeric_limits<float>::infinity();
  for (const float v : run<padded_pool>(numbers(9, -5.0f))) CHECK(v == -5.0f);
  for (const float v : run<padded_pool>(numbers(9, lowest))) CHECK(v == lowest);
}
