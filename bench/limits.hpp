#pragma once
// What the machine can do at most, measured: multiply-adds in registers, and reading from memory.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <edgenn/backends/cpu.hpp>
#include <memory>
#include <thread>
#include <vector>

namespace bench {

using clock_type = std::chrono::steady_clock;

inline double seconds_since(clock_type::time_point start) {
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

/// Keeps the compiler from computing `v` ahead, or not at all.
template <class T>
void keep(T& v) {
#if defined(__aarch64__)
  asm volatile("" : "+w"(v));
#else
  asm volatile("" : "+x"(v));
#endif
}

/// Floating-point operations per nanosecond (GFLOP/s) of independent multiply-adds that never leave the
/// registers of `Isa`. The best of 20 short measurements: anything else on the machine only makes it smaller.
template <class Isa>
double peak_gflops() {
  using v = edgenn::microkernels::vec<Isa>;
  constexpr int chains = 12;  // latency 4, two units: 8 would do; 16 registers must hold all
  constexpr int rounds = 40'000;
  double best = 0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    typename v::type sum[chains], a = v::broadcast(0.999f), b = v::broadcast(0.001f);
    for (auto& s : sum) {
      s = v::broadcast(1.0f);
      keep(s);  // or the chains would be one, computed once
    }
    keep(a);
    keep(b);
    const auto start = clock_type::now();
#pragma GCC unroll 1
    for (int i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
      for (auto& s : sum) s = v::fma(s, a, b);
    }
    const double seconds = seconds_since(start);
    for (auto& s : sum) keep(s);
    best = std::max(best, 2.0 * v::width * chains * rounds / seconds * 1e-9);
  }
  return best;
}

/// Reads `count` floats, a multiple of 8 vectors.
template <class Isa>
void read_all(const float* memory, std::size_t count) {
  using v = edgenn::microkernels::vec<Isa>;
  typename v::type sum[8];
  for (auto& s : sum) s = v::zero();
  for (std::size_t i = 0; i < count; i += 8 * v::width) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < 8; ++k) sum[k] = v::add(sum[k], v::load(memory + i + k * v::width));
  }
  for (auto& s : sum) keep(s);
}

/// Bytes per nanosecond (GB/s) of `threads` threads that each read a part of more than any cache holds. The
/// best of 5 passes.
template <class Isa>
double read_gigabytes_per_second(int threads = 1) {
  constexpr std::size_t count = std::size_t{64} << 20;  // floats
  const auto memory = std::make_unique<float[]>(count);
  const std::size_t part = count / static_cast<std::size_t>(threads) / 256 * 256;
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = clock_type::now();
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i)
      others.emplace_back(read_all<Isa>, memory.get() + static_cast<std::size_t>(i) * part, part);
    read_all<Isa>(memory.get(), part);
    for (std::thread& t : others) t.join();
    const double bytes = static_cast<double>(part) * sizeof(float) * threads;
    best = std::max(best, bytes / seconds_since(start) * 1e-9);
  }
  return best;
}

/// The name of the widest instruction set that a file is compiled for.
#if defined(__AVX512F__)
using widest_isa = edgenn::isa::avx512;
inline constexpr const char* widest_isa_name = "avx512";
#elif defined(__AVX2__) && defined(__FMA__)
using widest_isa = edgenn::isa::avx2;
inline constexpr const char* widest_isa_name = "avx2";
#elif defined(__SSE4_2__)
using widest_isa = edgenn::isa::sse42;
inline constexpr const char* widest_isa_name = "sse42";
#elif defined(__aarch64__)
using widest_isa = edgenn::isa::neon;
inline constexpr const char* widest_isa_name = "neon";
#else
#  error "no vector instructions known for this processor"
#endif

}  // namespace bench
