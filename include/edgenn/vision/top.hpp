#pragma once
// The most probable classes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace edgenn {

/// A class and how probable it is.
struct scored_class {
  int label = -1;   ///< its number; -1 is no class
  float score = 0;  ///< what the network says of it
  friend constexpr bool operator==(const scored_class&, const scored_class&) = default;
};

/// The `N` classes with the highest scores, best first; of equal ones the lower number. Where fewer classes
/// have a score that is a number, the last are no class.
template <int N>
requires(N >= 1) constexpr std::array<scored_class, N> top(std::span<const float> scores) {
  std::array<scored_class, N> best{};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const scored_class candidate{static_cast<int>(i), scores[i]};
    const auto place = std::find_if(best.begin(), best.end(), [&](const scored_class& b) {
      return candidate.score > b.score || (b.label < 0 && candidate.score == candidate.score);
    });
    if (place == best.end()) continue;
    std::copy_backward(place, best.end() - 1, best.end());
    *place = candidate;
  }
  return best;
}

}  // namespace edgenn
