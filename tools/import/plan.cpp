#include "plan.hpp"

#include <edgenn/memory_plan.hpp>
#include <edgenn/passes.hpp>

#include "layers/kind.hpp"

namespace edgenn::import {

std::unique_ptr<const graph> graph_of(const target& t) {
  auto g = std::make_unique<graph>();
  for (int i = 0; i < t.count(); ++i) (*g)[i] = t[i];
  g->node_count = t.count();
  g->input_count = t.input_count();
  g->weight_count = t.weight_count();
  for (const target::result& o : t.outputs()) g->outputs[g->output_count++] = o.node;
  return g;
}

arena arena_of(const target& t) {
  // The passes of a model. The reference backend has a kernel for every layer with any activation, and none
  // for two layers at once.
  const auto cleaned = std::make_unique<graph>(remove_unused(remove_identities(numbered(*graph_of(t)))));
  const auto g = std::make_unique<graph>(fuse_activations(*cleaned));
  const auto needs = std::make_unique<static_array<kernel_needs, target::max_nodes>>();
  for (int i = g->input_count; i < g->node_count; ++i) {
    const edgenn::node& n = (*g)[i];
    std::vector<shape> in;
    for (int k = 0; k < n.input_count; ++k) in.push_back((*g)[n.input(k)].out);
    (*needs)[i] = kind_of(n.layer).needs(n.layer, in, n.out);
  }
  const auto plan = std::make_unique<memory_plan<target::max_nodes>>(
      plan_memory(*g, *needs, int{sizeof(float)}, reference::alignment));
  arena a{plan->arena_bytes, std::vector<placement>(static_cast<std::size_t>(t.count()))};
  for (int i = 0; i < g->node_count; ++i) a.values[static_cast<std::size_t>((*g)[i].origin)] = (*plan)[i];
  return a;
}

}  // namespace edgenn::import
