#pragma once
// Time per layer, by the user's clock. Nothing of this exists in a model that is run without it.
#include <cstdint>
#include <edgenn/detail/text.hpp>
#include <edgenn/model.hpp>
#include <string_view>

namespace edgenn {

/// Collects the ticks that each layer of `Model` takes. `Clock` has a static `now()` that returns an unsigned
/// integer which counts up and may wrap around: a cycle counter, a timer register, or nanoseconds.
///
///     edgenn::profile<decltype(net), cycle_counter> times;
///     net.run_observed(times, image);
///     times.report([](std::string_view line) { std::puts(...); });
template <class Model, class Clock>
class profile {
 public:
  /// What the clock counts in.
  using ticks = decltype(Clock::now());
  static_assert(std::is_unsigned_v<ticks>, "edgenn: a clock counts in an unsigned integer");

  /// The model calls these around node `node`.
  /// @{
  void begin(int node) { start_[node] = Clock::now(); }
  void end(int node) {
    const ticks taken = static_cast<ticks>(Clock::now() - start_[node]);
    total_[node] += taken;
    if (runs_[node]++ == 0 || taken < least_[node]) least_[node] = taken;
  }
  /// @}

  /// Ticks of node `node` over all runs, the least of one run, and the number of runs.
  std::uint64_t total(int node) const { return total_[node]; }
  /// Ticks of the shortest run of node `node`.
  ticks least(int node) const { return least_[node]; }
  /// How often node `node` has run.
  std::uint32_t runs(int node) const { return runs_[node]; }

  /// Calls `put` with one line (std::string_view, no newline) for each layer: name, mean and least ticks,
  /// share of the sum in per mille.
  template <class Put>
  void report(Put put_view) const {
    const auto put = [&](detail::text_view line) { put_view(std::string_view(line)); };
    std::uint64_t sum = 0;
    for (const std::uint64_t t : total_) sum += t;
    detail::text<80> head;
    put((head << "node  layer").right(38, "mean").right(50, "least").right(60, "per mille").view());
    for (int i = 0; i < nodes; ++i) {
      if (runs_[i] == 0) continue;
      detail::text<80> line;
      line.right(4, static_cast<std::uint64_t>(i)) << "  " << names[i];
      line.right(38, total_[i] / runs_[i]).right(50, std::uint64_t{least_[i]});
      put(line.right(60, sum == 0 ? 0 : total_[i] * 1000 / sum).view());
    }
  }

 private:
  static constexpr int nodes = Model::graph.node_count;
  static constexpr auto names = [] {
    static_array<const char*, nodes> n{};
    for (int i = 0; i < nodes; ++i) n[i] = Model::graph[i].layer.name();
    return n;
  }();

  static_array<ticks, nodes> start_{}, least_{};
  static_array<std::uint64_t, nodes> total_{};
  static_array<std::uint32_t, nodes> runs_{};
};

}  // namespace edgenn
