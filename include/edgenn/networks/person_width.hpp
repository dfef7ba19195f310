#pragma once
#include <edgenn/layers.hpp>

namespace edgenn::networks {

/// How many filters the networks of the person detector have: `slim` for small processors, `lean`, `wide` for
/// comparisons. Each network says which of them it has.
enum class person_width : int { slim, lean, wide };

/// What the networks of the person detector are made of. None of the layers is padded, and dense layers are
/// convolutions with the kernel of the whole map, so that on a larger image the cell (i, j) of the output is
/// what the patch at row 8 i and column 8 j would give: a whole image at once for the price of what its
/// patches share.
namespace person_parts {

/// A convolution with its activation.
constexpr conv2d conv(int filters, extent kernel) {
  return {.filters = filters, .kernel = kernel, .act = relu};
}
/// Halves the map. Those of a patch are even wherever one is pooled.
inline constexpr max_pool2d pool{.window = 2, .stride = 2};

/// Two hidden dense layers of `first` and `second` units, the first with a kernel of the whole map of a
/// patch, and the two logits.
constexpr value classifier(value x, extent map, int first, int second) {
  x = x | conv(first, map) | conv(second, 1);
  return x | conv2d{.filters = 2, .kernel = 1};
}

}  // namespace person_parts
}  // namespace edgenn::networks
