// What TFLite's operators compute, against numbers worked out by hand.
#include <doctest/doctest.h>

#include <cmath>

#include "evaluate.hpp"
#include "lower_tflite.hpp"
#include "simplify.hpp"
#include "tflite_file.hpp"
#include "tflite_reader.hpp"
#include "tflite_refusal.hpp"

namespace {

using namespace edgenn;
using edgenn::tests::quantized_file;
using edgenn::tests::tflite_file;
using builtin = tflite::BuiltinOperator;

std::vector<float> result_of(const tflite_file& f, const std::vector<float>& x) {
  const import::target net = import::simplify(
      import::lower_tflite(import::read_tflite(f.bytes(), "test.tflite"), {.dequantize = true}));
  return import::evaluate(net, std::vector<std::vector<float>>{x}).at(0);
}

/// A file of one operator whose first operand is the input; `inputs` are the others.
tflite_file one(builtin code, std::vector<int> in, std::vector<int> out, auto options, auto... add_operands) {
  tflite_file f;
  std::vector<int> operands{f.value("in", std::move(in))};
  (operands.push_back(add_operands(f)), ...);
  const int result = f.value("out", std::move(out));
  f.append(code, operands, {result}, std::move(options));
  f.graph().inputs = {operands[0]};
  f.graph().outputs = {result};
  return f;
}
tflite_file one(builtin code, std::vector<int> shape, auto... add_operands) {
  tflite_file f = one(code, shape, shape, tflite::AddT{}, add_operands...);
  f.op(0).options.Reset();
  return f;
}

void check(const tflite_file& f, const std::vector<float>& x, const std::vector<float>& expected) {
  const std::vector<float> y = result_of(f, x);
  REQUIRE(y.size() == expected.size());
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == doctest::Approx(expected[i]).epsilon(1e-5));
}

auto numbers(std::vector<int> shape, std::vector<float> v) {
  return [=](tflite_file& f) { return f.constant("constant", shape, v); };
}
auto whole(std::vector<int> shape, std::vector<std::int32_t> v) {
  return [=](tflite_file& f) { return f.constant("constant", shape, v, tflite::TensorType::INT32); };
}

tflite::Conv2DT conv(tflite::Padding pad, int stride) {
  tflite::Conv2DT o;
  o.padding = pad;
  o.stride_h = o.stride_w = stride;
  return o;
}

}  // namespace

TEST_CASE("CONV_2D: SAME puts the odd row below and to the right; the activation follows the bias") {
  tflite::Conv2DT o = conv(tflite::Padding::SAME, 2);
  o.activation = tflite::Activation::RELU;
  const tflite_file f = one(builtin::CONV_2D, {1, 2, 2, 1}, {1, 1, 1, 2}, o,
                            numbers({2, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1}),
                            numbers({2}, {0.5f, -2000}));
  check(f, {1, 10, 100, 1000}, {1 + 20 + 400 + 5000 + 0.5f, 0});
}

TEST_CASE("CONV_2D of groups") {
  const tflite_file f = one(builtin::CONV_2D, {1, 1, 1, 4}, {1, 1, 1, 2}, conv(tflite::Padding::VALID, 1),
                            numbers({2, 1, 1, 2}, {1, 2, 3, 4}));
  check(f, {1, 10, 100, 1000}, {21, 4300});
}

TEST_CASE("DEPTHWISE_CONV_2D with a multiplier") {
  tflite::DepthwiseConv2DT o;
  o.padding = tflite::Padding::VALID;
  o.stride_h = o.stride_w = 1;
  o.multiplier = 2;
  const tflite_file f = one(builtin::DEPTHWISE_CONV_2D, {1, 1, 2, 2}, {1, 1, 1, 4}, o,
                            numbers({1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}));
  check(f, {1, 10, 100, 1000}, {1 + 500, 2 + 600, 30 + 7000, 40 + 8000});
}

TEST_CASE("FULLY_CONNECTED of one row and of several") {
  const auto kernel = numbers({2, 3}, {1, 2, 3, 4, 5, 6});
  check(one(builtin::FULLY_CONNECTED, {1, 3}, {1, 2}, tflite::FullyConnectedT{}, kernel), {1, 10, 100},
        {321, 654});
  check(one(builtin::FULLY_CONNECTED, {2, 3}, {2, 2}, tflite::FullyConnectedT{}, kernel,
            numbers({2}, {0.5f, 0})),
        {1, 10, 100, 2, 20, 200}, {321.5f, 654, 642.5f, 1308});
  tflite::FullyConnectedT keep;
  keep.keep_num_dims = true;
  check(one(builtin::FULLY_CONNECTED, {1, 2, 3}, {1, 2, 2}, keep, kernel), {1, 10, 100, 2, 20, 200},
        {321, 654, 642, 1308});
}

