#pragma once
// Whole networks with weights drawn at random. Those of the CPU backend are compiled for each instruction
// set, those of the reference backend once.
#include <vector>

namespace edgenn::tests {

/// A network on some backend; `run` takes weights in canonical order.
struct network_to_run {
  const char* name;
  int weight_count, input_size;
  std::vector<float> (*run)(const std::vector<float>& x, const std::vector<float>& weights);
  /// Weights that keep the values of every layer in the range of the input's.
  std::vector<float> (*draw_weights)();
};

std::vector<network_to_run> networks_on_tag();
std::vector<network_to_run> networks_on_reference();

}  // namespace edgenn::tests
