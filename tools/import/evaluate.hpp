#pragma once
// Runs a network at import time, for the golden pair of its weights file.
#include <span>
#include <vector>

#include "target.hpp"

namespace edgenn::import {

/// An estimate of the work of one inference, in multiply-accumulate operations, and the most elements of
/// values that `evaluate` keeps at once.
struct evaluation_cost {
  double operations = 0;
  double elements = 0;
};
evaluation_cost cost_of(const target& t);

/// The outputs of `t` for `inputs`, both as long as the network says.
std::vector<std::vector<float>> evaluate(const target& t, std::span<const std::vector<float>> inputs);

}  // namespace edgenn::import
