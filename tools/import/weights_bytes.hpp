#pragma once
// A weights file, by the format of edgenn/weights.hpp, of a network known at run time.
#include <cstddef>
#include <span>
#include <vector>

#include "target.hpp"

namespace edgenn::import {

/// The bytes of the file. `input` and `output` are the golden pair, the elements of all inputs and of all
/// outputs; both empty: none. Throws import_error, with the name of the value, where a weight is not finite
/// or too large for fp16.
std::vector<std::byte> weights_bytes(const target& t, storage stored, std::span<const float> input,
                                     std::span<const float> output);

}  // namespace edgenn::import
