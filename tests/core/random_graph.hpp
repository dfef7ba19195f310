#pragma once
// Random networks for the memory plan: any wiring, with needs of kernels to match.
#include <edgenn/layers/concat.hpp>
#include <edgenn/layers/rearrange.hpp>
#include <edgenn/memory_plan.hpp>
#include <random>
#include <vector>

/// A layer that stands for any computation: 1 to 8 inputs, any output.
struct compute {
  static constexpr const char* name = "test_compute";
};
template <>
struct edgenn::layer_named<"test_compute"> {
  using type = compute;
};

inline constexpr int random_capacity = 48;
using random_network = edgenn::basic_graph<random_capacity>;
using random_needs = edgenn::static_array<edgenn::kernel_needs, random_capacity>;

struct planned {
  random_network graph;
  random_needs needs{};
  int element_bytes = 4;
  int alignment = 16;
};

/// Makes a network of up to `random_capacity` nodes. Joins of every axis, nested and with shared operands,
/// reshapes, chains of in-place kernels, operands used twice, several inputs and outputs all occur.
class random_graph_maker {
 public:
  explicit random_graph_maker(unsigned seed) : random_{seed} {}

  planned make() {
    constexpr int element_sizes[] = {1, 2, 4}, alignments[] = {4, 16, 64};
    p_.element_bytes = element_sizes[below(3)];
    p_.alignment = alignments[below(3)];
    const int inputs = 1 + below(3);
    for (int k = 0; k < inputs; ++k) append(edgenn::any_layer{edgenn::input{}}, random_shape(), {});
    p_.graph.input_count = inputs;
    const int wanted = inputs + 2 + below(random_capacity - inputs - 13);
    while (p_.graph.node_count < wanted) append_something();
    choose_outputs();
    return p_;
  }

 private:
  using shape = edgenn::shape;

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool chance(int percent) { return below(100) < percent; }
  shape random_shape() { return {1 + below(3), 1 + below(3), 1 + below(5), chance(80) ? 1 : 2}; }
  const shape& shape_of(int i) { return p_.graph[i].out; }

  /// Recent values are read more often, so that lifetimes end.
  int any_value() {
    const int n = p_.graph.node_count;
    return chance(70) ? n - 1 - below(n < 4 ? n : 4) : below(n);
  }

  int append(const edgenn::any_layer& layer, shape out, const std::vector<int>& inputs) {
    const int i = p_.graph.node_count++;
    edgenn::node& n = p_.graph[i];
    n.layer = layer;
    n.out = out;
    n.origin = i;
    for (const int from : inputs) n.inputs[n.input_count++] = from;
    if (!inputs.empty()) {
      edgenn::kernel_needs& needs = p_.needs[i];
      needs.scratch_bytes = chance(30) ? 1 + below(100) : 0;
      needs.in_place = chance(40);
      needs.strided = chance(85);
      needs.input_gap = chance(20) ? 1 + below(20) : 0;
    }
    return i;
  }
  int append_compute(shape out, const std::vector<int>& inputs) {
    return append(edgenn::any_layer{compute{}}, out, inputs);
  }

  void append_something() {
    const int kind = below(10);
    if (kind < 3) {
      std::vector<int> inputs{any_value()};
      while (chance(30) && inputs.size() < 4) inputs.push_back(any_value());
      append_compute(random_shape(), inputs);
    } else if (kind < 6) {  // as large as its input: what works in place
      const int from = any_value();
      std::vector<int> inputs{from};
      if (chance(40)) inputs.push_back(chance(30) ? from : any_value());
      append_compute(shape_of(from), inputs);
    } else if (kind < 8) {
      const int from = any_value();
      const shape s = shape_of(from);
      if (chance(50))
        append(edgenn::any_layer{edgenn::flatten{}}, {1, 1, s.size()}, {from});
      else
        append(edgenn::any_layer{edgenn::reshape{s.w, s.h, s.d, s.c}}, {s.w, s.h, s.d, s.c}, {from});
    } else {
      append_concat();
    }
  }

  void append_concat() {
    using edgenn::axis;
    const edgenn::concat_layer layer{static_cast<axis>(below(4))};
    const int first = any_value();
    shape sum = shape_of(first);
    std::vector<int> operands{first};
    const int count = 2 + below(3);
    while (static_cast<int>(operands.size()) < count) {
      int operand = any_value();
      shape s = shape_of(operand), like_first = s;
      layer.extent_of(like_first) = layer.extent_of(sum);
      if (like_first != sum || chance(30)) {
        s = shape_of(first);
        layer.extent_of(s) = 1 + below(3);
        operand = append_compute(s, {any_value()});
      }
      operands.push_back(operand);
      layer.extent_of(sum) += layer.extent_of(s);
    }
    const int joined = append(edgenn::any_layer{layer}, sum, operands);
    if (chance(40))  // the result and one of its operands, read together
      append_compute(chance(50) ? sum : random_shape(), {joined, operands[random_() % operands.size()]});
  }

  void choose_outputs() {
    random_network& g = p_.graph;
    g.outputs[g.output_count++] = g.node_count - 1;
    while (chance(40) && g.output_count < 5)
      g.outputs[g.output_count++] = g.input_count + below(g.node_count - g.input_count);
  }

  std::mt19937 random_;
  planned p_;
};
