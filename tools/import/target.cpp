#include "target.hpp"

namespace edgenn::import {

target::target(int capacity)
    : nodes_(static_cast<std::size_t>(capacity)), builder_{nodes_.data(), capacity} {}

int target::input(shape extents, std::string name) {
  if (count() != input_count_) throw import_error{"input " + name + " comes after a layer"};
  if (input_count_ == max_node_inputs)
    throw import_error{"found more than " + std::to_string(max_node_inputs) + " inputs of the network"};
  static_cast<void>(builder_.append_input(extents));
  weights_.emplace_back();
  names_.push_back(std::move(name));
  return input_count_++;
}

void target::output(int node, std::string name) {
  if (node < 0 || node >= count())
    throw import_error{"output " + name + ": found node " + std::to_string(node) + ", expected one of "
                       + std::to_string(count())};
  if (node < input_count_) error::network_must_not_return_its_input_unchanged();
  if (outputs_.size() == static_cast<std::size_t>(max_network_outputs))
    throw import_error{"found more than " + std::to_string(max_network_outputs) + " outputs of the network"};
  outputs_.push_back({node, std::move(name)});
}

void target::check_inputs(const char* layer, std::span<const int> inputs) const {
  for (const int i : inputs)
    if (i < 0 || i >= count())
      throw import_error{std::string{layer} + ": found input node " + std::to_string(i) + ", expected one of "
                         + std::to_string(count())};
}

void target::wrong_number_of_inputs(const char* layer, std::size_t count) {
  throw import_error{"layer " + std::string{layer} + " does not take " + std::to_string(count) + " inputs"};
}

std::vector<float> target::joined(const weight_tensors& expected,
                                  std::vector<std::vector<float>>&& weights) const {
  const std::string layer = (*this)[count() - 1].layer.name();
  if (weights.size() != static_cast<std::size_t>(expected.count()))
    throw import_error{layer + ": found " + std::to_string(weights.size()) + " weight tensors, expected "
                       + std::to_string(expected.count())};
  for (int t = 0; t < expected.count(); ++t) {
    const std::size_t found = weights[static_cast<std::size_t>(t)].size();
    if (found != static_cast<std::size_t>(expected[t].size()))
      throw import_error{layer + ": " + expected[t].name + " has " + std::to_string(found)
                         + " elements, expected " + std::to_string(expected[t].size())};
  }
  if (weights.empty()) return {};
  std::vector<float> all = std::move(weights.front());
  for (auto t = weights.begin() + 1; t != weights.end(); ++t) all.insert(all.end(), t->begin(), t->end());
  return all;
}

int target::finish(std::vector<float>&& weights, std::string&& comment) {
  const edgenn::node& n = (*this)[count() - 1];
  if (weights.size() != static_cast<std::size_t>(n.weight_count))
    throw import_error{std::string{n.layer.name()} + ": found " + std::to_string(weights.size())
                       + " weights, expected " + std::to_string(n.weight_count)};
  weights_.push_back(std::move(weights));
  names_.push_back(std::move(comment));
  return count() - 1;
}

}  // namespace edgenn::import
