// Writes what the fuzzer starts from: every kind of good file, for every first byte that fits it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "weights/networks.hpp"

namespace {

template <const auto& Net>
void write_files(const std::filesystem::path& folder, unsigned network_bit, const char* name) {
  for (const unsigned fp16 : {0u, 1u})
    for (const unsigned golden : {0u, 1u}) {
      const bytes file =
          good_file<Net>(fp16 != 0 ? edgenn::storage::fp16 : edgenn::storage::fp32, golden != 0);
      for (unsigned repair = 0; repair < 4; ++repair) {
        const unsigned first = repair | network_bit | fp16 << 3 | golden << 4;
        std::ofstream out{folder / (std::string{name} + "-" + std::to_string(first)), std::ios::binary};
        out.put(static_cast<char>(first));
        for (const std::byte b : file) out.put(static_cast<char>(b));
      }
    }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "found %d arguments, expected 1: the folder to write to\n", argc - 1);
    return 2;
  }
  const std::filesystem::path folder{argv[1]};
  std::filesystem::create_directories(folder);
  write_files<tiny>(folder, 0, "tiny");
  write_files<many>(folder, 4, "many");
}
