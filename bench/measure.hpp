#pragma once
// One network on one backend under Google Benchmark, with what it computes and moves as counters.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <edgenn.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "limits.hpp"
#include "synthetic.hpp"

namespace bench {

/// The machine's limits, measured once.
struct limits {
  double gflops = peak_gflops<widest_isa>();
  double read = read_gigabytes_per_second<widest_isa>();
};
inline const limits& machine() {
  static const limits l;
  return l;
}

struct released {
  void operator()(void* p) const { std::free(p); }
};

/// `bytes` bytes at an address that suits the kernels.
inline std::unique_ptr<std::byte[], released> aligned_bytes(long long bytes) {
  constexpr std::size_t alignment = 4096;
  const std::size_t rounded = (static_cast<std::size_t>(bytes) / alignment + 1) * alignment;
  return std::unique_ptr<std::byte[], released>{
      static_cast<std::byte*>(std::aligned_alloc(alignment, rounded))};
}

/// The network `Net` on `Backend` with synthetic weights and input.
template <const auto& Net, class Backend>
class subject {
  using model = edgenn::model<Net, Backend, edgenn::borrowed_arena>;
  using weights = std::span<const float, model::weight_count>;
  using image = std::span<const float, model::template in<>.size()>;

 public:
  static constexpr long long macs = model::macs;
  /// Bytes that have to be read or written at least once: weights, input and output.
  static constexpr long long bytes =
      (model::weight_count + model::template in<>.size() + model::template out<>.size()) * 4LL;

  subject() : canonical_(weights::extent), image_(image::extent) {
    // He's bound for 512 inputs: values stay finite in deep networks, whatever their layers.
    fill(canonical_, 1, he_bound(512));
    fill(image_, 2, 1.0f);
    if constexpr (model::packed_bytes > 0) {
      packed_ = aligned_bytes(model::packed_bytes);
      model::pack(weights{canonical_.data(), weights::extent}, packed());
    }
  }

  void run() { benchmark::DoNotOptimize(model_().run(image{image_.data(), image::extent}).data()); }

 private:
  auto packed() { return std::span<std::byte, model::packed_bytes>{packed_.get(), model::packed_bytes}; }

  /// A model is a few pointers: making it anew costs nothing.
  model model_() {
    const std::span<std::byte, model::arena_bytes> arena{arena_.get(), model::arena_bytes};
    if constexpr (model::packed_bytes > 0)
      return model{packed(), arena};
    else
      return model{weights{canonical_.data(), weights::extent}, arena};
  }

  std::vector<float> canonical_, image_;
  std::unique_ptr<std::byte[], released> packed_, arena_ = aligned_bytes(model::arena_bytes);
};

/// Times `Net` on `Backend`. `macs` and `bytes_per_second` are rates, `of_peak` and `of_bandwidth` shares of
/// the machine's limits: the larger one says what bounds the layer.
template <const auto& Net, class Backend>
void run_network(benchmark::State& state) {
  using measured = subject<Net, Backend>;
  const auto network = std::make_unique<measured>();
  network->run();
  const auto start = clock_type::now();
  for (auto _ : state) {
    network->run();
    benchmark::ClobberMemory();
  }
  const double seconds = seconds_since(start) / static_cast<double>(state.iterations());
  using counter = benchmark::Counter;
  constexpr auto macs = static_cast<double>(measured::macs), bytes = static_cast<double>(measured::bytes);
  constexpr auto rate = counter::kIsIterationInvariantRate;
  state.counters["macs"] = counter(macs, rate);
  state.counters["bytes_per_second"] = counter(bytes, rate, counter::OneK::kIs1024);
  state.counters["of_peak"] = 2e-9 * macs / seconds / machine().gflops;
  state.counters["of_bandwidth"] = 1e-9 * bytes / seconds / machine().read;
}

/// Registers `Net` as "`name`/`backend`/fp32".
template <const auto& Net, class Backend>
void add(const std::string& name, const char* backend) {
  benchmark::RegisterBenchmark((name + "/" + backend + "/fp32").c_str(), run_network<Net, Backend>)
      ->Repetitions(5)
      ->ReportAggregatesOnly()
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

/// Runs what is registered, with what the results depend on in the report.
inline int run_all(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  benchmark::AddCustomContext("compiler", BENCH_COMPILER);
  benchmark::AddCustomContext("flags", BENCH_FLAGS);
  benchmark::AddCustomContext("isa", widest_isa_name);
  benchmark::AddCustomContext("peak_gflops", std::to_string(machine().gflops));
  benchmark::AddCustomContext("read_gigabytes_per_second", std::to_string(machine().read));
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace bench
