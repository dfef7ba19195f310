#pragma once
// Whole networks with synthetic weights, and what ONNX Runtime computes for them.
#include <string_view>
#include <vector>

namespace edgenn::tests {

struct golden_sample {
  int element;
  double value;
};

/// What make_golden.py stored of the output of a network.
struct golden_network {
  std::string_view name;
  int count;              ///< elements of the output
  double largest;         ///< absolute value
  double norm;            ///< Euclidean
  double projections[4];  ///< sums of all elements, each with a sign; number k has the signs of seed k
  int first_sample, sample_count;
};

/// A network on some backend with the weights and the input of bench/synthetic.hpp.
struct network_on_backend {
  const char* name;
  std::vector<float> (*run)();
};

/// Those that take a moment even on emulators and under sanitizers.
std::vector<network_on_backend> small_networks();
/// Some of them with the least memory and divided among threads.
std::vector<network_on_backend> networks_under_policies();
/// The others. Each takes a second or less, and VGG-16 2 GB of memory.
std::vector<network_on_backend> large_networks();

}  // namespace edgenn::tests
