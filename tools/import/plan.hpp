#pragma once
// A target as the compiler will see it: the library's graph, and the memory that a model of it takes.
#include <memory>

#include "target.hpp"

namespace edgenn::import {

/// Room for every target. It lives on the heap: it is large.
using graph = basic_graph<target::max_nodes>;

std::unique_ptr<const graph> graph_of(const target& t);

/// Bytes of the arena of model<net, edgenn::reference>, and by node where its value lies in it.
struct arena {
  long long bytes = 0;
  std::vector<placement> values;  ///< by node of the target; for one that is fused into another, that one's
};
arena arena_of(const target& t);

}  // namespace edgenn::import
