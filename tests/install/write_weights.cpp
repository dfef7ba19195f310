// Writes the weights file of `sum` to the path that it is given.
#include <edgenn/weights_writer.hpp>
#include <fstream>

#include "sum.hpp"

int main(int, char** arguments) {
  static std::byte file[edgenn::weights_file<sum>::file_bytes(edgenn::storage::fp32, false)];
  const float weights[] = {2, 3, 1};
  if (edgenn::write_weights<sum>(file, edgenn::storage::fp32, weights) == 0) return 1;
  std::ofstream out{arguments[1], std::ios::binary};
  out.write(reinterpret_cast<const char*>(file), sizeof file);
  return out.flush() ? 0 : 1;
}
