#pragma once
// One set of packed weights for a network on images of several sizes.
#include <edgenn/binding.hpp>

namespace edgenn {

/// `Backend`, whose kernels choose their algorithms and pack their weights as those of the network `Net` do,
/// whatever the height and width of what they get. A fully convolutional network on images of several sizes
/// then needs one set of packed weights, that of one size, and its models compute by the same algorithms:
///
///     using b = edgenn::packed_as<edgenn::native, net<380, 254>>;
///     static edgenn::packed_weights<net<380, 254>, b> packed{weights};
///     static edgenn::model<net<380, 254>, b> large{packed};
///     static edgenn::model<net<128, 85>, b> small{packed};
///
/// A layer takes after the first one in `Net` with the same parameters and channels. A backend that reads
/// weights in canonical order needs none of this, and computes as it always does.
template <class Backend, const auto& Net>
struct packed_as : Backend {
  using fallback = Backend;                                              ///< computes
  using lean = packed_as<typename detail::lean_of<Backend>::type, Net>;  ///< for `smallest`
};

namespace detail {

template <class L>
constexpr bool holds(const any_layer& found, const L& l) {
  if (!found.is<L>()) return false;
  const any_layer wanted{l};
  for (int i = 0; i < wanted.word_count(); ++i)
    if (found.word(i) != wanted.word(i)) return false;
  return true;
}

/// The first node of `graph` with such a layer and such channels; -1 if there is none.
template <class L, int Inputs>
constexpr int node_like(const auto& graph, const L& l, shape out, const static_array<shape, Inputs>& in) {
  for (int i = graph.input_count; i < graph.node_count; ++i) {
    if (!holds(graph[i].layer, l) || graph[i].out.c != out.c || graph[i].input_count != Inputs) continue;
    bool same = true;
    for (int k = 0; k < Inputs; ++k) same = same && graph[graph[i].input(k)].out.c == in[k].c;
    if (same) return i;
  }
  return -1;
}

template <class Like, shape Out, shape... In>
concept takes_extents = requires {
  typename Like::template with_extents<Out, In...>;
};

/// A kernel that has an order of weights of its own and does not say how that depends on extents.
template <class Kernel>
struct kernel_of_one_size : Kernel {
  static constexpr bool packs_for_one_size = true, stands_in = false;
};

/// The kernel for `Op` that packs as the kernel `Like`, of the same layer with other extents, does.
template <class Backend, class Like, class Op>
struct kernel_like;

template <class Backend, class Like, auto L, shape Out, shape... In>
struct kernel_like<Backend, Like, op<L, Out, In...>> {
  static consteval auto choose() {
    using own = kernel<Backend, op<L, Out, In...>>;
    if constexpr (takes_extents<Like, Out, In...>)
      return std::type_identity<typename Like::template with_extents<Out, In...>>{};
    else if constexpr (std::same_as<own, Like> || !packs<own>)
      return std::type_identity<own>{};
    else
      return std::type_identity<kernel_of_one_size<own>>{};
  }
  using type = typename decltype(choose())::type;
};

/// The op of the node `I` of `Graph`, or nothing.
template <const auto& Graph, int I>
struct op_of_node {
  using type = node_op<Graph, I>;
};
template <const auto& Graph>
struct op_of_node<Graph, -1> {
  using type = void;
};

/// The op in `Net`, after the passes or on the way, whose kernel decides for such an op.
template <class Backend, const auto& Net, class Op>
struct op_like {
  using passed = prepared<Net, Backend>;
  template <const auto& Graph>
  static constexpr int in = node_like(Graph, Op::layer, Op::out, Op::in);
  static constexpr bool joined = in<passed::joined> >= 0, activated = in<passed::activated> >= 0;
  static constexpr bool fused = in<passed::fused> >= 0;
  using type = typename std::conditional_t<
      joined, op_of_node<passed::joined, in<passed::joined>>,
      std::conditional_t<activated, op_of_node<passed::activated, in<passed::activated>>,
                         std::conditional_t<fused, op_of_node<passed::fused, in<passed::fused>>,
                                            op_of_node<passed::cleaned, in<passed::cleaned>>>>>::type;
};

template <class Backend, const auto& Net, class Op, class Like = typename op_like<Backend, Net, Op>::type>
struct kernel_as {
  using type = typename kernel_like<Backend, kernel<Backend, Like>, Op>::type;
};
template <class Backend, const auto& Net, class Op>
struct kernel_as<Backend, Net, Op, void> {
  using own = kernel<Backend, Op>;
  using type = std::conditional_t<packs<own>, kernel_of_one_size<own>, own>;
};

template <class K>
inline constexpr bool packs_for_one_size = false;
template <class K>
requires requires { K::packs_for_one_size; }
inline constexpr bool packs_for_one_size<K> = K::packs_for_one_size;

/// Whether packed weights of `Other` are those of `Net`: the layers are the same, and their order of weights.
template <const auto& Net, const auto& Other, class Backend>
constexpr bool shares_weights() {
  using a = bound<Net, Backend>;
  using b = bound<Other, Backend>;
  if (a::graph.node_count != b::graph.node_count || a::packs_weights != b::packs_weights
      || Net.weight_count != Other.weight_count)
    return false;
  return [&]<int... I>(std::integer_sequence<int, I...>) {
    const auto same = [&]<int K>(std::integral_constant<int, K>) {
      constexpr int i = K + a::graph.input_count;
      const node &n = a::graph[i], &o = b::graph[i];
      bool equal = n.layer.id() == o.layer.id() && n.weight_offset == o.weight_offset
                   && n.weight_count == o.weight_count && n.out.c == o.out.c && n.input_count == o.input_count
                   && a::facts[i].packs == b::facts[i].packs && a::packed_offsets[i] == b::packed_offsets[i];
      for (int k = 0; equal && k < n.layer.word_count(); ++k) equal = n.layer.word(k) == o.layer.word(k);
      using first = typename a::template kernel_of<i>;
      using second = typename b::template kernel_of<i>;
      constexpr bool one_size = packs_for_one_size<first> || packs_for_one_size<second>;
      return equal && (!packs<first> || std::same_as<first, second> || !one_size);
    };
    return (same(std::integral_constant<int, I>{}) && ...);
  }
  (std::make_integer_sequence<int, a::graph.node_count - a::graph.input_count>{});
}

}  // namespace detail

template <class Backend, const auto& Net, auto L, shape Out, shape... In>
struct kernel<packed_as<Backend, Net>, op<L, Out, In...>>
    : detail::kernel_as<Backend, Net, op<L, Out, In...>>::type {};

}  // namespace edgenn
