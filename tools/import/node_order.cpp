#include "node_order.hpp"

#include <queue>

#include "operation.hpp"

namespace edgenn::import {

namespace {

std::vector<bool> needed_nodes(const model& m, const std::vector<int>& producer) {
  std::vector<bool> needed(m.nodes.size(), false);
  std::vector<int> todo = m.outputs;
  while (!todo.empty()) {
    const int t = todo.back();
    todo.pop_back();
    const int p = t < 0 ? -1 : producer[static_cast<std::size_t>(t)];
    if (p < 0 || needed[static_cast<std::size_t>(p)]) continue;
    needed[static_cast<std::size_t>(p)] = true;
    const std::vector<int>& inputs = m.nodes[static_cast<std::size_t>(p)].inputs;
    todo.insert(todo.end(), inputs.begin(), inputs.end());
  }
  return needed;
}

}  // namespace

void sort_nodes(model& m) {
  const std::size_t count = m.nodes.size();
  std::vector<int> producer(m.tensors.size(), -1);
  for (std::size_t i = 0; i < count; ++i)
    for (const int t : m.nodes[i].outputs)
      if (t >= 0) producer[static_cast<std::size_t>(t)] = static_cast<int>(i);

  const std::vector<bool> needed = needed_nodes(m, producer);
  std::vector<std::vector<int>> readers(count);
  std::vector<int> waiting_for(count, 0);
  for (std::size_t i = 0; i < count; ++i)
    for (const int t : m.nodes[i].inputs) {
      const int p = t < 0 ? -1 : producer[static_cast<std::size_t>(t)];
      if (p < 0 || !needed[i]) continue;
      readers[static_cast<std::size_t>(p)].push_back(static_cast<int>(i));
      ++waiting_for[i];
    }

  std::priority_queue<int, std::vector<int>, std::greater<>> ready;  // the file's order where it is one
  for (std::size_t i = 0; i < count; ++i)
    if (needed[i] && waiting_for[i] == 0) ready.push(static_cast<int>(i));
  std::vector<node> sorted;
  while (!ready.empty()) {
    const auto i = static_cast<std::size_t>(ready.top());
    ready.pop();
    for (const int r : readers[i])
      if (--waiting_for[static_cast<std::size_t>(r)] == 0) ready.push(r);
    sorted.push_back(std::move(m.nodes[i]));
  }
  for (std::size_t i = 0; i < count; ++i)
    if (needed[i] && waiting_for[i] > 0)
      throw import_error{describe(m.file, m.nodes[i]) + ": it depends on its own result"};
  m.nodes = std::move(sorted);
}

}  // namespace edgenn::import
