// A backend of your own: a tag, and kernels for the ops that it does better. The rest falls back.
#include <cmath>
#include <cstdio>
#include <edgenn.hpp>

/// Dense layers with weights in the order [in][units], so that the inner loop runs over adjacent units and
/// the compiler can use vector instructions.
struct by_columns {
  using element = float;                // of activations
  using weight = float;                 // of canonical weights
  using fallback = edgenn::reference;   // for every op without a kernel here
  static constexpr int alignment = 64;  // bytes, of buffers in the arena and of packed weights
};

template <edgenn::dense L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<by_columns, edgenn::op<L, Out, In>> {
  static constexpr int n = In.size(), units = L.units;
  static constexpr int packed_bytes = (n + 1) * units * int{sizeof(float)};

  /// From [units][in], bias [units] to bias, then [in][units].
  static void pack(const float* canonical, std::byte* packed) {
    auto* to = reinterpret_cast<float*>(packed);
    for (int u = 0; u < units; ++u) to[u] = L.bias ? canonical[n * units + u] : 0;
    for (int i = 0; i < n; ++i)
      for (int u = 0; u < units; ++u) to[(i + 1) * units + u] = canonical[u * n + i];
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed) {
    const auto* w = reinterpret_cast<const float*>(packed);
    for (int u = 0; u < units; ++u) y.data[u] = w[u];
    for (int i = 0; i < n; ++i)
      for (int u = 0; u < units; ++u) y.data[u] += x.data[i] * w[(i + 1) * units + u];
  }
};

inline constexpr auto net = edgenn::network({6, 6, 2}, [](edgenn::value x) {
  using namespace edgenn;
  x = x | conv2d{.filters = 5, .kernel = 3} | relu;
  return x | dense{.units = 24} | softmax{};
});

using plain = edgenn::model<net, edgenn::reference>;
using packed = edgenn::model<net, by_columns>;

// Who computes what is a question to the compiler: node 1 is the convolution, node 2 the dense layer.
static_assert(!edgenn::implements<by_columns, edgenn::node_op<packed::graph, 1>>);
static_assert(edgenn::supports<by_columns, edgenn::node_op<packed::graph, 1>>);
static_assert(edgenn::implements<by_columns, edgenn::node_op<packed::graph, 2>>);

int main() {
  static float weights[net.weight_count], image[plain::in<>.size()];
  unsigned seed = 1;
  const auto random = [&seed] {
    seed = seed * 1664525u + 1013904223u;
    return static_cast<float>(seed >> 9) / static_cast<float>(1 << 23) - 0.5f;
  };
  for (float& w : weights) w = random();
  for (float& x : image) x = random();

  alignas(by_columns::alignment) static std::byte memory[packed::packed_bytes];
  packed::pack(weights, memory);  // once, at start-up or by a tool
  static packed ours{memory};
  static plain reference{weights};

  const auto a = reference.run(image), b = ours.run(image);
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::fmax(largest, std::fabs(a[i] - b[i]));
  std::printf("largest difference from reference: %g\n", double(largest));
  return largest < 1e-6f ? 0 : 1;
}
