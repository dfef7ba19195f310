#pragma once
// What the handlers of ONNX's operators work with.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operation.hpp"
#include "placement.hpp"

namespace edgenn::import {

/// The state of one import.
struct lowering_state {
  explicit lowering_state(model m, target& net)
      : source{std::move(m)}, values(source.tensors.size()), place{net} {}

  model source;
  std::vector<std::optional<placed>> values;  ///< by tensor of the source
  placer place;
};

/// A node that becomes layers.
class lowering : public operation {
 public:
  lowering(lowering_state& state, const node& n) : operation{state.source, n}, state_{&state} {}

  placer& place() const { return state_->place; }
  target& net() const { return state_->place.net(); }

  /// Operand `k`, which must be computed at run time.
  const placed& value(int k) const;
  /// Extents of operand `k`, constant or not.
  const extents& extents_of_input(int k) const;
  /// The type of operand `k`.
  element type_of(int k) const;
  /// Refuses the node unless operand `k`, if it is there, is of the type of operand 0.
  void expect_same_type(int k, const char* role) const;

  /// Result 0, of the type of operand 0 unless stated.
  /// @{
  void result(int node, arrangement at) const { result(placed{node, std::move(at), type_of(0)}); }
  void result(placed v) const { result(0, std::move(v)); }
  void result(int k, placed v) const;
  /// @}
  /// The source's name of result `k`, which must be there.
  std::string result_name(int k) const;
  /// A result that does not depend on the network's inputs.
  void constant_result(int k, tensor t) const;

  /// Appends a layer that reads one value.
  template <layer L>
  int append(const L& l, int input, std::vector<std::vector<float>> weights = {}) const {
    return net().append(l, std::span<const int>{&input, 1}, std::move(weights), place().comment());
  }
  /// Appends a layer that reads two.
  template <layer L>
  int append(const L& l, int first, int second) const {
    const int inputs[] = {first, second};
    return net().append(l, std::span<const int>{inputs}, {}, place().comment());
  }

  /// Refuses numbers that are not extents.
  int checked_extent(std::int64_t v, const char* what) const;
  /// Refuses shapes of more elements than a tensor may have, and empty ones.
  const extents& checked(const extents& dims) const;

 private:
  lowering_state* state_;
};

using handler = void (*)(const lowering& n);
using handlers = std::map<std::string_view, handler>;

/// The families of operators.
/// @{
void add_convolutions(handlers& all);
void add_pooling(handlers& all);
void add_elementwise(handlers& all);
void add_arithmetic(handlers& all);
void add_rearranging(handlers& all);
void add_joining(handlers& all);
void add_matrix_products(handlers& all);
void add_normalization(handlers& all);
void add_resizing(handlers& all);
void add_detection(handlers& all);
/// @}

/// Memory in which the factors of `axes`, in whatever order, are innermost.
placed with_channels(const lowering& n, const placed& v, std::span<const int> axes);
/// The node under a shape whose channels are the `channels` innermost elements: its own shape if that is one.
int viewed_with_channels(const lowering& n, const placed& v, std::int64_t channels);

/// A constant as numbers of the channels of a view.
struct channel_numbers {
  int view;                    ///< the value
  std::vector<float> numbers;  ///< one for each of its channels
};
/// `t`, which broadcasts to the extents of `v`, spread over as few of its innermost elements as possible.
channel_numbers spread(const lowering& n, const placed& v, const tensor& t);

/// `v` repeated to the extents `dims`, which have as many axes.
placed repeated(const lowering& n, const placed& v, const extents& dims);
/// The sum of two values that both broadcast to the extents `dims`.
placed sum(const lowering& n, const placed& a, const placed& b, const extents& dims);

/// The value under other extents, transposed only if the new axes mix what lies apart.
placed with_extents(const lowering& n, const placed& v, extents dims);

/// An axis of the source as one axis of a view.
struct axis_view {
  int view;
  axis along;
};
/// `v`, whose memory has the factors of `source_axis` together, under a shape in which it is one axis.
axis_view viewed_along(const lowering& n, const placed& v, int source_axis);
/// The shape of `view` with another extent along `a`.
shape with_extent(shape s, axis a, std::int64_t extent);

/// The axes of the source in the order of memory, if each lies together; those of extent 1 come first.
std::optional<std::vector<int>> axis_order(const arrangement& at);

}  // namespace edgenn::import
