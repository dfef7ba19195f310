#pragma once
// The weight tensors of a network in the order of its weights file, for tools and loaders.
#include <edgenn/kernel.hpp>
#include <utility>

namespace edgenn {

/// One weight tensor with its place in a network.
struct network_tensor {
  int node = 0;            ///< number of its node in the graph
  const char* layer = "";  ///< name of the node's layer
  weight_tensor tensor;    ///< its name and extents
  int offset = 0;          ///< elements from the start of the network's weights
};

/// Calls `f` with a `network_tensor` for every weight tensor of `Net`, in the order of a weights file.
template <const auto& Net, class F>
constexpr void for_each_weight_tensor(F f) {
  const auto visit = [&]<int I, int... K>(std::integer_sequence<int, I>, std::integer_sequence<int, K...>) {
    using op = node_op<Net, I>;
    if constexpr (requires { op::layer.weights(op::in[K]...); }) {
      const weight_tensors tensors = op::layer.weights(op::in[K]...);
      int offset = Net[I].weight_offset;
      for (int t = 0; t < tensors.count(); ++t) {
        f(network_tensor{I, Net[I].layer.name(), tensors[t], offset});
        offset += static_cast<int>(tensors[t].size());
      }
    }
  };
  [&]<int... I>(std::integer_sequence<int, I...>) {
    // An initialiser list, because clang limits the depth of fold expressions.
    [[maybe_unused]] const int in_order[] = {
        (visit(std::integer_sequence<int, Net.input_count + I>{},
               std::make_integer_sequence<int, Net[Net.input_count + I].input_count>{}),
         0)...};
  }
  (std::make_integer_sequence<int, Net.node_count - Net.input_count>{});
}

}  // namespace edgenn
