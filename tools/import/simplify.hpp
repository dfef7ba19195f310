#pragma once
// From the network as the source states it to the one that a person would write.
#include "target.hpp"

namespace edgenn::import {

/// The same network with fewer layers: batch normalisation is folded into the convolution or dense layer
/// before it, constant padding by zero into the convolution after it, an activation into the layer before it;
/// identities, dropout and what no output depends on are gone. Every change is a note of the result.
target simplify(target t);

}  // namespace edgenn::import
