#pragma once
// The report of an import.
#include <string>

#include "target.hpp"

namespace edgenn::import {

/// A table of the layers, with shapes, parameters, multiply-accumulate operations and the places in the arena
/// of model<net, edgenn::reference>, then what was folded or fused, then `remarks`, a line each.
std::string report_text(const target& t, const std::vector<std::string>& remarks);

}  // namespace edgenn::import
