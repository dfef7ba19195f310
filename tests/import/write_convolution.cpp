// Writes a small TFLite file: write_convolution FILE.
#include <cstdio>
#include <fstream>

#include "tflite_file.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: write_convolution FILE\n");
    return 2;
  }
  const std::vector<std::byte> bytes = edgenn::tests::convolution_file().bytes();
  std::ofstream out{arguments[1], std::ios::binary};
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return out ? 0 : 2;
}
