#pragma once
// One node of the source as its handlers see it.
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "source.hpp"

namespace edgenn::import {

using extents = std::vector<std::int64_t>;

class operation {
 public:
  operation(const model& m, const node& n) : model_{&m}, node_{&n} {}

  int version() const { return node_->version; }
  const std::string& op() const { return node_->op; }
  const node& source() const { return *node_; }

  int input_count() const { return static_cast<int>(node_->inputs.size()); }
  int output_count() const { return static_cast<int>(node_->outputs.size()); }
  /// Number in `model::tensors` of operand or result `k`; -1 if it is absent.
  /// @{
  int input(int k) const { return k < input_count() ? node_->inputs[static_cast<std::size_t>(k)] : -1; }
  int output(int k) const { return k < output_count() ? node_->outputs[static_cast<std::size_t>(k)] : -1; }
  /// @}
  bool has(int k) const { return input(k) >= 0; }
  bool is_constant(int k) const { return has(k) && tensor_at(k).constant; }
  const tensor& tensor_at(int k) const { return model_->tensors[static_cast<std::size_t>(input(k))]; }
  /// Operand `k`, which must be there and be a constant; `role` names it in the message.
  const tensor& constant(int k, const char* role) const;
  /// The same, of whole numbers.
  std::vector<std::int64_t> constant_integers(int k, const char* role) const;
  /// The first number of a constant of one element.
  double constant_scalar(int k, const char* role) const;
  /// Refuses the node unless it has so many inputs.
  void expect_inputs(int least, int most) const;

  /// Attributes; the fallback if the node lacks it. A wrong type is refused.
  /// @{
  bool has_attribute(const char* name) const;
  std::int64_t integer(const char* name, std::int64_t fallback) const;
  float real(const char* name, float fallback) const;
  std::string text(const char* name, const char* fallback) const;
  std::vector<std::int64_t> integers(const char* name, std::vector<std::int64_t> fallback = {}) const;
  std::vector<float> reals(const char* name) const;
  const tensor& tensor_attribute(const char* name) const;
  /// @}
  /// An attribute that changes nothing here.
  void ignore(const char* name) const { seen_.insert(name); }
  /// Refuses attributes that nobody has asked for.
  void check_attributes() const;

  /// `axis` of `rank` axes, where negative ones count from the end. Refuses the node if there is none such.
  int axis(std::int64_t axis, int rank) const;
  /// All of `axes`, in ascending order, none twice.
  std::vector<int> axes(std::span<const std::int64_t> axes, int rank) const;

  /// What messages begin with: file, node and operator.
  std::string where() const;
  /// The attributes for a message: "kernel_shape = [3, 3], group = 1".
  std::string attributes_text() const;
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  template <class T>
  const T* find(const char* name, const char* kind) const;

  const model* model_;
  const node* node_;
  mutable std::set<std::string> seen_;
};

/// "model.onnx: node "conv1" (Conv)"
std::string describe(const std::string& file, const node& n);
/// "[1, 2]"
std::string list_text(std::span<const std::int64_t> numbers);

}  // namespace edgenn::import
