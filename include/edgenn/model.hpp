#pragma once
// A network bound to a backend: the arena its activations live in, and the weights it borrows.
#include <cstddef>
#include <edgenn/binding.hpp>
#include <edgenn/packed_as.hpp>
#include <span>

namespace edgenn {

/// The arena is a member of the model: a static model has all its memory in .bss, known to the linker.
struct owned_arena {};
/// The arena is memory that the caller hands in, so that several models can share it in turn.
struct borrowed_arena {};

template <const auto& Net, class Backend>
class packed_weights;

/// The network `Net`, a `basic_graph`, run by `Backend`. It allocates nothing: activations live in the arena
/// (inside the model, or handed in), inputs are read where the caller has them, weights are borrowed for its
/// lifetime. Calls of `run` on one model must not overlap in time; several models may share weights freely.
/// `smallest` and `with_threads` (policy.hpp) wrap a backend to say how it uses memory and threads.
template <const auto& Net, class Backend, class Arena = owned_arena>
class model {
  using bound = detail::bound<Net, Backend>;

 public:
  /// Of inputs and outputs.
  using element = typename Backend::element;
  /// Of weights.
  using weight = typename Backend::weight;

  /// The graph as it runs: `Net` after the passes.
  static constexpr const auto& graph = bound::graph;
  /// Where each value of `graph` lies in the arena.
  static constexpr const auto& plan = bound::plan;
  /// Bytes of the arena.
  static constexpr int arena_bytes = bound::has_arena ? static_cast<int>(plan.arena_bytes) : 1;
  /// Weights in canonical order, as elements and as bytes.
  /// @{
  static constexpr int weight_count = Net.weight_count;
  static constexpr long long weight_bytes = static_cast<long long>(sizeof(weight)) * weight_count;
  /// @}
  /// Bytes of weights in the order of the backend's kernels; 0 if that is the canonical order.
  static constexpr int packed_bytes = static_cast<int>(bound::packed_bytes);
  /// Multiply-accumulate operations of one inference.
  static constexpr long long macs = graph.macs();
  /// Number of inputs and of outputs.
  /// @{
  static constexpr int input_count = Net.input_count;
  static constexpr int output_count = Net.output_count;
  /// @}
  /// Shape of the input and of the output numbered `K`.
  /// @{
  template <int K = 0>
  static constexpr shape in = graph[K].out;
  template <int K = 0>
  static constexpr shape out = graph[graph.output(K)].out;
  /// @}

  /// Weights in canonical order; the model keeps a pointer to them.
  explicit model(std::span<const weight, weight_count> canonical) noexcept
      requires(std::same_as<Arena, owned_arena> && !bound::packs_weights)
      : weights_{detail::known_at_run_time(canonical.data())} {}

  /// The same with an arena, aligned to Backend::alignment bytes, that the caller keeps alive.
  model(std::span<const weight, weight_count> canonical, std::span<std::byte, arena_bytes> memory) noexcept
      requires(std::same_as<Arena, borrowed_arena> && !bound::packs_weights)
      : weights_{canonical.data()}, arena_{memory.data()} {}

  /// Weights that `pack` made.
  explicit model(std::span<const std::byte, packed_bytes> packed) noexcept
      requires(std::same_as<Arena, owned_arena>&& bound::packs_weights)
      : weights_{detail::known_at_run_time(packed.data())} {}
  /// The same with an arena, aligned to Backend::alignment bytes, that the caller keeps alive.
  model(std::span<const std::byte, packed_bytes> packed, std::span<std::byte, arena_bytes> memory) noexcept
      requires(std::same_as<Arena, borrowed_arena>&& bound::packs_weights)
      : weights_{packed.data()}, arena_{memory.data()} {}

  /// Weights that pack themselves if the backend wants that: packed_weights.hpp.
  explicit model(
      const packed_weights<Net, Backend>& packed) noexcept requires std::same_as<Arena, owned_arena>
      : weights_{detail::known_at_run_time(packed.data())} {}
  /// The same with an arena, aligned to Backend::alignment bytes, that the caller keeps alive.
  model(const packed_weights<Net, Backend>& packed,
        std::span<std::byte, arena_bytes> memory) noexcept requires std::same_as<Arena, borrowed_arena>
      : weights_{packed.data()}, arena_{memory.data()} {}

  /// Weights that were packed for the same network on images of another size: packed_as.hpp.
  template <const auto& Other>
  explicit model(
      const packed_weights<Other, Backend>& packed) noexcept requires std::same_as<Arena, owned_arena>
      : weights_{shared_weights(packed)} {}
  /// The same with an arena, aligned to Backend::alignment bytes, that the caller keeps alive.
  template <const auto& Other>
  model(const packed_weights<Other, Backend>& packed,
        std::span<std::byte, arena_bytes> memory) noexcept requires std::same_as<Arena, borrowed_arena>
      : weights_{shared_weights(packed)}, arena_{memory.data()} {}

