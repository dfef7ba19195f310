#pragma once
// Cases beside those of cases.hpp, for kernels that work in tiles: extents just below, at and above the
// widths of vectors (4, 8, 16) and register tiles, primes, and layers drawn at random.
#include <cases.hpp>
#include <deque>
#include <string>

namespace edgenn::tests {

template <class Layer>
struct layer_on {
  Layer layer;
  shape in;
};

constexpr activation no_act = activations::none;

inline constexpr layer_on<conv2d> convolutions[] = {
    // pointwise: filters and channels around the vectors, 1 to 15 pixels around the tiles' rows
    {{.filters = 1, .kernel = 1}, {1, 1, 1}},
    {{.filters = 4, .kernel = 1}, {1, 2, 5}},
    {{.filters = 5, .kernel = 1, .bias = false}, {3, 1, 4}},
    {{.filters = 7, .kernel = 1, .act = relu}, {2, 2, 3}},
    {{.filters = 8, .kernel = 1}, {1, 5, 9}},
    {{.filters = 9, .kernel = 1}, {6, 1, 8}},
    {{.filters = 15, .kernel = 1, .bias = false}, {1, 7, 13}},
    {{.filters = 96, .kernel = 1}, {9, 10, 1024}},  // weights beyond the second-level cache, many tiles
    {{.filters = 16, .kernel = 1, .act = relu6}, {2, 4, 16}},
    {{.filters = 17, .kernel = 1}, {3, 3, 17}},
    {{.filters = 31, .kernel = 1}, {2, 5, 31}},
    {{.filters = 32, .kernel = 1}, {3, 4, 32}},
    {{.filters = 33, .kernel = 1, .act = hard_swish}, {1, 13, 33}},
    {{.filters = 47, .kernel = 1}, {2, 7, 29}},
    {{.filters = 65, .kernel = 1, .bias = false}, {3, 5, 37}},
    // what Strassen's algorithm is for: no, some and whole pairs of tiles and of panels
    {{.filters = 1, .kernel = 1}, {1, 1, 2}},
    {{.filters = 16, .kernel = 1, .act = relu}, {1, 3, 6}},
    {{.filters = 64, .kernel = 1, .bias = false}, {1, 11, 10}},
    {{.filters = 64, .kernel = 1, .act = relu6}, {2, 7, 64}},
    {{.filters = 70, .kernel = 1, .act = relu}, {13, 13, 34}},
    {{.filters = 96, .kernel = 1, .act = hard_swish}, {5, 5, 20}},
    {{.filters = 130, .kernel = 1}, {3, 37, 14}},
    {{.filters = 290, .kernel = 1, .act = relu}, {7, 9, 280}},
    // rows of 1 to 8 outputs and around twice a tile
    {{.filters = 9, .kernel = 3}, {4, 3, 5}},
    {{.filters = 9, .kernel = 3}, {3, 4, 5}},
    {{.filters = 9, .kernel = 3}, {3, 7, 5}},
    {{.filters = 9, .kernel = 3}, {3, 8, 5}},
    {{.filters = 9, .kernel = 3}, {5, 9, 5}},
    {{.filters = 9, .kernel = 3}, {3, 10, 5}},
    {{.filters = 9, .kernel = 3}, {3, 15, 5}},
    {{.filters = 9, .kernel = 3}, {3, 16, 5}},
    {{.filters = 9, .kernel = 3}, {3, 17, 5}},
    // 3 x 3 with stride 1: what Winograd's algorithms are for, in images of no, some and whole tiles
    {{.filters = 1, .kernel = 3, .pad = 1}, {1, 1, 1}},
    {{.filters = 8, .kernel = 3, .pad = 1, .act = relu}, {2, 3, 3}},
    {{.filters = 5, .kernel = 3, .pad = same}, {4, 4, 8}},
    {{.filters = 16, .kernel = 3, .pad = 1, .bias = false}, {5, 7, 16}},
    {{.filters = 17, .kernel = 3, .pad = 1, .act = relu}, {6, 6, 17}},
    {{.filters = 33, .kernel = 3, .pad = 1}, {7, 8, 4}},
    {{.filters = 16, .kernel = 3, .pad = 1}, {8, 13, 32}},
    {{.filters = 32, .kernel = 3, .pad = 1, .act = relu6}, {12, 12, 33}},
    {{.filters = 40, .kernel = 3, .pad = 1}, {13, 17, 24}},
    {{.filters = 64, .kernel = 3, .pad = 1, .act = relu}, {14, 14, 64}},
    {{.filters = 19, .kernel = 3}, {26, 27, 23}},
    {{.filters = 48, .kernel = 3, .pad = sides{.left = 1, .bottom = 1}}, {19, 11, 32}},
    {{.filters = 64, .kernel = 3, .pad = 1, .groups = 2}, {9, 10, 64}},
    {{.filters = 32, .kernel = 3, .pad = 2}, {6, 9, 16}},
    // long kernels
    {{.filters = 24, .kernel = 5, .pad = 2, .act = relu}, {13, 14, 16}},
    {{.filters = 16, .kernel = 7, .pad = 3}, {15, 16, 16}},
    {{.filters = 18, .kernel = 9}, {12, 17, 3}},
    {{.filters = 10, .kernel = 11, .stride = 4}, {27, 31, 3}},
    {{.filters = 12, .kernel = 7, .stride = 2, .pad = 3}, {16, 18, 3}},
    {{.filters = 8, .kernel = {1, 11}}, {2, 23, 4}},
    {{.filters = 8, .kernel = {11, 1}, .pad = {5, 0}}, {9, 5, 4}},
    {{.filters = 16, .kernel = {1, 7}, .pad = {0, 3}}, {9, 12, 16}},
    {{.filters = 16, .kernel = {7, 1}, .pad = {3, 0}}, {12, 9, 16}},
    // strides, dilations, groups, paddings
    {{.filters = 6, .kernel = 1, .stride = 3}, {8, 9, 5}},
    {{.filters = 9, .kernel = 2, .stride = 5}, {13, 17, 7}},
    {{.filters = 9, .kernel = 3, .stride = {3, 1}, .pad = 1}, {7, 9, 7}},
    {{.filters = 32, .kernel = 3, .stride = 2, .pad = same}, {17, 16, 3}},
    {{.filters = 17, .kernel = 3, .dilation = 2, .pad = 2}, {9, 11, 16}},
    {{.filters = 7, .kernel = 3, .dilation = {1, 4}}, {5, 16, 9}},
    {{.filters = 8, .kernel = 2, .stride = 2, .dilation = {3, 1}}, {9, 12, 5}},
    {{.filters = 34, .kernel = 1, .groups = 2}, {3, 5, 18}},
    {{.filters = 9, .kernel = 3, .pad = 1, .groups = 3, .act = relu}, {5, 7, 6}},
    {{.filters = 52, .kernel = 5, .pad = 2, .groups = 4}, {7, 8, 20}},
    {{.filters = 11, .kernel = 3, .pad = 1, .groups = 11}, {5, 9, 11}},
    {{.filters = 9, .kernel = 3, .pad = sides{.top = 2, .right = 3}}, {4, 5, 7}},
    {{.filters = 5, .kernel = 2, .pad = 3}, {2, 3, 3}},
    {{.filters = 9, .kernel = 1, .pad = 2}, {3, 4, 5}},
    // last panels of each width, rows of 9 to 34 outputs
    {{.filters = 2, .kernel = 1}, {2, 11, 21}},
    {{.filters = 3, .kernel = {1, 2}}, {2, 13, 9}},
    {{.filters = 6, .kernel = 2, .stride = 2}, {4, 18, 3}},
    {{.filters = 10, .kernel = {2, 1}}, {3, 14, 1}},
    {{.filters = 12, .kernel = 1, .stride = 2}, {4, 21, 6}},
    {{.filters = 13, .kernel = {1, 3}, .pad = {0, 1}}, {2, 12, 3}},
    {{.filters = 20, .kernel = 5, .act = relu}, {6, 28, 1}},
    {{.filters = 24, .kernel = 1}, {3, 29, 6}},
    {{.filters = 25, .kernel = {1, 2}}, {1, 24, 7}},
    {{.filters = 40, .kernel = 2, .pad = sides{.right = 1}}, {3, 34, 4}},
    {{.filters = 50, .kernel = 3}, {4, 18, 5}},
    {{.filters = 56, .kernel = 1, .act = leaky_relu(0.1)}, {1, 27, 3}},
    {{.filters = 22, .kernel = 2, .groups = 2}, {3, 16, 6}},
    // padding that is copied block after block, on each side
    {{.filters = 8, .kernel = 3, .stride = 2, .pad = same, .act = relu6}, {37, 16, 3}},
    {{.filters = 9, .kernel = 5, .pad = 2}, {31, 9, 1}},
    {{.filters = 4, .kernel = {5, 1}, .stride = {2, 1}, .pad = sides{.top = 4}}, {35, 5, 2}},
    {{.filters = 5, .kernel = {4, 2}, .pad = sides{.left = 1, .bottom = 5}}, {33, 6, 3}},
    {{.filters = 10, .kernel = 3, .dilation = 3, .pad = 3, .groups = 2}, {30, 8, 4}},
    {{.filters = 6, .kernel = 2, .stride = 4, .pad = 1}, {50, 9, 3}},
    // more than fits into a cache at once, more pixels than are one matrix
    {{.filters = 2, .kernel = 1, .stride = 2}, {24, 64, 256}},
    {{.filters = 2, .kernel = 1}, {60, 33, 19}},
    {{.filters = 3, .kernel = {2, 1}}, {9, 67, 260}},
    // long rows of many filters with few weights
    {{.filters = 70, .kernel = 3, .stride = 2, .pad = same, .act = leaky_relu(0.1)}, {7, 260, 3}},
    {{.filters = 132, .kernel = {1, 2}, .groups = 2}, {2, 129, 4}},
    {{.filters = 200, .kernel = 1, .act = relu}, {30, 31, 6}},
};

inline constexpr layer_on<depthwise_conv2d> depthwise_convolutions[] = {
    {{.kernel = 3}, {3, 3, 1}},
    {{.kernel = 3, .pad = 1}, {1, 1, 4}},
    {{.kernel = 3, .pad = same, .act = relu6}, {4, 5, 3}},
    {{.kernel = 3, .pad = same, .act = relu}, {3, 7, 5}},
    {{.kernel = 3, .stride = 2, .pad = same}, {8, 9, 7}},
    {{.kernel = 3, .stride = 2, .pad = same, .act = relu6}, {14, 14, 8}},
    {{.kernel = 3, .stride = 2, .pad = 1}, {7, 15, 9}},
    {{.kernel = 3, .pad = 1}, {5, 8, 15}},
    {{.kernel = 3, .pad = 1, .bias = false}, {4, 14, 16}},
    {{.kernel = 3, .pad = 1}, {6, 13, 17}},
    {{.kernel = 3, .pad = 1}, {2, 16, 31}},
    {{.kernel = 3, .stride = {2, 1}, .pad = 1}, {7, 6, 33}},
    {{.kernel = 3, .stride = {1, 2}}, {6, 17, 32}},
    {{.kernel = 3, .stride = 3}, {10, 11, 12}},
    {{.kernel = 5, .pad = 2}, {4, 9, 1}},
    {{.kernel = 5, .pad = same, .act = hard_swish}, {7, 7, 7}},
    {{.kernel = 5, .stride = 2, .pad = same}, {9, 12, 16}},
    {{.kernel = 5, .stride = 2, .bias = false}, {11, 18, 19}},
    {{.kernel = 7, .pad = 3}, {8, 9, 10}},
    {{.kernel = 3, .dilation = 2, .pad = 2}, {7, 9, 17}},
    {{.kernel = 3, .pad = 1, .multiplier = 2}, {4, 5, 9}},
    {{.kernel = {1, 3}, .pad = {0, 1}}, {4, 9, 6}},
    {{.kernel = 3, .pad = sides{.top = 2, .right = 1}}, {5, 6, 18}},
    // 3 x 3 and 5 x 5 with stride 1 or 2: rows of no, one and several register tiles, odd and even ones
    {{.kernel = 3, .pad = 1}, {3, 1, 16}},
    {{.kernel = 3, .pad = 1}, {2, 2, 8}},
    {{.kernel = 3, .pad = 1}, {1, 3, 20}},
    {{.kernel = 3, .pad = 1, .act = relu6}, {4, 4, 32}},
    {{.kernel = 3, .pad = 1}, {7, 7, 48}},
    {{.kernel = 3, .pad = 1}, {3, 10, 4}},
    {{.kernel = 3, .pad = 1}, {4, 11, 24}},
    {{.kernel = 3, .pad = 1}, {2, 21, 64}},
    {{.kernel = 3, .pad = 2}, {3, 9, 16}},
    {{.kernel = 3, .pad = 3}, {2, 5, 16}},
    {{.kernel = 3}, {4, 19, 40}},
    {{.kernel = 3, .stride = 2, .pad = 1}, {8, 16, 64}},
    {{.kernel = 3, .stride = 2, .pad = same}, {14, 14, 33}},
    {{.kernel = 3, .stride = 2, .pad = same_lower}, {6, 31, 16}},
    {{.kernel = 3, .stride = 2}, {5, 5, 12}},
    {{.kernel = 3, .stride = 2, .pad = 2}, {1, 2, 17}},
    {{.kernel = 5, .pad = 2}, {1, 1, 16}},
    {{.kernel = 5, .pad = 2}, {6, 14, 24}},
    {{.kernel = 5, .pad = 2, .act = relu}, {5, 17, 20}},
    {{.kernel = 5, .stride = 2, .pad = 2}, {14, 15, 16}},
    {{.kernel = 5, .pad = 4}, {3, 8, 9}},
    // other kernels, strides, dilations and multipliers
    {{.kernel = 1, .bias = false}, {3, 5, 6}},
    {{.kernel = 2, .stride = 2}, {5, 8, 17}},
    {{.kernel = 4, .stride = 3, .pad = 2}, {9, 13, 8}},
    {{.kernel = {5, 2}, .stride = {1, 3}, .pad = {2, 1}}, {6, 17, 18}},
    {{.kernel = 9, .pad = 4, .act = hard_swish}, {5, 11, 16}},
    {{.kernel = 5, .dilation = 2, .pad = 4}, {7, 12, 16}},
    {{.kernel = 3, .stride = 2, .dilation = {1, 3}, .pad = 3}, {6, 15, 19}},
    {{.kernel = 3, .pad = 1, .multiplier = 3, .act = relu6}, {9, 9, 1}},
    {{.kernel = 3, .stride = 2, .pad = same, .multiplier = 8}, {8, 10, 3}},
    {{.kernel = 5, .pad = 2, .multiplier = 16, .bias = false}, {5, 8, 2}},
    {{.kernel = 3, .dilation = 2, .pad = 2, .multiplier = 5}, {30, 33, 7}},
    {{.kernel = {2, 3}, .stride = {3, 1}, .multiplier = 4, .act = hard_swish}, {11, 7, 9}},
};

/// Depthwise convolution and pointwise convolution in one.
inline constexpr layer_on<separable_conv2d> separable_convolutions[] = {
    {{.filters = 1, .kernel = 3}, {3, 3, 1}},
    {{.filters = 16, .kernel = 3, .pad = same, .depthwise_act = relu6, .act = relu6}, {8, 8, 8}},
    {{.filters = 33, .kernel = 3, .pad = 1, .depthwise_act = relu, .act = relu}, {7, 7, 64}},
    {{.filters = 32, .kernel = 3, .stride = 2, .pad = same, .depthwise_act = relu6}, {14, 16, 16}},
    {{.filters = 20, .kernel = 3, .pad = 1, .depthwise_bias = false}, {13, 5, 17}},
    {{.filters = 9, .kernel = 5, .stride = 2, .pad = 2, .bias = false, .act = hard_swish}, {12, 11, 24}},
    {{.filters = 8, .kernel = 3, .dilation = 2, .pad = 2, .depthwise_act = hard_swish}, {9, 10, 5}},
    {{.filters = 12, .kernel = 3, .pad = 1, .multiplier = 3, .depthwise_act = relu}, {10, 9, 6}},
    {{.filters = 64, .kernel = 3, .pad = 1, .depthwise_act = relu6, .act = relu6}, {26, 30, 128}},
    {{.filters = 128, .kernel = 3, .pad = 1, .depthwise_act = relu6, .act = relu6}, {25, 30, 128}},
};

/// Convolution and maxima of squares in one: images of less than a tile, some and whole ones, and odd ones.
inline constexpr layer_on<pooled_conv2d> pooled_convolutions[] = {
    {{.filters = 1, .kernel = 3, .pad = 1}, {2, 2, 1}},
    {{.filters = 5, .kernel = 3, .pad = 1, .act = relu}, {3, 5, 4}},
    {{.filters = 17, .kernel = 3, .pad = 1, .act = relu6}, {12, 12, 16}},
    {{.filters = 33, .kernel = 3, .pad = same, .bias = false}, {13, 17, 9}},
    {{.filters = 40, .kernel = 3, .pad = 1, .groups = 2, .act = hard_swish}, {15, 14, 34}},
    {{.filters = 64, .kernel = 3, .pad = 1, .act = relu}, {14, 14, 64}},
    {{.filters = 20, .kernel = 5, .act = relu}, {28, 27, 12}},
    {{.filters = 16, .kernel = {1, 7}, .pad = {0, 3}}, {9, 12, 16}},
    {{.filters = 9, .kernel = 1, .act = relu}, {6, 7, 5}},
    {{.filters = 8, .kernel = 3, .stride = 2, .pad = 1, .act = leaky_relu(0.1)}, {17, 19, 8}},
};

inline constexpr layer_on<dense> dense_layers[] = {
    {{.units = 1}, {.c = 1}},
    {{.units = 3}, {.c = 2}},
    {{.units = 4, .bias = false}, {.c = 3}},
    {{.units = 5}, {.c = 5}},
    {{.units = 8, .act = relu}, {.c = 7}},
    {{.units = 9}, {3, 1, 3}},
    {{.units = 15}, {.c = 11}},
    {{.units = 17}, {2, 3, 4}},
    {{.units = 31}, {.c = 13}},
    {{.units = 32, .act = sigmoid}, {.c = 16}},
    {{.units = 33}, {.c = 17}},
    {{.units = 47}, {.c = 257}},
    {{.units = 63}, {.c = 6}},
    {{.units = 64}, {.c = 64}},
    {{.units = 65, .bias = false}, {.c = 5}},
    {{.units = 81}, {.c = 10}},
    {{.units = 100}, {.c = 3}},
    {{.units = 128}, {.c = 9}},
    {{.units = 129}, {.c = 4}},
    {{.units = 300, .act = relu}, {5, 5, 4}},
    {{.units = 261, .act = leaky_relu(0.1)}, {.c = 31}},
};

inline constexpr layer_on<max_pool2d> max_pools[] = {
    {{.window = 2, .stride = 2}, {5, 7, 1}},
    {{.window = 2, .stride = 2}, {4, 6, 4}},
    {{.window = 3, .stride = 2, .round = rounding::up}, {8, 10, 5}},
    {{.window = 3, .stride = 2, .round = rounding::up}, {7, 15, 16}},
    {{.window = 3, .stride = 1, .pad = 1}, {5, 9, 17}},
    {{.window = 3, .stride = 1, .pad = 1}, {1, 1, 8}},
    {{.window = 2, .stride = 1, .pad = same}, {6, 7, 31}},
    {{.window = 5, .stride = 3, .pad = 2}, {11, 9, 33}},
    {{.window = {1, 7}, .stride = {1, 2}}, {3, 16, 9}},
    {{.window = 2, .stride = 5}, {12, 13, 3}},
    {{.window = 2, .stride = 2, .dilation = 2}, {7, 8, 13}},
    // blocks of 4, 2 and 1 vectors, and what is left
    {{.window = 2, .stride = 2}, {4, 5, 115}},
    {{.window = 2, .stride = {3, 2}}, {7, 9, 64}},
    {{.window = 2, .stride = 2, .pad = 1}, {6, 7, 20}},
    {{.window = 2, .stride = 2, .pad = same}, {5, 7, 18}},
    {{.window = 3, .stride = 1}, {4, 7, 115}},
    {{.window = 3, .stride = {2, 1}, .pad = 1}, {6, 5, 64}},
    {{.window = 3, .stride = 2}, {7, 9, 115}},
    {{.window = 3, .stride = 2, .pad = same}, {6, 8, 96}},
    {{.window = 3, .stride = {1, 2}, .pad = sides{.left = 2}}, {3, 8, 48}},
    {{.window = 3, .stride = 2, .pad = 2, .round = rounding::up}, {1, 2, 33}},
    {{.window = 3, .stride = 1, .dilation = 2}, {6, 7, 18}},
};

inline constexpr layer_on<average_pool2d> average_pools[] = {
    {{.window = 2, .stride = 2}, {5, 7, 1}},
    {{.window = 2, .stride = 2}, {4, 6, 4}},
    {{.window = 3, .stride = 2, .round = rounding::up}, {8, 10, 5}},
    {{.window = 3, .stride = 1, .pad = 1}, {5, 9, 17}},
    {{.window = 3, .stride = 2, .pad = 1, .count_padding = true}, {6, 7, 16}},
    {{.window = 2, .stride = 5}, {12, 13, 33}},
    {{.window = 7, .stride = 7}, {14, 7, 19}},
    {{.window = 3, .stride = 1, .pad = same}, {4, 5, 65}},
};

inline constexpr layer_on<max_pool3d> max_pools_3d[] = {
    {{.window = {3, 7, 3}, .pad = {1, 3, 1}}, {9, 17, 1, 4}},
    {{.window = {3, 7, 3}}, {8, 6, 3, 3}},
    {{.window = {1, 1, 5}}, {2, 5, 2, 1}},
    {{.window = {2, 3, 4}, .stride = {2, 2, 1}, .pad = same}, {7, 9, 5, 5}},
    {{.window = 3, .stride = {1, 1, 2}}, {5, 8, 3, 4}},
    {{.window = {2, 3, 2}, .stride = 2, .pad = same}, {5, 6, 18, 3}},
};

/// Channels, or extents of vectors, around 4, 8 and 16.
inline constexpr int vector_extents[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 61};

/// A number in [low, high] for the layer number `seed`.
constexpr int pick(int seed, int what, int low, int high) {
  unsigned state = 977u * static_cast<unsigned>(seed) + 131u * static_cast<unsigned>(what) + 1u;
  for (int i = 0; i < 4; ++i) state = state * 1664525u + 1013904223u;
  return low + static_cast<int>((state >> 16) % static_cast<unsigned>(high - low + 1));
}

/// Convolutions with everything at random, also in groups.
constexpr layer_on<conv2d> random_convolution(int seed) {
  const int groups = pick(seed, 0, 0, 3) == 0 ? pick(seed, 1, 2, 4) : 1;
  const extent kernel{pick(seed, 2, 1, 6), pick(seed, 3, 1, 6)};
  const padding pads[] = {same, same_lower, 1, valid, {pick(seed, 12, 0, 3), pick(seed, 13, 0, 3)}};
  const activation acts[] = {no_act, relu, relu6, leaky_relu(0.1)};
  return {{.filters = groups * pick(seed, 4, 1, 40),
           .kernel = kernel,
           .stride = {pick(seed, 5, 1, 3), pick(seed, 6, 1, 3)},
           .dilation = {pick(seed, 14, 1, 5) == 1 ? 2 : 1, pick(seed, 15, 1, 5) == 1 ? 2 : 1},
           .pad = pads[pick(seed, 7, 0, 4)],
           .groups = groups,
           .act = acts[pick(seed, 8, 0, 3)]},
          {pick(seed, 9, 11, 17), pick(seed, 10, 11, 23), groups * pick(seed, 11, 1, 20)}};
}
inline constexpr int random_convolutions = 24;

inline constexpr activation acts[] = {no_act,
                                      relu,
                                      relu6,
                                      leaky_relu(0.1),
                                      clip(-0.5, 1.5),
                                      sigmoid,
                                      activations::tanh,
                                      hard_sigmoid(0.2, 0.5),
                                      hard_swish};

/// Depthwise convolutions with everything at random.
constexpr layer_on<depthwise_conv2d> random_depthwise_convolution(int seed) {
  const int kernels[] = {3, 3, 5, 2, 7}, kernel = kernels[pick(seed, 20, 0, 4)];
  const int stride = pick(seed, 21, 1, 2);
  const padding pads[] = {same, same_lower, 1, valid, {pick(seed, 22, 0, 2), pick(seed, 23, 0, 2)}};
  const activation drawn[] = {no_act, relu, relu6, leaky_relu(0.1)};
  return {{.kernel = {kernel, pick(seed, 24, 1, 5) == 1 ? 4 : kernel},
           .stride = {stride, pick(seed, 25, 1, 5) == 1 ? 3 : stride},
           .dilation = {pick(seed, 26, 1, 6) == 1 ? 2 : 1, pick(seed, 27, 1, 6) == 1 ? 2 : 1},
           .pad = pads[pick(seed, 28, 0, 4)],
           .multiplier = pick(seed, 29, 1, 4) == 1 ? pick(seed, 30, 2, 4) : 1,
           .act = drawn[pick(seed, 31, 0, 3)]},
          {pick(seed, 32, 13, 17), pick(seed, 33, 13, 33), pick(seed, 34, 1, 40)}};
}
inline constexpr int random_depthwise_convolutions = 20;

/// Calls `f` with all cases of this file.
struct cases_of_shapes {
  template <class F>
  void operator()(F f) const {
    listed<convolutions>(f, "conv2d ");
    listed<depthwise_convolutions>(f, "depthwise_conv2d ");
    listed<separable_convolutions>(f, "separable_conv2d ");
    listed<pooled_convolutions>(f, "pooled_conv2d ");
    listed<dense_layers>(f, "dense ");
    listed<max_pools>(f, "max_pool2d ");
    listed<average_pools>(f, "average_pool2d ");
    listed<max_pools_3d>(f, "max_pool3d ");
    numbered<random_convolutions>([&]<int I>() {
      constexpr layer_on<conv2d> c = random_convolution(I);
      f(layer_case<c.layer, c.in>{name("conv2d at random ", I)});
    });
    numbered<random_depthwise_convolutions>([&]<int I>() {
      constexpr layer_on<depthwise_conv2d> c = random_depthwise_convolution(I);
      f(layer_case<c.layer, c.in>{name("depthwise_conv2d at random ", I)});
    });
    numbered<int{std::size(vector_extents)}>([&]<int I>() {
      constexpr int n = vector_extents[I];
      constexpr shape image{3, 2, n};
      f(layer_case<softmax{}, shape{.c = n}>{name("softmax ", n)});
      f(layer_case<lrn{.alpha = 0.5}, shape{2, 3, n}>{name("lrn ", n)});
      f(layer_case<global_average_pool{}, shape{5, 3, n}>{name("global_average_pool ", n)});
      f(layer_case<global_max_pool{}, shape{3, 4, n}>{name("global_max_pool ", n)});
      f(layer_case<activate{relu6}, image>{name("activate ", n), 8});
      f(layer_case<add_layer{.act = relu}, image, image>{name("add ", n)});
      f(layer_case<multiply_layer{}, image, shape{.c = n}>{name("multiply by channels ", n)});
      f(layer_case<batch_norm{}, image>{name("batch_norm ", n)});
      f(layer_case<prelu{}, image>{name("prelu ", n)});
      f(layer_case<concat_layer{}, image, shape{3, 2, 5}>{name("concat ", n)});
      f(layer_case<pad2d{.pad = 1, .value = 0.5}, image>{name("pad2d ", n)});
      f(layer_case<resize{.to = {5, 3}, .mode = interpolation::bilinear}, image>{name("resize ", n)});
    });
    numbered<int{std::size(acts)}>([&]<int I>() {
      f(layer_case<activate{acts[I]}, shape{2, 3, 37}>{name("activation ", I), 8});
      f(layer_case<dense{.units = 37, .act = acts[I]}, shape{.c = 5}>{name("dense with activation ", I)});
      f(layer_case<multiply_layer{.act = acts[I]}, shape{2, 3, 9}, shape{2, 3, 9}>{
          name("multiply with activation ", I)});
    });
    others(f);
  }