TEST_CASE("pooling: padding counts in neither") {
  tflite::Pool2DT o;
  o.padding = tflite::Padding::SAME;
  o.stride_h = o.stride_w = 2;
  o.window_h = o.window_w = 2;
  o.activation = tflite::Activation::RELU6;
  check(one(builtin::AVERAGE_POOL_2D, {1, 3, 1, 1}, {1, 2, 1, 1}, o), {1, 5, 4}, {3, 4});
  check(one(builtin::MAX_POOL_2D, {1, 3, 1, 1}, {1, 2, 1, 1}, o), {-1, -5, 40}, {0, 6});
}

TEST_CASE("MEAN over rows and columns") {
  tflite::ReducerT o;
  o.keep_dims = true;
  check(one(builtin::MEAN, {1, 2, 1, 2}, {1, 1, 1, 2}, o, whole({2}, {1, 2})), {1, 2, 3, 10}, {2, 6});
  check(one(builtin::MEAN, {1, 2, 1, 2}, {1, 2}, tflite::ReducerT{}, whole({2}, {-2, -3})), {1, 2, 3, 10},
        {2, 6});
}

TEST_CASE("sums and products with constants") {
  tflite::AddT add;
  add.activation = tflite::Activation::RELU_N1_TO_1;
  check(one(builtin::ADD, {1, 1, 2, 2}, {1, 1, 2, 2}, add, numbers({2}, {0.25f, -5})), {0.5f, 1, 2, 7},
        {0.75f, -1, 1, 1});
  check(one(builtin::MUL, {1, 1, 2, 2}, {1, 1, 2, 2}, tflite::MulT{}, numbers({1, 1, 1, 2}, {2, 3})),
        {1, 2, 3, 4}, {2, 6, 6, 12});
  check(one(builtin::MUL, {1, 2, 2}, {1, 2, 2}, tflite::MulT{}, numbers({}, {-1})), {1, 2, 3, 4},
        {-1, -2, -3, -4});
}

TEST_CASE("constants by row or column are refused, however many they are") {
  for (const std::vector<int>& shape : {std::vector<int>{2, 1}, {1, 2, 1, 1}, {2, 1, 1}})
    for (const builtin code : {builtin::ADD, builtin::MUL, builtin::PRELU})
      CHECK_THROWS_WITH_AS(result_of(one(code, {1, 2, 2, 2}, numbers(shape, {3, 4})), {}),
                           doctest::Contains("expected one number for each of 2 channels, or one"),
                           import::import_error);
}

TEST_CASE("outputs of equal memory remain as many as the file has") {
  tflite_file f;
  const int x = f.value("x", {1, 1, 1, 2}), y = f.value("y", {1, 1, 1, 2}), flat = f.value("flat", {1, 2});
  f.append(builtin::RELU, {x}, {y});
  f.append(builtin::RESHAPE, {y}, {flat});
  f.graph().inputs = {x};
  f.graph().outputs = {y, flat, y};
  const import::target net =
      import::simplify(import::lower_tflite(import::read_tflite(f.bytes(), "test.tflite"), {}));
  CHECK(import::evaluate(net, std::vector<std::vector<float>>{{-1, 2}})
        == std::vector<std::vector<float>>(3, {0, 2}));
}

TEST_CASE("sums and products of values, one repeated") {
  for (const bool product : {false, true}) {
    tflite_file f;
    const int x = f.value("x", {1, 2, 2, 1}), mean = f.value("mean", {1, 1, 1, 1}),
              y = f.value("y", {1, 2, 2, 1});
    tflite::ReducerT keep;
    keep.keep_dims = true;
    f.append(builtin::MEAN, {x, f.integers("axes", {1, 2})}, {mean}, keep);
    if (product)
      f.append(builtin::MUL, {mean, x}, {y}, tflite::MulT{});
    else
      f.append(builtin::ADD, {x, mean}, {y}, tflite::AddT{});
    f.graph().inputs = {x};
    f.graph().outputs = {y};
    check(f, {1, 2, 3, 6}, product ? std::vector<float>{3, 6, 9, 18} : std::vector<float>{4, 5, 6, 9});
  }
}

