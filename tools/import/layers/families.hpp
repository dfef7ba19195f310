#pragma once
// The layers by family: each function is defined in the file of its family.
#include "kind.hpp"

namespace edgenn::import {

std::span<const layer_kind> activation_kinds();
std::span<const layer_kind> concat_kinds();
std::span<const layer_kind> convolution_kinds();
std::span<const layer_kind> dense_kinds();
std::span<const layer_kind> detection_kinds();
std::span<const layer_kind> elementwise_kinds();
std::span<const layer_kind> normalization_kinds();
std::span<const layer_kind> pooling_kinds();
std::span<const layer_kind> rearranging_kinds();
std::span<const layer_kind> reordering_kinds();
std::span<const layer_kind> resize_kinds();

/// `x | layer{...}`
inline std::string piped(std::span<const std::string> operands, const std::string& layer) {
  return operands[0] + " | " + layer;
}

/// Applies the activation to `count` elements.
void apply(const activation& act, float* y, std::size_t count);

}  // namespace edgenn::import
