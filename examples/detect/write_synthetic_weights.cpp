// Writes weights with which builtin/detector.hpp finds the same object in every image, for tests: class 17
// with a score of 0.9526, whose box leaves a fortieth of each side of the image free. All weights are 0 but
// the biases of the class predictors: -10, and 3 for class 17 of the first prior box of the last map, which
// has one cell.
#include <cstdio>
#include <edgenn/weights_writer.hpp>
#include <vector>

#include "detector.hpp"
#include "error.hpp"
#include "files.hpp"

int main(int count, char** arguments) try {
  if (count != 2) throw input_error{"arguments", "found another number, expected the file to write"};
  constexpr int classes = 91;
  std::vector<float> weights(static_cast<std::size_t>(detector.weight_count));
  int last = 0;
  for (int i = detector.input_count; i < detector.node_count; ++i) {
    const edgenn::node& n = detector[i];
    if (!n.layer.is<edgenn::conv2d>() || n.layer.act() != edgenn::none || n.out.c % classes != 0) continue;
    last = n.weight_offset + n.weight_count - n.out.c;
    for (int c = 0; c < n.out.c; ++c) weights[static_cast<std::size_t>(last + c)] = -10;
  }
  weights[static_cast<std::size_t>(last + 17)] = 3;
  std::vector<std::byte> file(edgenn::weights_file<detector>::file_bytes(edgenn::storage::fp16, false));
  edgenn::write_weights<detector>(file, edgenn::storage::fp16,
                                  std::span<const float, std::size_t{detector.weight_count}>{weights});
  write_file(arguments[1], file);
  return 0;
} catch (const input_error& e) {
  std::fprintf(stderr, "write_synthetic_weights: %s\n", e.what());
  return 2;
}