TEST_CASE("functions of single elements") {
  check(one(builtin::RELU, {1, 3}), {-1, 0, 7}, {0, 0, 7});
  check(one(builtin::RELU6, {1, 3}), {-1, 3, 7}, {0, 3, 6});
  check(one(builtin::RELU_N1_TO_1, {1, 3}), {-3, 0.5f, 7}, {-1, 0.5f, 1});
  check(one(builtin::LOGISTIC, {1, 2}), {0, 2}, {0.5f, 1 / (1 + std::exp(-2.0f))});
  check(one(builtin::TANH, {1, 2}), {0, 1}, {0, std::tanh(1.0f)});
  check(one(builtin::HARD_SWISH, {1, 4}), {-4, -1, 1, 5}, {0, -1.0f / 3, 2.0f / 3, 5});
  tflite::LeakyReluT o;
  o.alpha = 0.25f;
  check(one(builtin::LEAKY_RELU, {1, 2}, {1, 2}, o), {-4, 3}, {-1, 3});
  check(one(builtin::PRELU, {1, 1, 1, 2}, numbers({1, 1, 2}, {0.5f, 0.25f})), {-4, -4}, {-2, -1});
}

TEST_CASE("SOFTMAX with a factor") {
  tflite::SoftmaxT o;
  o.beta = 2;
  const float a = std::exp(2.0f), b = std::exp(4.0f);
  check(one(builtin::SOFTMAX, {1, 2}, {1, 2}, o), {1, 2}, {a / (a + b), b / (a + b)});
}

TEST_CASE("LOCAL_RESPONSE_NORMALIZATION: alpha is not divided") {
  tflite::LocalResponseNormalizationT o;
  o.radius = 1;
  o.bias = 2;
  o.alpha = 0.5f;
  o.beta = 1;
  check(one(builtin::LOCAL_RESPONSE_NORMALIZATION, {1, 1, 1, 3}, {1, 1, 1, 3}, o), {1, 2, 4},
        {1 / (2 + 0.5f * 5), 2 / (2 + 0.5f * 21), 4 / (2 + 0.5f * 20)});
}

TEST_CASE("CONCATENATION of more values than a layer joins, along any axis") {
  for (const int axis : {1, 2, -1}) {
    tflite_file f;
    const int x = f.value("x", {1, 1, 2, 1});
    std::vector<int> out{1, 1, 2, 1};
    out[static_cast<std::size_t>(axis < 0 ? 3 : axis)] *= 9;
    const int y = f.value("y", out);
    tflite::ConcatenationT o;
    o.axis = axis;
    f.append(builtin::CONCATENATION, std::vector<int>(9, x), {y}, o);
    f.graph().inputs = {x};
    f.graph().outputs = {y};
    std::vector<float> expected;
    for (int i = 0; i < 18; ++i)
      expected.push_back(axis == -1 ? (i < 9 ? 3.0f : 4.0f) : i % 2 == 0 ? 3.0f : 4.0f);
    check(f, {3, 4}, expected);
  }
}

TEST_CASE("shapes") {
  check(one(builtin::SQUEEZE, {1, 1, 1, 2}, {1, 2},
            [] {
              tflite::SqueezeT o;
              o.dims = {1, 2};
              return o;
            }()),
        {5, 6}, {5, 6});
  check(one(builtin::EXPAND_DIMS, {1, 2}, {1, 1, 2}, tflite::SqueezeT{}, whole({1}, {1})), {5, 6}, {5, 6});
  tflite::ReshapeT reshape;
  reshape.new_shape = {1, 2, 1, -1};
  check(one(builtin::RESHAPE, {1, 1, 2, 2}, {1, 2, 1, 2}, reshape), {1, 2, 3, 4}, {1, 2, 3, 4});
}

TEST_CASE("PAD and PADV2") {
  check(one(builtin::PAD, {1, 1, 1, 1}, {1, 2, 3, 1}, tflite::SqueezeT{},
            whole({4, 2}, {0, 0, 1, 0, 2, 0, 0, 0})),
        {7}, {0, 0, 0, 0, 0, 7});
  check(one(builtin::PADV2, {1, 1, 1, 1}, {1, 1, 2, 1}, tflite::SqueezeT{},
            whole({4, 2}, {0, 0, 0, 0, 0, 1, 0, 0}), numbers({}, {-2})),
        {7}, {7, -2});
}

TEST_CASE("RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR by all three rules") {
  const auto bilinear = [](bool corners, bool half) {
    tflite::ResizeBilinearT o;
    o.align_corners = corners;
    o.half_pixel_centers = half;
    return one(builtin::RESIZE_BILINEAR, {1, 1, 2, 1}, {1, 1, 4, 1}, o, whole({2}, {1, 4}));
  };
  check(bilinear(false, false), {0, 4}, {0, 2, 4, 4});
  check(bilinear(false, true), {0, 4}, {0, 1, 3, 4});
  check(bilinear(true, false), {0, 3}, {0, 1, 2, 3});
  const auto nearest = [](bool corners, bool half) {
    tflite::ResizeNearestT o;
    o.align_corners = corners;
    o.half_pixel_centers = half;
    return one(builtin::RESIZE_NEAREST_NEIGHBOR, {1, 1, 5, 1}, {1, 1, 3, 1}, o, whole({2}, {1, 3}));
  };
  check(nearest(false, false), {0, 1, 2, 3, 4}, {0, 1, 3});
  check(nearest(false, true), {0, 1, 2, 3, 4}, {0, 2, 4});
  check(nearest(true, false), {0, 1, 2, 3, 4}, {0, 2, 4});
}

