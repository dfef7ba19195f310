#pragma once
// The network that an import makes: edgenn's own graph, built at run time, with the weights of each node.
#include <cstddef>
#include <edgenn.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "source.hpp"

namespace edgenn::import {

/// Builds a graph with the library's own `builder`: shapes, weights' extents, fingerprint and memory plan are
/// what the compiler will find. A mistake that would end constant evaluation throws `import_error` here, with
/// the name of the function in edgenn/error.hpp and its values (error.cpp defines those functions). The
/// messages know neither file nor node of the source: whoever appends adds them. After a throw the target is
/// of no further use.
///
/// Layers may be appended as plainly as the source has them: `simplify` folds batch normalisation, padding
/// and activations into the layers beside them afterwards, and removes what does nothing or is not used.
class target {
 public:
  /// The most nodes, inputs included: what compilers build a network of within reasonable time.
  static constexpr int max_nodes = 2048;

  /// With room for `capacity` nodes.
  explicit target(int capacity = max_nodes);
  target(target&&) = default;
  target& operator=(target&&) = default;

  /// Adds an input, which the source calls `name`, and returns its number. All inputs come before the first
  /// layer.
  int input(shape extents, std::string name);
  /// Appends `l` and returns the number of the new node. `weights` has its tensors in the order of
  /// `l.weights(...)`, each in canonical order. `comment` is the source's name of the result. Throws if the
  /// number of inputs, their shapes or the extents of the weights do not fit.
  template <layer L>
  int append(const L& l, std::span<const int> inputs, std::vector<std::vector<float>> weights,
             std::string comment);
  /// The same with one input and no weights.
  template <layer L>
  int append(const L& l, int input, std::string comment) {
    return append(l, std::span<const int>{&input, 1}, {}, std::move(comment));
  }
  /// The same with all weights in one, tensor after tensor.
  template <layer L>
  int append_joined(const L& l, std::span<const int> inputs, std::vector<float> weights, std::string comment);
  /// Adds an output, which the source calls `name`. It must not be an input of the network.
  void output(int node, std::string name);

  /// Nodes so far, inputs included. Inputs have the numbers below `input_count()`.
  int count() const { return builder_.count(); }
  int input_count() const { return input_count_; }
  shape shape_of(int node) const { return (*this)[node].out; }
  const edgenn::node& operator[](int node) const { return nodes_[static_cast<std::size_t>(node)]; }
  /// All weights of a node, one tensor after another.
  std::span<const float> weights_of(int node) const { return weights_[static_cast<std::size_t>(node)]; }
  std::span<float> weights_of(int node) { return weights_[static_cast<std::size_t>(node)]; }
  /// The same, moved out of here.
  std::vector<float> take_weights(int node) { return std::move(weights_[static_cast<std::size_t>(node)]); }
  /// What the source calls the node's value.
  const std::string& name_of(int node) const { return names_[static_cast<std::size_t>(node)]; }

  /// An output: a node and the source's name.
  struct result {
    int node;
    std::string name;
  };
  const std::vector<result>& outputs() const { return outputs_; }

  /// Elements of all weights.
  int weight_count() const { return builder_.weight_count(); }

  /// Adds a line to the report: what was folded, fused or left out, and from which nodes of the source.
  void note(std::string line) { notes_.push_back(std::move(line)); }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  template <layer L, std::size_t... K>
  bool append_if(const L& l, std::span<const int> inputs, std::index_sequence<K...>);
  void check_inputs(const char* layer, std::span<const int> inputs) const;
  [[noreturn]] static void wrong_number_of_inputs(const char* layer, std::size_t count);
  template <layer L>
  weight_tensors append_layer(const L& l, std::span<const int> inputs);
  std::vector<float> joined(const weight_tensors& expected, std::vector<std::vector<float>>&& weights) const;
  int finish(std::vector<float>&& weights, std::string&& comment);

  std::vector<edgenn::node> nodes_;
  builder builder_;
  std::vector<std::vector<float>> weights_;  // by node
  std::vector<std::string> names_;           // by node
  std::vector<result> outputs_;
  std::vector<std::string> notes_;
  int input_count_ = 0;
};

namespace detail {

template <std::size_t>
using any_shape = shape;

/// Whether `L` has a shape rule for as many inputs as there are `K`.
template <class L, std::size_t... K>
concept has_rule_for = requires(const L& l, any_shape<K>... in) {
  l.output(in...);
};

/// The same, except that a layer of any number of inputs, as concat is, takes two at least.
template <class L, std::size_t... K>
concept takes_inputs = has_rule_for<L, K...> &&(sizeof...(K) != 1 || !has_rule_for<L, 0, 1>);

template <class L, std::size_t... K>
weight_tensors weights_for(const L& l, any_shape<K>... in) {
  if constexpr (requires { l.weights(in...); })
    return l.weights(in...);
  else
    return {};
}

}  // namespace detail

template <layer L, std::size_t... K>
bool target::append_if(const L& l, std::span<const int> inputs, std::index_sequence<K...>) {
  if constexpr (detail::takes_inputs<L, K...>) {
    if (inputs.size() != sizeof...(K)) return false;
    static_cast<void>(builder_.append(l, value{&builder_, inputs[K]}...));
    return true;
  } else {
    return false;
  }
}

template <layer L>
weight_tensors target::append_layer(const L& l, std::span<const int> inputs) {
  check_inputs(L::name, inputs);
  const bool fits = append_if(l, inputs, std::make_index_sequence<1>{})
                    || append_if(l, inputs, std::make_index_sequence<2>{})
                    || append_if(l, inputs, std::make_index_sequence<3>{})
                    || append_if(l, inputs, std::make_index_sequence<4>{})
                    || append_if(l, inputs, std::make_index_sequence<5>{})
                    || append_if(l, inputs, std::make_index_sequence<6>{})
                    || append_if(l, inputs, std::make_index_sequence<7>{})
                    || append_if(l, inputs, std::make_index_sequence<8>{});
  if (!fits) wrong_number_of_inputs(L::name, inputs.size());
  if constexpr (detail::takes_inputs<L, 0>)
    return detail::weights_for<L, 0>(l, shape_of(inputs[0]));
  else
    return {};
}

template <layer L>
int target::append(const L& l, std::span<const int> inputs, std::vector<std::vector<float>> weights,
                   std::string comment) {
  const weight_tensors expected = append_layer(l, inputs);
  return finish(joined(expected, std::move(weights)), std::move(comment));
}

template <layer L>
int target::append_joined(const L& l, std::span<const int> inputs, std::vector<float> weights,
                          std::string comment) {
  static_cast<void>(append_layer(l, inputs));
  return finish(std::move(weights), std::move(comment));
}

}  // namespace edgenn::import