 private:
  template <class F>
  static void others(F f) {
    // few channels of many pixels, and more channels than lanes
    f(layer_case<softmax{}, shape{3, 19, 2}>{"softmax of 19 x 2"});
    f(layer_case<softmax{}, shape{2, 16, 3, 2}>{"softmax of 16 x 3"});
    f(layer_case<softmax{}, shape{2, 5, 21}>{"softmax of 5 x 21"});
    f(layer_case<softmax{}, shape{2, 5, 35}>{"softmax of 5 x 35"});
    f(layer_case<softmax{}, shape{3, 9, 6}>{"softmax of large logits", 256});
    // more pixels than are squared at a time, all exponents, sums that are small
    f(layer_case<lrn{.alpha = 0.5}, shape{2, 19, 18}>{"lrn of 19 pixels"});
    f(layer_case<lrn{.size = 9, .alpha = 2, .k = 2}, shape{3, 5, 37}>{"lrn of 9 channels"});
    f(layer_case<lrn{.size = 1, .alpha = 3}, shape{2, 3, 5}>{"lrn of one channel"});
    f(layer_case<lrn{.size = 35, .alpha = 3}, shape{2, 3, 17}>{"lrn of 35 channels"});
    f(layer_case<lrn{.alpha = 1, .beta = 0.5}, shape{2, 3, 19}>{"lrn with beta 0.5"});
    f(layer_case<lrn{.alpha = 1, .beta = 1}, shape{2, 3, 19}>{"lrn with beta 1"});
    f(layer_case<lrn{.alpha = 1, .beta = 0.6}, shape{2, 3, 19}>{"lrn with beta 0.6"});
    f(layer_case<lrn{.alpha = 2, .k = 0}, shape{2, 3, 19}>{"lrn with k 0"});
    f(layer_case<lrn{.alpha = 2, .k = 1e-3}, shape{2, 3, 19}>{"lrn with a small k", 0.0625f});
    f(layer_case<global_average_pool{}, shape{3, 4, 150}>{"global_average_pool of blocks"});
    f(layer_case<global_max_pool{}, shape{3, 4, 150}>{"global_max_pool of blocks"});
    // runs that are long enough to be copied by the C library
    f(layer_case<concat_layer{}, shape{2, 5, 260}, shape{2, 5, 7}>{"concat of long pixels"});
    f(layer_case<concat_layer{axis::height}, shape{3, 40, 8}, shape{2, 40, 8}>{"concat of long rows"});
    f(layer_case<concat_layer{axis::width}, shape{3, 40, 8}, shape{3, 1, 8}>{"concat of rows side by side"});
    f(layer_case<reshape{.h = 10, .w = 8, .c = 21}, shape{7, 6, 40}>{"reshape of long rows"});
    f(layer_case<reshape{.h = 2, .w = 3, .c = 4, .d = 5}, shape{3, 8, 5}>{"reshape to depth"});
    f(layer_case<flatten{}, shape{5, 7, 12}>{"flatten of an image"});
    f(layer_case<dropout{}, shape{5, 7, 12}>{"dropout of an image"});
    f(layer_case<pad2d{.pad = {2, 3}, .fill = border::reflect}, shape{4, 40, 8}>{"pad2d of long rows"});
    f(layer_case<pad2d{.pad = sides{.left = 3, .bottom = 2}, .fill = border::edge}, shape{3, 2, 33}>{
        "pad2d with edges"});
    f(layer_case<resize{.to = {7, 9}, .nearest = nearest_pixel::ceil}, shape{3, 4, 19}>{"resize to ceil"});
    f(layer_case<resize{.to = {2, 9}, .mode = interpolation::bilinear, .at = coordinates::align_corners},
                 shape{5, 4, 20}>{"resize to corners"});
    // all ways to repeat the second operand
    f(layer_case<multiply_layer{}, shape{2, 3, 33, 2}, shape{1, 3, 33, 2}>{"multiply by a row"});
    f(layer_case<multiply_layer{}, shape{2, 3, 33, 2}, shape{2, 1, 1, 1}>{"multiply by a column"});
    f(layer_case<multiply_layer{.act = relu}, shape{4, 3, 18}, shape{4, 3, 1}>{"multiply by pixels"});
    f(layer_case<multiply_layer{}, shape{4, 3, 18}, shape{1, 1, 1}>{"multiply by a number"});
    f(layer_case<add_layer{}, shape{3, 7, 43, 2}, shape{3, 7, 43, 2}>{"add volumes"});
    f(layer_case<batch_norm{.epsilon = 1e-3, .act = relu}, shape{2, 3, 70}>{"batch_norm and relu"});
  }

