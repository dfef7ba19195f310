// Runs one network with edgenn for compare.py, which times the other libraries in turn with it. Compiled once
// for each network: -DBENCH_NETWORK=vgg16, with -DBENCH_THREADS=2 for two threads, with -DBENCH_ON_EIGEN on
// the eigen backend.
//
//   edgenn_runner FOLDER    reads weights.f32 and input.f32 there, then obeys lines on standard input:
//   output FILE             writes the output as raw floats
//   run WARMUP SAMPLES N    runs WARMUP times, then prints SAMPLES times the nanoseconds of one run, each the
//                           mean of N runs
//   cpu WARMUP SAMPLES N    the same in nanoseconds of processor time
//   layers N                runs N times, then prints as JSON the least nanoseconds that each layer took (one
//   thread)
// It answers each with one line. The end of standard input ends it.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <edgenn/profile.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../networks.hpp"
#ifdef BENCH_ON_EIGEN
#  include <edgenn/backends/eigen.hpp>
#endif
#ifdef BENCH_THREADS
#  include <edgenn/executors/thread_pool.hpp>
#endif

namespace {

constexpr const auto& net = bench::networks::BENCH_NETWORK;
#ifdef BENCH_ON_EIGEN
using single = edgenn::eigen;
#else
using single = edgenn::native;
#endif
#ifdef BENCH_THREADS
using backend = edgenn::with_threads<single, BENCH_THREADS>;
#else
using backend = single;
#endif
using model = edgenn::model<net, backend, edgenn::borrowed_arena>;
using weights = std::span<const float, model::weight_count>;
using image = std::span<const float, model::in<>.size()>;

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "edgenn_runner: %s\n", message.c_str());
  std::exit(2);
}

struct released {
  void operator()(void* p) const { std::free(p); }
};
template <class T>
using aligned_memory = std::unique_ptr<T[], released>;

/// `count` objects at an address that suits the kernels.
template <class T>
aligned_memory<T> allocate(std::size_t count) {
  constexpr std::size_t alignment = 4096;
  const std::size_t bytes = (count * sizeof(T) + alignment) / alignment * alignment;
  aligned_memory<T> memory{static_cast<T*>(std::aligned_alloc(alignment, bytes))};
  if (!memory) fail("no memory for " + std::to_string(bytes) + " bytes");
  return memory;
}

aligned_memory<float> read_floats(const std::string& path, std::size_t count) {
  aligned_memory<float> values = allocate<float>(count);
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) fail(path + " cannot be read");
  const std::size_t found = std::fread(values.get(), sizeof(float), count, file);
  const bool more = std::fgetc(file) != EOF;
  std::fclose(file);
  if (found != count || more)
    fail(path + ": found " + (more ? "more" : std::to_string(found)) + ", expected " + std::to_string(count)
         + " floats");
  return values;
}

auto run(model& m, image x) {
#ifdef BENCH_THREADS
  static edgenn::thread_pool<BENCH_THREADS> executor;
  return m.run(executor, x);
#else
  return m.run(x);
#endif
}

double wall_nanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::nano>(now).count();
}

double cpu_nanoseconds() {
  std::timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

void time_runs(model& m, image x, double (*clock)(), int warmup, int samples, int runs) {
  for (int i = 0; i < warmup; ++i) run(m, x);
  std::vector<double> taken;
  for (int s = 0; s < samples; ++s) {
    const double start = clock();
    for (int i = 0; i < runs; ++i) run(m, x);
    taken.push_back((clock() - start) / runs);
  }
  const char* separator = "";
  for (const double t : taken) {
    std::printf("%s%.1f", separator, t);
    separator = " ";
  }
  std::puts("");
}

#ifndef BENCH_THREADS
struct nanosecond_clock {
  static std::uint64_t now() { return static_cast<std::uint64_t>(wall_nanoseconds()); }
};

void profile_layers(model& m, image x, int runs) {
  edgenn::profile<model, nanosecond_clock> times;
  for (int i = 0; i < runs; ++i) m.run_observed(times, x);
  const char* separator = "[";
  for (int i = model::input_count; i < model::graph.node_count; ++i) {
    if (times.runs(i) == 0) continue;
    const edgenn::node& n = model::graph[i];
    std::printf("%s{\"node\": %d, \"layer\": \"%s\", \"out\": \"%dx%dx%d\", \"macs\": %lld, \"ns\": %llu}",
                separator, i, n.layer.name(), n.out.h, n.out.w, n.out.c, n.macs,
                static_cast<unsigned long long>(times.least(i)));
    separator = ", ";
  }
  std::puts("]");
}
#endif

void write_output(model& m, image x, const char* path) {
  const auto y = run(m, x);
  std::FILE* file = std::fopen(path, "wb");
  if (file == nullptr) fail(std::string{path} + " cannot be written");
  const bool complete = std::fwrite(y.data(), sizeof(float), y.size(), file) == y.size();
  if (std::fclose(file) != 0 || !complete) fail(std::string{path} + " cannot be written");
  std::puts("written");
}

void obey(model& m, image x) {
  char line[4096];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    char path[4096];
    int warmup, samples, runs;
    const bool sane = std::sscanf(line, "%*s %d %d %d", &warmup, &samples, &runs) == 3 && warmup >= 0
                      && samples > 0 && runs > 0;
    const std::string_view command{line};
    if (sane && command.starts_with("run "))
      time_runs(m, x, wall_nanoseconds, warmup, samples, runs);
    else if (sane && command.starts_with("cpu "))
      time_runs(m, x, cpu_nanoseconds, warmup, samples, runs);
#ifndef BENCH_THREADS
    else if (std::sscanf(line, "layers %d", &runs) == 1 && runs > 0)
      profile_layers(m, x, runs);
#endif
    else if (std::sscanf(line, "output %4095[^\n]", path) == 1)
      write_output(m, x, path);
    else
      fail(std::string{"unknown command "} + line);
    std::fflush(stdout);
  }
}

void serve(model&& m, image x) {
  std::puts("ready");
  std::fflush(stdout);
  obey(m, x);
}

/// Packs the weights if the backend wants that, and lets go of those in canonical order.
template <class Model>
void load_and_serve(aligned_memory<float> canonical, image x) {
  const auto arena = allocate<std::byte>(Model::arena_bytes);
  const std::span<std::byte, Model::arena_bytes> memory{arena.get(), Model::arena_bytes};
  const weights w{canonical.get(), weights::extent};
  if constexpr (Model::packed_bytes > 0) {
    const auto packed = allocate<std::byte>(Model::packed_bytes);
    const std::span<std::byte, Model::packed_bytes> p{packed.get(), Model::packed_bytes};
    Model::pack(w, p);
    canonical.reset();
    serve(Model{p, memory}, x);
  } else {
    serve(Model{w, memory}, x);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) fail("expected one argument, a folder");
  const std::string folder = arguments[1];
  const auto input = read_floats(folder + "/input.f32", image::extent);
  load_and_serve<model>(read_floats(folder + "/weights.f32", weights::extent),
                        image{input.get(), image::extent});
}
