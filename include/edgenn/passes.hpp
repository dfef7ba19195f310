#pragma once
// Passes: constexpr functions from graph to graph that leave the results as they are.
//
// `remove_unused`, `remove_identities` and `fuse_activations` keep every weight where it is, so a model
// applies them by itself. `fold_batch_norm` changes weights: apply it to the network and to its weights.
#include <edgenn/graph.hpp>
#include <edgenn/layers/activate.hpp>
#include <edgenn/layers/rearrange.hpp>

namespace edgenn {

namespace detail {

/// The nodes of `g` for which `keep` is set, in order. `same_as[i]` names the node whose value stands for
/// that of node i: i itself for a node that is kept.
template <int To, int From>
constexpr basic_graph<To> compact(const basic_graph<From>& g, const static_array<bool, From>& keep,
                                  const static_array<int, From>& same_as) {
  basic_graph<To> out;
  static_array<int, From> renumbered{};
  const auto resolve = [&](int i) {
    while (same_as[i] != i) i = same_as[i];
    return renumbered[i];
  };
  for (int i = 0; i < g.node_count; ++i) {
    if (!keep[i]) continue;
    renumbered[i] = out.node_count;
    node& n = out[out.node_count++];
    n = g[i];
    for (int k = 0; k < n.input_count; ++k) n.inputs[k] = resolve(g[i].input(k));
  }
  out.input_count = g.input_count;
  out.weight_count = g.weight_count;
  out.output_count = g.output_count;
  for (int k = 0; k < g.output_count; ++k) out.outputs[k] = resolve(g.output(k));
  return out;
}

template <int N>
constexpr bool is_output(const basic_graph<N>& g, int i) {
  for (int k = 0; k < g.output_count; ++k)
    if (g.output(k) == i) return true;
  return false;
}

template <int N>
constexpr int reader_count(const basic_graph<N>& g, int i) {
  int count = 0;
  for (int j = i + 1; j < g.node_count; ++j)
    for (int k = 0; k < g[j].input_count; ++k) count += g[j].input(k) == i;
  return count;
}

template <int N>
struct selection {
  static_array<bool, N> keep{};
  static_array<int, N> same_as{};

  constexpr selection() {
    for (int i = 0; i < N; ++i) {
      keep[i] = true;
      same_as[i] = i;
    }
  }
  constexpr void replace(int i, int by) {
    keep[i] = false;
    same_as[i] = by;
  }
};

}  // namespace detail

/// `g` with room for `To` nodes.
template <int To, int From>
constexpr basic_graph<To> resized(const basic_graph<From>& g) {
  const detail::selection<From> all;
  return detail::compact<To>(g, all.keep, all.same_as);
}

/// `g` as its author's own network: every node is its own origin.
template <int N>
constexpr basic_graph<N> numbered(basic_graph<N> g) {
  for (int i = 0; i < g.node_count; ++i) g[i].origin = i;
  return g;
}

/// Without the nodes that no output depends on. Inputs of the network stay.
template <int N>
constexpr basic_graph<N> remove_unused(const basic_graph<N>& g) {
  detail::selection<N> kept;
  for (int i = g.node_count - 1; i >= g.input_count; --i) {
    bool used = detail::is_output(g, i);
    for (int j = i + 1; j < g.node_count && !used; ++j)
      for (int k = 0; k < g[j].input_count; ++k) used = used || (g[j].input(k) == i && kept.keep[j]);
    kept.keep[i] = used;
  }
  return detail::compact<N>(g, kept.keep, kept.same_as);
}

/// Without dropout, identity and activations that do nothing. One that would make an input of the network its
/// output stays.
template <int N>
constexpr basic_graph<N> remove_identities(const basic_graph<N>& g) {
  detail::selection<N> kept;
  for (int i = g.input_count; i < g.node_count; ++i) {
    const any_layer& l = g[i].layer;
    const bool nothing = l.is<dropout>() || l.is<identity>()
                         || (l.is<activate>() && l.as<activate>().act == activations::none);
    if (!nothing) continue;
    int from = g[i].input(0);  // what remains of a chain of such nodes
    while (!kept.keep[from]) from = kept.same_as[from];
    if (!(detail::is_output(g, i) && from < g.input_count)) kept.replace(i, from);
  }
  return detail::compact<N>(g, kept.keep, kept.same_as);
}

/// Activations become a parameter of the layer before, where that has one, unused so far, and its value no
/// other reader. `allowed[k]` says whether the node of `origin` k may take one.
template <int N, int Origins>
constexpr basic_graph<N> fuse_activations(basic_graph<N> g, const static_array<bool, Origins>& allowed) {
  detail::selection<N> kept;
  for (int i = g.input_count; i < g.node_count; ++i) {
    if (!g[i].layer.template is<activate>()) continue;
    const int p = g[i].input(0);
    if (p < g.input_count || !kept.keep[p] || !g[p].layer.has_activation()
        || g[p].layer.template is<activate>() || g[p].layer.act() != activations::none
        || !allowed[g[p].origin] || detail::is_output(g, p) || detail::reader_count(g, p) != 1)
      continue;
    g[p].layer.set_act(g[i].layer.template as<activate>().act);
    kept.replace(i, p);
  }
  return detail::compact<N>(g, kept.keep, kept.same_as);
}

/// The same, allowed everywhere.
template <int N>
constexpr basic_graph<N> fuse_activations(const basic_graph<N>& g) {
  static_array<bool, N> allowed{};
  for (bool& a : allowed) a = true;
  return fuse_activations<N, N>(g, allowed);
}

}  // namespace edgenn
