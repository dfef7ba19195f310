#pragma once
// The option --input-shape.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace edgenn::import {

/// "data=1x3x224x224" as a name and extents. Throws import_error.
std::pair<std::string, std::vector<std::int64_t>> parse_input_shape(const std::string& text);

}  // namespace edgenn::import