  /// Brings weights from canonical order into that of the kernels. `packed` must be aligned to
  /// Backend::alignment bytes.
  static void pack(std::span<const weight, weight_count> canonical,
                   std::span<std::byte, packed_bytes> packed) noexcept requires(bound::packs_weights) {
    pack_nodes<input_count, graph.node_count - input_count>(canonical.data(), packed.data());
  }

  /// One inference. Elements are in DHWC order. The result lies in the arena until the next call; do not hand
  /// it to the same model as its next input without a copy.
  std::span<const element, out<>.size()> run(std::span<const element, in<>.size()> x) noexcept
      requires(input_count == 1 && output_count == 1) {
    detail::no_observer nobody;
    return run_observed(nobody, x);
  }
  /// The same by the threads of `threads`, an `executor`. Backend is a `with_threads` that says how many
  /// there are at most.
  template <executor Executor>
  std::span<const element, out<>.size()> run(Executor& threads,
                                             std::span<const element, in<>.size()> x) noexcept
      requires(input_count == 1 && output_count == 1) {
    detail::no_observer nobody;
    return run_observed(nobody, threads, x);
  }

  /// One inference of a network with several inputs or outputs: takes one span for each input. The results
  /// are read with `output`.
  template <class... X>
  requires(sizeof...(X) == input_count
           && (input_count > 1 || output_count > 1)) void run(const X&... x) noexcept {
    detail::no_observer nobody;
    run_observed(nobody, x...);
  }
  /// The same by the threads of an executor.
  template <executor Executor, class... X>
  requires(sizeof...(X) == input_count
           && (input_count > 1 || output_count > 1)) void run(Executor& threads, const X&... x) noexcept {
    detail::no_observer nobody;
    run_observed(nobody, threads, x...);
  }

  /// One inference that calls `observer.begin(i)` and `observer.end(i)` around each node `i` of `graph` that
  /// has a kernel to run: see profile.hpp.
  template <class Observer, class... X>
  requires(sizeof...(X) == input_count) auto run_observed(Observer& observer, const X&... x) noexcept {
    detail::no_executor alone;
    return run_all(observer, alone, x...);
  }
  /// The same by the threads of an executor.
  template <class Observer, executor Executor, class... X>
  requires(sizeof...(X) == input_count) auto run_observed(Observer& observer, Executor& threads,
                                                          const X&... x) noexcept {
    static_assert(
        requires { Backend::threads; },
        "edgenn: a model that an executor runs has a backend with_threads<Backend, Threads>");
    return run_all(observer, threads, x...);
  }

  /// Result number `K` of the last `run`.
  template <int K = 0>
  std::span<const element, out<K>.size()> output() const noexcept {
    constexpr int offset = plan[graph.output(K)].offset;
    const auto* from = reinterpret_cast<const element*>(arena() + offset);
    return std::span<const element, out<K>.size()>{from, static_cast<std::size_t>(out<K>.size())};
  }

 private:
  static constexpr bool owns = std::same_as<Arena, owned_arena>;

  template <const auto& Other>
  static auto shared_weights(const packed_weights<Other, Backend>& packed) noexcept {
    constexpr bool shares = detail::shares_weights<Net, Other, Backend>();
    static_assert(shares,
                  "edgenn: weights packed for one network serve another only if both have the same layers "
                  "and the backend is packed_as<Backend, Net>");
    return detail::known_at_run_time(packed.data());
  }

  /// Takes spans and arrays of the input's own size, known at compile time, and nothing else.
  template <int K, class X>
  static const element* start_of(const X& x) noexcept {
    return detail::input_of_model<K, in<K>.size(), element, X>::start(x);
  }

  template <class Observer, class Executor, class... X>
  auto run_all(Observer& observer, Executor& threads, const X&... x) noexcept {
    const element* inputs[input_count];
    [&]<int... K>(std::integer_sequence<int, K...>) { ((inputs[K] = start_of<K>(x)), ...); }
    (std::make_integer_sequence<int, input_count>{});
    run_nodes<input_count, graph.node_count - input_count>(observer, threads, inputs);
    if constexpr (output_count == 1) return output<0>();
  }

  /// The nodes [First, First + Count), in order, by halves: names of symbols stay short.
  template <int First, int Count, class Observer, class Executor>
  void run_nodes(Observer& observer, Executor& threads, const element* const* inputs) noexcept {
    if constexpr (Count == 1) {
      run_node<First>(observer, threads, inputs);
    } else {
      run_nodes<First, Count / 2>(observer, threads, inputs);
      run_nodes<First + Count / 2, Count - Count / 2>(observer, threads, inputs);
    }
  }

