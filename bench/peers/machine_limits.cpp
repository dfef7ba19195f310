// Prints the machine's limits as JSON: GFLOP/s of one thread for each instruction set, GB/s read from memory
// by one thread and by as many as the argument says. Compile with -ffp-contract=off: otherwise multiplication
// and addition of SSE4.2 become one instruction.
#include <cstdio>
#include <cstdlib>

#include "../limits.hpp"

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  if (threads < 1) return 2;
  std::puts("{");
#if defined(__AVX512F__)
  std::printf("\"avx512\": %.1f,\n", bench::peak_gflops<edgenn::isa::avx512>());
#endif
#if defined(__AVX2__) && defined(__FMA__)
  std::printf("\"avx2\": %.1f,\n", bench::peak_gflops<edgenn::isa::avx2>());
#endif
#if defined(__SSE4_2__)
  std::printf("\"sse42\": %.1f,\n", bench::peak_gflops<edgenn::isa::sse42>());
#endif
#if defined(__aarch64__)
  std::printf("\"neon\": %.1f,\n", bench::peak_gflops<edgenn::isa::neon>());
#endif
  std::printf("\"widest\": \"%s\", \"read_gigabytes_per_second\": %.1f, \"read_by_all\": %.1f}\n",
              bench::widest_isa_name, bench::read_gigabytes_per_second<bench::widest_isa>(),
              bench::read_gigabytes_per_second<bench::widest_isa>(threads));
}
