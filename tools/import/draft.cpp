#include "draft.hpp"

#include "layers/kind.hpp"

namespace edgenn::import {

draft::draft(target&& t) : input_count_{t.input_count()}, outputs_{t.outputs()}, notes_{t.notes()} {
  for (int i = 0; i < t.count(); ++i) {
    const edgenn::node& n = t[i];
    items_.push_back({n.layer,
                      {n.inputs.begin(), n.inputs.begin() + n.input_count},
                      n.out,
                      t.take_weights(i),
                      t.name_of(i)});
    same_as_.push_back(i);
    removed_.push_back(false);
  }
}

void draft::remove_unused() {
  std::vector<bool> used(items_.size());
  for (const target::result& o : outputs_) used[at(resolve(o.node))] = true;
  for (int i = count() - 1; i >= first(); --i) {
    if (!exists(i)) continue;
    if (!used[at(i)]) {
      removed_[at(i)] = true;
      note("left out, because no output needs it: " + (*this)[i].name);
      continue;
    }
    for (int k = 0; k < static_cast<int>(items_[at(i)].inputs.size()); ++k) used[at(input(i, k))] = true;
  }
}

target draft::done() {
  remove_unused();
  target t;
  std::vector<int> renumbered(items_.size(), -1);
  for (int i = 0; i < count(); ++i) {
    item& n = (*this)[i];
    if (is_input(i)) {
      renumbered[at(i)] = t.input(n.out, std::move(n.name));
    } else if (exists(i)) {
      std::vector<int> from;
      for (int k = 0; k < static_cast<int>(n.inputs.size()); ++k) from.push_back(renumbered[at(input(i, k))]);
      renumbered[at(i)] = kind_of(n.layer).append(t, n.layer, from, std::move(n.weights), std::move(n.name));
    }
  }
  for (target::result& o : outputs_) t.output(renumbered[at(resolve(o.node))], std::move(o.name));
  for (std::string& line : notes_) t.note(std::move(line));
  return t;
}

}  // namespace edgenn::import
