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
    {{.filters = 16, .kernel = 1, .act = relu6}, {2, 4, 16}},
    {{.filters = 17, .kernel = 1}, {3, 3, 17}},
    {{.filters = 31, .kernel = 1}, {2, 5, 31}},
    {{.filters = 32, .kernel = 1}, {3, 4, 32}},
    {{.filters = 33, .kernel = 1, .act = hard_swish}, {1, 13, 33}},
    {{.filters = 47, .kernel = 1}, {2, 7, 29}},
    {{.filters = 65, .kernel = 1, .bias = false}, {3, 5, 37}},
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
};

inline constexpr layer_on<average_pool2d> average_pools[] = {
    {{.window = 2, .stride = 2}, {5, 7, 1}},
    {{.window = 2, .stride = 2}, {4, 6, 4}},
    {{.window = 3, .stride = 2, .round = rounding::up}, {8, 10, 5}},
    {{.window = 3, .stride = 1, .pad = 1}, {5, 9, 17}},
    {{.window = 3, .stride = 2, .pad = 1, .count_padding = true}, {6, 7, 16}},
    {{.window = 2, .stride = 5}, {12, 13, 33}},
    {{.window = 7, .stride = 7}, {14, 7, 19}},
};

inline constexpr layer_on<max_pool3d> max_pools_3d[] = {
    {{.window = {3, 7, 3}, .pad = {1, 3, 1}}, {9, 17, 1, 4}},
    {{.window = {3, 7, 3}}, {8, 6, 3, 3}},
    {{.window = {1, 1, 5}}, {2, 5, 2, 1}},
    {{.window = {2, 3, 4}, .stride = {2, 2, 1}, .pad = same}, {7, 9, 5, 5}},
    {{.window = 3, .stride = {1, 1, 2}}, {5, 8, 3, 4}},
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

/// Calls `f` with all cases of this file.
struct cases_of_shapes {
  template <class F>
  void operator()(F f) const {
    listed<convolutions>(f, "conv2d ");
    listed<depthwise_convolutions>(f, "depthwise_conv2d ");
    listed<dense_layers>(f, "dense ");
    listed<max_pools>(f, "max_pool2d ");
    listed<average_pools>(f, "average_pool2d ");
    listed<max_pools_3d>(f, "max_pool3d ");
    numbered<random_convolutions>([&]<int I>() {
      constexpr layer_on<conv2d> c = random_convolution(I);
      f(layer_case<c.layer, c.in>{name("conv2d at random ", I)});
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
    });
  }

 private:
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
        return l;
      }();
      f(layer_case<linear, In...>{c.name, c.input_range});
    });
  }
};

}  // namespace edgenn::tests
