#pragma once
// A network as data: nodes in execution order.
#include <cstdint>
#include <edgenn/layer.hpp>
#include <initializer_list>

namespace edgenn {

inline constexpr int max_node_inputs = 8;       ///< values that one node can read
inline constexpr int max_network_outputs = 16;  ///< values that one network can return

/// An input of the network, a node without a kernel.
struct input {
  static constexpr const char* name = "input";
};
template <>
struct layer_named<"input"> {
  using type = input;
};

/// One layer of a network with its place in it.
struct node {
  any_layer layer;                              ///< with its parameters
  static_array<int, max_node_inputs> inputs{};  ///< numbers of the nodes it reads
  int input_count = 0;                          ///< of `inputs` in use
  shape out;                                    ///< shape of the node's value
  int weight_offset = 0;                        ///< elements from the start of the network's weights
  int weight_count = 0;                         ///< elements
  long long macs = 0;                           ///< multiply-accumulate operations
  int origin = 0;                               ///< number of the node in the network as its author wrote it

  /// Number of the node that it reads as input `k`.
  constexpr int input(int k) const { return inputs[k]; }
};

/// Every network is one of these; `network` makes it. The first `input_count` nodes are its inputs.
template <int Capacity>
struct basic_graph {
  static constexpr int capacity = Capacity;          ///< nodes it has room for
  static_array<node, Capacity> nodes{};              ///< inputs first, then in execution order
  int node_count = 0;                                ///< nodes in use
  int input_count = 0;                               ///< nodes that are inputs
  static_array<int, max_network_outputs> outputs{};  ///< numbers of the nodes whose values are returned
  int output_count = 0;                              ///< of `outputs` in use
  int weight_count = 0;                              ///< elements

  constexpr node& operator[](int i) { return nodes[i]; }
  constexpr const node& operator[](int i) const { return nodes[i]; }
  /// Number of the node whose value is result `k`.
  constexpr int output(int k) const { return outputs[k]; }
  constexpr long long macs() const {
    long long sum = 0;
    for (int i = 0; i < node_count; ++i) sum += (*this)[i].macs;
    return sum;
  }
};

/// A hash of layers, parameters, wiring and shapes (FNV-1a over 32-bit words). A weights file carries it, so
/// that another network's weights are refused.
template <int Capacity>
constexpr std::uint64_t fingerprint(const basic_graph<Capacity>& g) {
  std::uint64_t hash = 14695981039346656037u;
  const auto mix = [&hash](auto v) { hash = (hash ^ static_cast<std::uint32_t>(v)) * 1099511628211u; };
  for (int i = 0; i < g.node_count; ++i) {
    const node& n = g[i];
    mix(n.layer.id().hash);
    mix(n.layer.id().hash >> 32);
    for (int k = 0; k < n.layer.word_count(); ++k) mix(n.layer.word(k));
    mix(n.input_count);
    for (int k = 0; k < n.input_count; ++k) mix(n.input(k));
    for (const int extent : {n.out.h, n.out.w, n.out.c, n.out.d, n.weight_count}) mix(extent);
  }
  for (int k = 0; k < g.output_count; ++k) mix(g.output(k));
  return hash;
}

}  // namespace edgenn
