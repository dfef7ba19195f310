#include "fold.hpp"

#include "constant.hpp"

namespace edgenn::import {

const extents* folding::extents_of_input(int k) const {
  if (!has(k)) return nullptr;
  return is_constant(k) ? &tensor_at(k).dims : extents_of_(input(k));
}

bool folding::all_constant() const {
  for (int k = 0; k < input_count(); ++k)
    if (has(k) && !is_constant(k)) return false;
  return true;
}

const std::map<std::string_view, fold_rule>& fold_rules() {
  static const std::map<std::string_view, fold_rule> rules = [] {
    std::map<std::string_view, fold_rule> all;
    add_rearranging_rules(all);
    add_arithmetic_rules(all);
    return all;
  }();
  return rules;
}

bool folder::fold(const node& n, const folding::known_extents& extents_of) {
  const auto rule = fold_rules().find(n.op);
  if (rule == fold_rules().end()) return false;
  const folding f{*model_, n, extents_of};
  std::vector<tensor> results;
  try {
    results = rule->second(f);
  } catch (const import_error& e) {
    if (std::string_view{e.what()}.starts_with(model_->file + ": ")) throw;
    f.refuse(e.what());
  }
  if (results.empty()) return false;
  f.check_attributes();
  constexpr std::uint64_t most = std::uint64_t{1} << 30;
  for (std::size_t k = 0; k < results.size() && k < n.outputs.size(); ++k) {
    bytes_ += results[k].data.size();
    if (bytes_ > most) f.refuse("the model's constants take more than 1 GiB when computed");
    if (n.outputs[k] < 0) continue;
    tensor& to = model_->tensors[static_cast<std::size_t>(n.outputs[k])];
    results[k].name = to.name;
    to = std::move(results[k]);
  }
  return true;
}

}  // namespace edgenn::import
