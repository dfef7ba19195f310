#pragma once
// Numbers for measurements where no trained weights exist: seeded, the same on every machine.
#include <cmath>
#include <cstdint>
#include <edgenn/layers.hpp>
#include <span>
#include <vector>

namespace bench {

/// SplitMix64 (Steele et al. 2014, "Fast splittable pseudorandom number generators", figure 17).
class random_numbers {
 public:
  /// Every seed is another sequence.
  explicit random_numbers(std::uint64_t seed) : state_{seed} {}

  /// Uniform in [-bound, bound).
  float symmetric(float bound) {
    constexpr float unit = 1.0f / (1 << 23);
    return (static_cast<float>(next() >> 40) * unit - 1.0f) * bound;
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

/// Fills `values` with numbers in [-bound, bound).
inline void fill(std::span<float> values, std::uint64_t seed, float bound) {
  random_numbers numbers{seed};
  for (float& v : values) v = numbers.symmetric(bound);
}

/// The bound at which a layer with ReLU keeps the variance of its input (He et al. 2015, section 2.2), so
/// that values neither overflow nor vanish in deep networks. `fan_in` is the number of inputs of one output.
inline float he_bound(int fan_in) { return std::sqrt(6.0f / static_cast<float>(fan_in)); }

/// Weights of a network, in canonical order: kernels within He's bound, biases within 0.1. What a layer gets
/// follows from where its weights lie, so passes over the network change nothing.
template <int N>
std::vector<float> synthetic_weights(const edgenn::basic_graph<N>& net) {
  std::vector<float> weights(static_cast<std::size_t>(net.weight_count));
  for (int i = net.input_count; i < net.node_count; ++i) {
    const edgenn::node& n = net[i];
    if (n.weight_count == 0) continue;
    const auto count = static_cast<std::size_t>(n.weight_count);
    const std::span<float> all = std::span{weights}.subspan(static_cast<std::size_t>(n.weight_offset), count);
    const std::size_t kernel = count - static_cast<std::size_t>(n.out.c);  // every layer here has biases
    const auto fan_in = static_cast<int>(n.macs / n.out.size());
    const auto seed = 2 * static_cast<std::uint64_t>(n.weight_offset);
    fill(all.first(kernel), seed + 1, he_bound(fan_in));
    fill(all.subspan(kernel), seed + 2, 0.1f);
  }
  return weights;
}

/// An image, or whatever the input of the network is, within [-1, 1).
template <int N>
std::vector<float> synthetic_input(const edgenn::basic_graph<N>& net) {
  std::vector<float> x(static_cast<std::size_t>(net[0].out.size()));
  fill(x, 0, 1.0f);
  return x;
}

}  // namespace bench
