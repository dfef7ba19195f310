#pragma once
// A network bound to a backend at compile time: the graph after the passes, the kernels' needs and the memory
// plan.
#include <cstddef>
#include <edgenn/fuse_pooling.hpp>
#include <edgenn/fuse_separable.hpp>
#include <edgenn/kernel.hpp>
#include <edgenn/memory_plan.hpp>
#include <edgenn/passes.hpp>
#include <span>

namespace edgenn::detail {

/// What a backend says of one op.
struct op_facts {
  bool supported;
  bool fits;  ///< `run` takes what a model hands it
  kernel_needs needs;
  bool packs;        ///< the kernel has an order of weights of its own
  int packed_bytes;  ///< of the weights in that order
  int shares;        ///< that an executor computes
  int share_bytes;   ///< from the scratch memory of one share to the next
  bool stands_in;    ///< for the layers of which the op is made
};

/// Layers with less work than this are not worth the threads' attention: they take a few microseconds.
inline constexpr long long least_work_to_divide = 250'000;

/// In multiply-accumulate operations; elements that are read and written count as some.
constexpr long long work_of(const auto& graph, const node& n) {
  long long work = n.macs + 2LL * n.weight_count + 16LL * n.out.size();
  for (int k = 0; k < n.input_count; ++k) work += 4LL * graph[n.input(k)].out.size();
  return work;
}

template <const auto& Graph, int I, class Backend>
constexpr op_facts facts_of() {
  using K = kernel<Backend, node_op<Graph, I>>;
  using call = kernel_call<Backend, node_op<Graph, I>>;
  constexpr int threads = threads_of<Backend>;
  op_facts facts{supports<Backend, node_op<Graph, I>>,
                 call::extra_arguments >= 0,
                 {scratch_bytes_of<K>, is_in_place<K>, is_strided<K>},
                 packs<K>,
                 0,
                 1,
                 0,
                 stands_in<K>};
  if constexpr (packs<K>) facts.packed_bytes = K::packed_bytes;
  if constexpr (!is_smallest<Backend>) facts.needs.input_gap = input_gap_of<K>;
  if constexpr (threads > 1 && call::divisible) {
    const long long bytes = round_up(facts.needs.scratch_bytes, Backend::alignment);
    if (work_of(Graph, Graph[I]) >= least_work_to_divide && bytes * threads <= max_int) {
      facts.shares = threads;
      facts.share_bytes = static_cast<int>(bytes);
      facts.needs.scratch_bytes = static_cast<int>(bytes * facts.shares);
      // Where elements move, one share could write over what another has yet to read.
      for (int k = 0; k < Graph[I].input_count; ++k)
        if (Graph[Graph[I].input(k)].out != Graph[I].out) facts.needs.in_place = false;
    }
  }
  return facts;
}

/// The facts of all nodes of `Graph`; those of its inputs mean nothing. An initialiser list, because clang
/// limits the depth of fold expressions.
template <const auto& Graph, class Backend>
inline constexpr auto facts_of_all = []<int... I>(std::integer_sequence<int, I...>) {
  return static_array<op_facts, Graph.node_count>{{facts_of<Graph, I, Backend>()...}};
}
(std::make_integer_sequence<int, Graph.node_count>{});

/// `Net` as `Backend` runs it: without what does nothing, activations fused where the backend has the kernel,
/// depthwise and pointwise convolutions, and convolutions and poolings, where it gains by that.
template <const auto& Net, class Backend>
struct prepared {
  static constexpr auto cleaned = remove_unused(remove_identities(numbered(resized<Net.node_count>(Net))));
  static constexpr auto fused = resized<cleaned.node_count>(fuse_activations(cleaned));

  /// By origin: whether the node with its activation fused is an op that the backend, or a fallback, has.
  static constexpr auto allowed = [] {
    static_array<bool, Net.node_count> ok{};
    for (int i = fused.input_count; i < fused.node_count; ++i)
      ok[fused[i].origin] = facts_of_all<fused, Backend>[i].supported;
    return ok;
  }();

  static constexpr auto fused_where_supported = fuse_activations(cleaned, allowed);
  static constexpr auto activated = resized<fused_where_supported.node_count>(fused_where_supported);
  static constexpr auto joined_layers = fuse_pooling(fuse_separable(activated));
  static constexpr auto joined = resized<joined_layers.node_count>(joined_layers);

  /// By origin: whether the backend has a kernel for the node that stands in for two. Fused layers can take
  /// more memory: rows of the values between them, or larger tiles.
  static constexpr auto faster = [] {
    static_array<bool, Net.node_count> ok{};
    if constexpr (joined.node_count < activated.node_count && !is_smallest<Backend>)
      for (int i = joined.input_count; i < joined.node_count; ++i)
        ok[joined[i].origin] = facts_of_all<joined, Backend>[i].stands_in;
    return ok;
  }();