  template <int First, int Count>
  static void pack_nodes(const weight* canonical, std::byte* packed) noexcept {
    if constexpr (Count == 1) {
      pack_node<First>(canonical, packed);
    } else {
      pack_nodes<First, Count / 2>(canonical, packed);
      pack_nodes<First + Count / 2, Count - Count / 2>(canonical, packed);
    }
  }

  template <int I>
  static void pack_node(const weight* canonical, std::byte* packed) {
    using K = typename bound::template kernel_of<I>;
    constexpr long long offset = bound::packed_offsets[I];
    constexpr int first = graph[I].weight_offset, count = graph[I].weight_count;
    std::byte* to = packed + offset;
    const weight* from = canonical + first;
    if constexpr (detail::packs<K>) {
      K::pack(from, to);
    } else {
      auto* copy = reinterpret_cast<weight*>(to);
      for (int k = 0; k < count; ++k) copy[k] = from[k];
    }
  }

  std::byte* arena() noexcept {
    if constexpr (owns)
      return arena_.data();
    else
      return arena_;
  }
  const std::byte* arena() const noexcept { return const_cast<model*>(this)->arena(); }

  /// The view of node `I`'s value.
  template <int I>
  tensor_view<const element> read(const element* const* inputs) noexcept {
    constexpr placement v = plan[I];
    const element* base;
    if constexpr (v.outside >= 0)
      base = inputs[v.outside];
    else
      base = reinterpret_cast<const element*>(arena() + v.offset);
    return {base, v.pixel_stride, v.row_stride, v.slice_stride};
  }

  template <int I>
  auto weights_of() const noexcept {
    constexpr int first = graph[I].weight_offset;
    constexpr long long offset = bound::packed_offsets[I];
    if constexpr (!bound::packs_weights)
      return weights_ + first;
    else if constexpr (detail::packs<typename bound::template kernel_of<I>>)
      return weights_ + offset;
    else
      return reinterpret_cast<const weight*>(weights_ + offset);
  }

  template <int I, class Observer, class Executor>
  void run_node(Observer& observer, Executor& threads, const element* const* inputs) noexcept {
    if constexpr (!plan[I].view && !all_joined<I>()) {
      if constexpr (requires { observer.begin(I); }) observer.begin(I);
      call<I>(threads, inputs, std::make_integer_sequence<int, graph[I].input_count>{});
      if constexpr (requires { observer.end(I); }) observer.end(I);
    }
  }

  /// A concat whose operands have all been written in place has nothing left to do.
  template <int I>
  static consteval bool all_joined() {
    if (!graph[I].layer.template is<concat_layer>()) return false;
    for (int k = 0; k < graph[I].input_count; ++k)
      if (plan[graph[I].input(k)].joined != I) return false;
    return true;
  }

  template <int I, class Executor, int... K>
  void call(Executor& threads, const element* const* inputs,
            std::integer_sequence<int, K...> operands) noexcept {
    constexpr int shares = bound::facts[I].shares, share_bytes = bound::facts[I].share_bytes;
    constexpr int scratch_offset = plan.scratch_offsets[I];
    std::byte* scratch = arena() + scratch_offset;
    if constexpr (shares > 1 && !std::same_as<Executor, detail::no_executor>) {
      auto compute = [&](int i) noexcept {
        call_kernel<I>(inputs, operands, scratch + i * share_bytes, share{i, shares});
      };
      threads.run(
          shares, [](void* f, int i) noexcept { (*static_cast<decltype(compute)*>(f))(i); }, &compute);
    } else {
      call_kernel<I>(inputs, operands, scratch);
    }
  }

  /// `part` is a share, or nothing.
  template <int I, int... K, class... Share>
  void call_kernel(const element* const* inputs, std::integer_sequence<int, K...>,
                   [[maybe_unused]] std::byte* scratch, Share... part) noexcept {
    using op = node_op<detail::prepared<Net, Backend>::graph, I>;
    constexpr int extra = detail::kernel_call<Backend, op>::extra_arguments;
    constexpr placement v = plan[I];
    const tensor_view<element> y{reinterpret_cast<element*>(arena() + v.offset), v.pixel_stride, v.row_stride,
                                 v.slice_stride};
    if constexpr (extra == 2)
      detail::run_op<Backend, op>(read<graph[I].input(K)>(inputs)..., y, weights_of<I>(), scratch, part...);
    else if constexpr (extra == 1)
      detail::run_op<Backend, op>(read<graph[I].input(K)>(inputs)..., y, weights_of<I>(), part...);
    else
      detail::run_op<Backend, op>(read<graph[I].input(K)>(inputs)..., y, part...);
  }

  std::conditional_t<bound::packs_weights, const std::byte*, const weight*> weights_;
  std::conditional_t<owns, typename detail::buffer_of<Backend, arena_bytes>::type, std::byte*> arena_;
};

}  // namespace edgenn
