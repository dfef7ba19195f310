#pragma once
// What the handlers of TFLite's operators work with.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "operation.hpp"
#include "target.hpp"

namespace edgenn::import {

/// Where a tensor of these extents lies: the last axis is the channels, then columns, rows and depth; what is
/// left must be 1 or joins the depth. So memory always has the source's order.
shape shape_of_extents(const extents& dims, const std::string& where);

/// The state of one import.
struct tflite_state {
  const model& source;
  target net;
  std::vector<int> nodes;     ///< by tensor of the source: its node; -1: none
  std::vector<extents> dims;  ///< by tensor: extents, as stated or found
  bool dequantize = false;
  int joined = -1;  ///< the node that several results became; -1: none
};

/// An operator that becomes layers.
class tflite_lowering : public operation {
 public:
  tflite_lowering(tflite_state& state, const edgenn::import::node& n)
      : operation{state.source, n}, state_{&state} {}

  /// The node of operand `k`, which must be computed.
  int value(int k) const;
  const extents& dims_of(int k) const;
  shape shape_of(int node) const { return state_->net.shape_of(node); }
  /// Operand `k`, a constant, as real numbers.
  std::vector<float> numbers(int k, const char* role) const;
  /// Extents that result 0 has according to the file; none if it says nothing.
  const extents& stated_dims() const { return state_->dims[static_cast<std::size_t>(output(0))]; }

  template <layer L>
  int append(const L& l, int input, std::vector<std::vector<float>> weights = {}) const {
    return state_->net.append(l, std::span<const int>{&input, 1}, std::move(weights), name());
  }
  template <layer L>
  int append_all(const L& l, std::span<const int> inputs) const {
    return state_->net.append(l, inputs, {}, name());
  }
  /// `node` under another shape; the same node if it has it.
  int viewed(int node, shape s) const;
  /// An image of depth 1 with the channels of `node`.
  int as_image(int node) const;

  /// Node `node`, seen as `dims`, is result 0. Refuses other extents than the file states.
  void result(int node, extents dims) const;
  /// The same after the fused activation that the operator states.
  void activated_result(int node, extents dims) const;
  /// The activation of operators that can have one fused: as stated or, where none is, as the range of the
  /// quantised result has the same effect.
  activation act() const;
  /// The attribute, which must be there.
  int required(const char* name) const;
  void note(const std::string& line) const { state_->net.note(line); }
  tflite_state& state() const { return *state_; }

 private:
  activation stated_activation() const;
  activation implied_activation() const;
  /// Converters join the names of all that became one operator; the first is that of the result.
  std::string name() const { return source().name.substr(0, source().name.find(';')); }

  tflite_state* state_;
};

using tflite_handler = void (*)(const tflite_lowering& n);
using tflite_handlers = std::map<std::string_view, tflite_handler>;

/// The families of operators.
/// @{
void add_tflite_windows(tflite_handlers& all);
void add_tflite_elementwise(tflite_handlers& all);
void add_tflite_rearranging(tflite_handlers& all);
void add_tflite_detection(tflite_handlers& all);
/// @}

}  // namespace edgenn::import
