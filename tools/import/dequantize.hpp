#pragma once
// Quantised numbers as the real ones that they stand for.
#include <string>
#include <vector>

#include "source.hpp"

namespace edgenn::import {

/// The numbers of a constant: scale * (stored - zero_point) where it is quantised.
std::vector<float> real_numbers(const tensor& t);

}  // namespace edgenn::import
