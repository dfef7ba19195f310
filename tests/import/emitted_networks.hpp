#pragma once
// Networks that are emitted as C++ and compared with what the compiler makes of that.
#include <edgenn.hpp>
#include <edgenn/networks/alexnet.hpp>
#include <edgenn/networks/googlenet.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/networks/mobilenet_v1.hpp>
#include <edgenn/networks/squeezenet.hpp>
#include <edgenn/weights.hpp>

// Every layer, and of each every parameter that is not the default.
inline constexpr auto every_layer = edgenn::network({16, 12, 4}, [](edgenn::value x) {
  using namespace edgenn;
  x = x | identity{} | dropout{.rate = 0.25};
  x = x
      | conv2d{
          .filters = 8, .kernel = {3, 2}, .stride = {1, 2}, .dilation = {2, 1}, .pad = {1, 2}, .groups = 2};
  x = x
      | conv2d{.filters = 1024,
               .kernel = {3, 1},
               .stride = {1, 2},
               .dilation = {1, 2},
               .pad = sides{.top = 1, .left = 2, .bottom = 3, .right = 4},
               .bias = false,
               .act = hard_sigmoid(0.16666667f, 0.5)};
  x = x | conv2d{.filters = 6, .kernel = 1, .act = clip(-0.1, 1e10)};
  x = x
      | depthwise_conv2d{
          .kernel = 3, .pad = same_lower, .multiplier = 2, .bias = false, .act = leaky_relu(0.1)};
  x = x | depthwise_conv2d{.kernel = {2, 3}, .stride = 2, .dilation = 2, .pad = same, .act = hard_swish};
  const value image = x | lrn{} | lrn{.size = 3, .alpha = 0.5, .beta = 0.5, .k = 2, .divide_alpha = false};
  const value normed = image | batch_norm{.epsilon = 1e-3, .act = activations::tanh};
  const value left = multiply(normed, image | global_average_pool{}, relu6);
  const value right = multiply(image, normed);
  x = concat(left, right, image);
  x = concat(axis::height, x, x);
  x = concat(axis::width, x, x, x) | softmax{} | prelu{};
  x = x | max_pool2d{.window = {3, 2}, .stride = 2, .dilation = 2, .pad = 1, .round = rounding::up};
  x = x | average_pool2d{.window = 3, .stride = {1, 2}, .pad = 1, .count_padding = true};
  x = x | pad2d{.pad = {1, 2}, .fill = border::edge} | pad2d{.pad = 1, .value = -1.5};
  x = x | pad2d{.pad = sides{.right = 2}, .fill = border::reflect};
  x = x | resize{.to = {9, 7}, .mode = interpolation::bilinear, .at = coordinates::asymmetric};
  x = x
      | resize{.to = 8,
               .at = coordinates::half_pixel_floor,
               .nearest = nearest_pixel::floor,
               .scale_h = 0.75,
               .scale_w = 1.5};
  x = x | activate{sigmoid} | reshape{.h = 8, .w = 8, .c = 6, .d = 6};
  x = x | max_pool3d{.window = {3, 2, 2}, .stride = {3, 2, 2}, .pad = {1, 0, 0}};
  x = x | max_pool3d{.window = 2};
  const value flat = x | flatten{};
  const value logits = flat | dense{.units = 10, .bias = false, .act = relu};
  return outputs{logits | softmax{}, add(logits, logits, relu), image | global_max_pool{}};
});

inline constexpr auto two_inputs =
    edgenn::network(edgenn::inputs{edgenn::shape{4, 4, 3}, edgenn::shape{.c = 5}, edgenn::shape{2, 3, 4, 5}},
                    [](edgenn::value image, edgenn::value unused, edgenn::value other) {
                      using namespace edgenn;
                      static_cast<void>(unused);
                      return add(image | dense{.units = 4}, other | dense{.units = 4});
                    });

// More nodes than a network has room for by default.
inline constexpr auto many_layers = edgenn::network<512>({1, 1, 2}, [](edgenn::value x) {
  for (int i = 0; i < 300; ++i) x = x | edgenn::leaky_relu(0.5);
  return x;
});

/// Calls `f(name, graph, storage)` for each.
void for_each_network(auto f) {
  using edgenn::storage;
  f("every_layer", every_layer, storage::fp32);
  f("two_inputs", two_inputs, storage::fp32);
  f("many_layers", many_layers, storage::fp32);
  f("lenet5", edgenn::networks::lenet5, storage::fp16);
  f("mobilenet_v1", edgenn::networks::mobilenet_v1<25, 128>, storage::fp16);
  f("squeezenet", edgenn::networks::squeezenet_v1_1, storage::fp32);
  f("googlenet", edgenn::networks::googlenet, storage::fp32);
}