TEST_CASE("resizing to nothing, to too much, or to other than a height and a width") {
  for (const std::vector<std::int32_t>& size :
       {std::vector<std::int32_t>{0, 4}, {4, -1}, {2'000'000, 4}, {4}, {4, 4, 4}}) {
    const auto shape = whole({static_cast<int>(size.size())}, size);
    check_refused(one(builtin::RESIZE_BILINEAR, {1, 2, 2, 1}, {1, 4, 4, 1}, tflite::ResizeBilinearT{}, shape),
                  "its size is ");
    check_refused(
        one(builtin::RESIZE_NEAREST_NEIGHBOR, {1, 2, 2, 1}, {1, 4, 4, 1}, tflite::ResizeNearestT{}, shape),
        "its size is ");
  }
}

TEST_CASE(
    "numbers of 8 bits are taken as real ones: scale * (stored - zero point), the range as an activation") {
  tflite_file f = quantized_file();
  // Weights (130 - 128) * 0.25 = 0.5, biases 0.5, 1 and 1.5.
  const std::vector<float> ones(32, 1.0f);
  std::vector<float> expected;
  for (int pixel = 0; pixel < 9; ++pixel)
    for (const float v : {4.5f, 5.0f, 5.5f}) expected.push_back(v);
  check(f, ones, expected);
  const std::vector<float> minus_ones(32, -1.0f);
  CHECK(result_of(f, minus_ones)[0] == doctest::Approx(-3.5));
  f.quantize(3, {1.0f}, {0});  // from 0 on
  CHECK(result_of(f, minus_ones)[0] == 0);
  f.quantize(3, {6.0f / 255}, {0});
  CHECK(result_of(f, std::vector<float>(32, 2.0f))[0] == 6);
}

TEST_CASE("scales along the axis of the filters") {
  tflite_file f = quantized_file();
  f.quantize(1, {0.25f, 0.5f, 1.0f}, {128, 128, 128}, 0);
  f.quantize(2, {0.125f, 0.25f, 0.5f}, {0, 0, 0}, 3);
  const std::vector<float> y = result_of(f, std::vector<float>(32, 1.0f));
  CHECK(y[0] == doctest::Approx(4.0 + 0.5));
  CHECK(y[1] == doctest::Approx(8.0 + 2.0));
  CHECK(y[2] == doctest::Approx(16.0 + 6.0));
}

TEST_CASE("weights of 16 bits that the model turns into floats") {
  tflite_file f;
  const int x = f.value("x", {1, 2}),
            stored = f.constant("stored", {1, 2}, std::vector<std::uint16_t>{0x3C00, 0x4000},
                                tflite::TensorType::FLOAT16);
  const int kernel = f.value("kernel", {1, 2}), y = f.value("y", {1, 1});
  f.append(builtin::DEQUANTIZE, {stored}, {kernel});
  f.append(builtin::FULLY_CONNECTED, {x, kernel}, {y}, tflite::FullyConnectedT{});
  f.graph().inputs = {x};
  f.graph().outputs = {y};
  check(f, {3, 5}, {13});
}

TEST_CASE("what computes the shape of a reshape is not needed") {
  tflite_file f;
  const int x = f.value("x", {1, 2, 2, 1}), shape = f.value("shape", {2}, tflite::TensorType::INT32),
            y = f.value("y", {1, 4});
  f.append(builtin::SHAPE, {x}, {shape});
  f.append(builtin::RESHAPE, {x, shape}, {y});
  f.graph().inputs = {x};
  f.graph().outputs = {y};
  check(f, {1, 2, 3, 4}, {1, 2, 3, 4});
}

TEST_CASE("what a quantised input says about pixels") {
  tflite_file f;
  const int x = f.value("x", {1, 4, 4, 3}, tflite::TensorType::INT8), y = f.value("y", {1, 4, 4, 3});
  f.quantize(x, {0.5f}, {-10});
  f.append(builtin::DEQUANTIZE, {x}, {y});
  f.graph().inputs = {x};
  f.graph().outputs = {y};
  const auto p = import::preprocessing_of(import::read_tflite(f.bytes(), "test.tflite"));
  REQUIRE(p);
  CHECK(p->channels == "rgb");
  CHECK(p->mean == std::vector<float>{118});  // pixel 118 is stored as -10, which stands for 0
  CHECK(p->scale == std::vector<float>{0.5f});
}
