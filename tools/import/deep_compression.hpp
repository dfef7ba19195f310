#pragma once
// Reads the published SqueezeNet v1.0 whose weights are compressed by Deep Compression (Han et al. 2016).
#include <cstddef>
#include <span>
#include <string>

#include "target.hpp"

namespace edgenn::import {

/// SqueezeNet v1.0 with the weights in `bytes`, a whole file that messages call `file`. Throws import_error.
target read_deep_compression(std::span<const std::byte> bytes, const std::string& file);

}  // namespace edgenn::import
