#pragma once
// From ONNX's operators to edgenn's layers.
#include <string>
#include <string_view>
#include <vector>

#include "source.hpp"
#include "target.hpp"

namespace edgenn::import {

/// An input or output of the source and where its axes lie in that of the network.
struct port {
  std::string name;
  element type;                    ///< in the source
  std::vector<std::int64_t> dims;  ///< in the source
  std::vector<int> order;          ///< its axes from the outermost in memory to the innermost
  tensor constant;           ///< an output that does not depend on the inputs: its value; otherwise empty
  bool is_constant = false;  ///< whether it is one; then the network does not return it
};

/// A network and how it stands to its source.
struct lowered {
  target net;
  std::vector<port> inputs;  ///< those of the network, in order
  std::vector<port>
      outputs;  ///< those of the source; the network returns those that are not constant, in order
};

/// The network that `m`, a model of `read_onnx`, states. Images lie in memory as rows, columns, channels;
/// other tensors as in the source. Throws import_error that names node and operator.
lowered lower_onnx(model m);

/// The operators it knows, for the documentation.
std::vector<std::string_view> onnx_operators();
/// Those that are computed at import only.
std::vector<std::string_view> folded_onnx_operators();

}  // namespace edgenn::import
