#pragma once
// Preprocessing as a constant of the generated header.
#include <string>

#include "emit.hpp"

namespace edgenn::import {

/// Throws import_error if the preprocessing does not fit the network's input.
std::string preprocessing_text(const target& t, const emit_options& options);

/// The smallest and the largest number that preprocessing makes of a pixel.
std::pair<float, float> range_of(const preprocessing& p);

}  // namespace edgenn::import
