#pragma once
// A network bound to a backend at compile time: the graph after the passes, the kernels' needs, the memory
// plan.
#include <cstddef>
#include <edgenn/kernel.hpp>
#include <edgenn/memory_plan.hpp>
#include <edgenn/passes.hpp>

namespace edgenn::detail {

/// `Net` as `Backend` runs it: without what does nothing, activations fused where the backend has the kernel.
template <const auto& Net, class Backend>
struct prepared {
  static constexpr auto cleaned = remove_unused(remove_identities(numbered(resized<Net.node_count>(Net))));
  static constexpr auto fused = resized<cleaned.node_count>(fuse_activations(cleaned));

  /// By origin: whether the node with its activation fused is an op that the backend, or a fallback, has.
  static constexpr auto allowed = [] {
    static_array<bool, Net.node_count> ok{};
    for (bool& a : ok) a = true;
    [&]<int... I>(std::integer_sequence<int, I...>) {
      ((ok[fused[fused.input_count + I].origin] = supports<Backend, node_op<fused, fused.input_count + I>>),
       ...);
    }
    (std::make_integer_sequence<int, fused.node_count - fused.input_count>{});
    return ok;
  }();

  static constexpr auto fused_where_supported = fuse_activations(cleaned, allowed);
  static constexpr auto graph = resized<fused_where_supported.node_count>(fused_where_supported);
};

template <const auto& Graph, int I, class Backend>
constexpr kernel_needs needs_of() {
  using K = kernel<Backend, node_op<Graph, I>>;
  return {scratch_bytes_of<K>(), is_in_place<K>(), is_strided<K>()};
}

template <const auto& Graph, class Backend>
constexpr auto gather_needs() {
  static_array<kernel_needs, Graph.node_count> needs{};
  [&]<int... I>(std::integer_sequence<int, I...>) {
    ((needs[Graph.input_count + I] = needs_of<Graph, Graph.input_count + I, Backend>()), ...);
  }
  (std::make_integer_sequence<int, Graph.node_count - Graph.input_count>{});
  return needs;
}

/// The first node `Backend` cannot compute, else the last node: one error for a network, not one for each
/// node.
template <const auto& Graph, class Backend>
consteval int node_to_check() {
  int node = Graph.node_count - 1;
  [&]<int... I>(std::integer_sequence<int, I...>) {
    ((supports<Backend, node_op<Graph, Graph.node_count - 1 - I>> ? 0 : node = Graph.node_count - 1 - I),
     ...);
  }
  (std::make_integer_sequence<int, Graph.node_count - Graph.input_count>{});
  return node;
}

template <class Backend, class Op>
struct require_kernel {
  static_assert(supports<Backend, Op>,
                "edgenn: neither this backend nor its fallbacks have a kernel for this op");
};

/// A network, a backend, and what follows from them.
template <const auto& Net, class Backend>
struct bound {
  static constexpr const auto& graph = prepared<Net, Backend>::graph;
  static_assert(
      sizeof(require_kernel<Backend, node_op<prepared<Net, Backend>::graph,
                                             node_to_check<prepared<Net, Backend>::graph, Backend>()>>)
      > 0);
  static constexpr auto needs = gather_needs<prepared<Net, Backend>::graph, Backend>();
  static constexpr int element_bytes = sizeof(typename Backend::element);
  static constexpr auto plan = plan_memory(graph, needs, element_bytes, Backend::alignment);
  static_assert(is_sound(graph, needs, plan, element_bytes),
                "edgenn: the memory plan is not sound: a defect");

  template <int I>
  using kernel_of = kernel<Backend, node_op<prepared<Net, Backend>::graph, I>>;

  /// Whether any kernel has an order of weights of its own.
  static constexpr bool packs_weights = []<int... I>(std::integer_sequence<int, I...>) {
    return (packs<kernel_of<graph.input_count + I>> || ...);
  }
  (std::make_integer_sequence<int, graph.node_count - graph.input_count>{});

  /// Bytes from the start of the packed weights to those of each node; the last entry is the total.
  static constexpr auto packed_offsets = [] {
    static_array<int, graph.node_count + 1> offsets{};
    int total = 0;
    [&]<int... I>(std::integer_sequence<int, I...>) {
      const auto add = [&]<int J>() {
        offsets[J] = total;
        if constexpr (packs<kernel_of<J>>)
          total += round_up(kernel_of<J>::packed_bytes, Backend::alignment);
        else
          total +=
              round_up(graph[J].weight_count * int{sizeof(typename Backend::weight)}, Backend::alignment);
      };
      (add.template operator()<graph.input_count + I>(), ...);
    }
    (std::make_integer_sequence<int, graph.node_count - graph.input_count>{});
    offsets[graph.node_count] = total;
    return offsets;
  }();
};

/// Calls one kernel. Not inlined, so that profilers and debuggers see layers, and equal ops share one copy.
template <class Backend, class Op, class... Args>
[[gnu::noinline]] void run_op(Args... args) noexcept {
  kernel<Backend, Op>::run(args...);
}

/// Aligned memory for a model's arena.
template <int Bytes, int Alignment>
struct host_buffer {
  alignas(Alignment) std::byte bytes[Bytes];
  std::byte* data() { return bytes; }
};

template <class Backend, int Bytes>
struct buffer_of {
  using type = host_buffer<Bytes, Backend::alignment>;
};
template <class Backend, int Bytes>
requires requires { typename Backend::template buffer<Bytes>; }
struct buffer_of<Backend, Bytes> {
  using type = typename Backend::template buffer<Bytes>;
};

struct no_observer {};

}  // namespace edgenn::detail