  static constexpr auto joined_where_faster = fuse_pooling(fuse_separable(activated, faster), faster);
  static constexpr auto graph = resized<joined_where_faster.node_count>(joined_where_faster);
};

/// Whether elements and weights can start at every multiple of the backend's alignment.
template <class Backend>
inline constexpr bool is_alignment = Backend::alignment > 0
                                     && (Backend::alignment & (Backend::alignment - 1)) == 0
                                     && Backend::alignment >= int{alignof(typename Backend::element)}
                                     && Backend::alignment >= int{alignof(typename Backend::weight)};

template <class Backend, class Op>
struct require_kernel {
  static constexpr bool found = supports<Backend, Op>;
  static_assert(found || has_run<kernel<Backend, Op>>,
                "edgenn: neither this backend nor its fallbacks have a kernel for this op");
  static_assert(found || !has_run<kernel<Backend, Op>>,
                "edgenn: `run` of a kernel must be one public function, neither a template nor overloaded");
  static_assert(!found || kernel_call<Backend, Op>::extra_arguments >= 0,
                "edgenn: a kernel has static void run(inputs..., output[, weights[, scratch]][, share]) with "
                "tensor_view<const element> for each input, tensor_view<element>, const weight* (const "
                "std::byte* if the kernel packs) and std::byte*");
};

/// A network, a backend, and what follows from them.
template <const auto& Net, class Backend>
struct bound {
  static_assert(is_alignment<Backend>,
                "edgenn: a backend's alignment must be a power of two and at least that of its elements and "
                "weights");

  static constexpr const auto& graph = prepared<Net, Backend>::graph;
  static constexpr const auto& facts = facts_of_all<prepared<Net, Backend>::graph, Backend>;

  /// The first node that the backend cannot compute, else the last node: one error for a network, not one for
  /// each node.
  static constexpr int node_to_check = [] {
    for (int i = graph.input_count; i < graph.node_count; ++i)
      if (!facts[i].supported || !facts[i].fits) return i;
    return graph.node_count - 1;
  }();
  static_assert(sizeof(require_kernel<Backend, node_op<prepared<Net, Backend>::graph, node_to_check>>) > 0);

  static constexpr auto needs = [] {
    static_array<kernel_needs, graph.node_count> n{};
    for (int i = graph.input_count; i < graph.node_count; ++i) n[i] = facts[i].needs;
    return n;
  }();
  static constexpr int element_bytes = sizeof(typename Backend::element);
  static constexpr auto plan = plan_memory(graph, needs, element_bytes, Backend::alignment);
  static constexpr bool has_arena = plan.arena_bytes <= max_int;
  static_assert(has_arena, "edgenn: the arena of this network needs more than 2147483647 bytes");
  static_assert(!has_arena || is_sound(graph, needs, plan, element_bytes, Backend::alignment),
                "edgenn: the memory plan is not sound: a defect");

  template <int I>
  using kernel_of = kernel<Backend, node_op<prepared<Net, Backend>::graph, I>>;

  /// Whether any kernel has an order of weights of its own.
  static constexpr bool packs_weights = [] {
    bool any = false;
    for (int i = graph.input_count; i < graph.node_count; ++i) any = any || facts[i].packs;
    return any;
  }();

  /// Bytes from the start of the packed weights to those of each node; the last entry is the total.
  static constexpr auto packed_offsets = [] {
    static_array<long long, graph.node_count + 1> offsets{};
    long long total = 0;
    for (int i = graph.input_count; i < graph.node_count; ++i) {
      offsets[i] = total;
      const long long canonical = 1LL * graph[i].weight_count * int{sizeof(typename Backend::weight)};
      total += round_up(facts[i].packs ? facts[i].packed_bytes : canonical, Backend::alignment);
    }
    offsets[graph.node_count] = total;
    return offsets;
  }();
  static constexpr long long packed_bytes = packs_weights ? packed_offsets[graph.node_count] : 0;
  static_assert(packed_bytes <= max_int,
                "edgenn: the packed weights of this network need more than 2147483647 bytes");
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

/// Input `K` of a model, of `Elements` elements. The error shows both numbers.
template <int K, int Elements, class Element, class X>
struct input_of_model {
  static constexpr bool fits = std::convertible_to<const X&, std::span<const Element, Elements>>;
  static_assert(fits,
                "edgenn: input K must be an array or a span of as many elements, of the model's type, as "
                "Elements says");
  static const Element* start(const X& x) noexcept {
    if constexpr (fits)
      return std::span<const Element, Elements>{x}.data();
    else
      return nullptr;
  }
};

/// `p`, of which the compiler knows nothing until run time. Otherwise clang evaluates the constructor of a
/// static model in advance and stores its whole arena in .data, instead of .bss.
template <class T>
const T* known_at_run_time(const T* p) {
#if defined(__clang__)
  asm volatile("" : "+r"(p));
#endif
  return p;
}

}  // namespace edgenn::detail
