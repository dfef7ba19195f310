#pragma once
// A network while it is simplified.
#include <algorithm>
#include <string>
#include <vector>

#include "target.hpp"

namespace edgenn::import {

/// A node that can still change.
struct item {
  any_layer layer;
  std::vector<int> inputs;
  shape out;
  std::vector<float> weights;
  std::string name;
};

/// A network whose nodes can be changed and bypassed.
class draft {
 public:
  explicit draft(target&& t);

  int count() const { return static_cast<int>(items_.size()); }
  int first() const { return input_count_; }
  bool is_input(int i) const { return i < input_count_; }
  item& operator[](int i) { return items_[at(i)]; }
  /// The node whose value stands for that of `i`.
  int resolve(int i) const {
    while (same_as_[at(i)] != i) i = same_as_[at(i)];
    return i;
  }
  int input(int i, int k = 0) { return resolve((*this)[i].inputs[at(k)]); }
  /// Whether the node has neither been bypassed nor removed.
  bool exists(int i) const { return same_as_[at(i)] == i && !removed_[at(i)]; }
  bool is_output(int i) const {
    return std::any_of(outputs_.begin(), outputs_.end(),
                       [&](const target::result& o) { return resolve(o.node) == i; });
  }
  /// Readers of the value that `i` has now, by nodes and operands.
  int readers(int i) {
    int sum = 0;
    for (int j = first(); j < count(); ++j)
      if (exists(j))
        for (int k = 0; k < static_cast<int>(items_[at(j)].inputs.size()); ++k) sum += input(j, k) == i;
    return sum;
  }
  /// Whether `i` is a layer whose value only one operand of one node reads.
  bool feeds_one(int i) { return !is_input(i) && !is_output(i) && readers(i) == 1; }

  /// Node `i` becomes a part of `by`, whose value takes the name of that of `i`.
  void absorb(int i, int by, const std::string& what) {
    notes_.push_back(what + ": " + (*this)[i].name);
    same_as_[at(i)] = by;
    (*this)[by].name = (*this)[i].name;
  }
  /// The value of node `i` is that of `by`.
  void bypass(int i, int by) { same_as_[at(i)] = by; }
  void note(std::string line) { notes_.push_back(std::move(line)); }

  /// Removes the layers that no output depends on.
  void remove_unused();
  /// The network of the nodes that are left.
  target done();

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  int input_count_;
  std::vector<item> items_;
  std::vector<int> same_as_;
  std::vector<bool> removed_;
  std::vector<target::result> outputs_;
  std::vector<std::string> notes_;
};

}  // namespace edgenn::import
