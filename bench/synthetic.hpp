#pragma once
// Numbers for measurements where no trained weights exist: seeded, the same on every machine.
#include <cmath>
#include <cstdint>
#include <span>

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

}  // namespace bench
