#pragma once
#include <array>

#include "segmentation.hpp"

/// 28x28 grey levels from 0 to 255/256, white on black: what the networks were trained on.
using mnist_digit = std::array<float, 28 * 28>;

/// Brings a digit into the form of the MNIST database (LeCun et al. 1998): scaled so that its longer side
/// takes 20 pixels, its centre of mass on pixel (14, 14) of 28x28.
mnist_digit normalized(const glyph& g);