  /// Names live as long as the program: cases point to them.
  static const char* name(const char* family, int number) {
    static std::deque<std::string> names;
    return names.emplace_back(family + std::to_string(number)).c_str();
  }
  template <int N, class F>
  static void numbered(F f) {
    [&]<int... I>(std::integer_sequence<int, I...>) { (f.template operator()<I>(), ...); }
    (std::make_integer_sequence<int, N>{});
  }
  template <const auto& List, class F>
  static void listed(F f, const char* family) {
    numbered<int{std::size(List)}>(
        [&]<int I>() { f(layer_case<List[I].layer, List[I].in>{name(family, I)}); });
  }
};

/// The layers of `List` without their activations. Those of activations and normalisations stay: they are
/// what they compute.
template <class List>
struct without_activations {
  template <class F>
  void operator()(F f) const {
    List{}([&f]<auto Layer, shape... In>(const layer_case<Layer, In...>& c) {
      constexpr auto linear = [] {
        auto l = Layer;
        if constexpr (requires { l.act = activations::none; }) l.act = activations::none;
        if constexpr (requires { l.depthwise_act = none; }) l.depthwise_act = activations::none;
        return l;
      }();
      f(layer_case<linear, In...>{c.name, c.input_range});
    });
  }
};

}  // namespace edgenn::tests
