#pragma once
// Constants and shape arithmetic, computed at import.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operation.hpp"
#include "shape_rules.hpp"

namespace edgenn::import {

/// A node whose result is known at import. Its operands are constants, or only their extents count.
class folding : public operation {
 public:
  /// `extents_of` returns the extents of a tensor that is no constant, or null.
  using known_extents = std::function<const extents*(int tensor)>;
  folding(const model& m, const node& n, known_extents extents_of)
      : operation{m, n}, extents_of_{std::move(extents_of)} {}

  /// The extents of operand `k`, or null if they are not known yet.
  const extents* extents_of_input(int k) const;
  /// Whether all operands that are there are constants.
  bool all_constant() const;

 private:
  known_extents extents_of_;
};

/// How an operator is folded: its results, or none if it has to be computed at run time.
using fold_rule = std::vector<tensor> (*)(const folding& f);
const std::map<std::string_view, fold_rule>& fold_rules();

/// Does the folding of one import and bounds what it may cost.
class folder {
 public:
  explicit folder(model& m) : model_{&m} {}
  /// Whether the results of `n` are now constants of the model.
  bool fold(const node& n, const folding::known_extents& extents_of);

 private:
  model* model_;
  std::uint64_t bytes_ = 0;  // of all results
};

/// Elements of `from` at `offset` + sum of index * stride; strides count elements, 0 repeats.
tensor strided_copy(const tensor& from, extents dims, std::span<const std::int64_t> strides,
                    std::int64_t offset = 0);
/// Strides of a row-major tensor.
std::vector<std::int64_t> strides_of(std::span<const std::int64_t> dims);
/// `t` repeated to `dims`, which it must be broadcastable to.
tensor broadcast_constant(const tensor& t, const extents& dims);
/// The families of rules, of which `fold_rules` is made.
/// @{
void add_rearranging_rules(std::map<std::string_view, fold_rule>& rules);
void add_arithmetic_rules(std::map<std::string_view, fold_rule>& rules);
/// @}

}  // namespace edgenn::import
