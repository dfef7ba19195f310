// Writes the headers and weights that edgenn-import would make of networks of the library and of layers with
// every parameter: emit_networks FOLDER. What it writes is compiled and compared with those networks by
// emitted_test.cpp.
#include <cstdio>
#include <random>

#include "emit.hpp"
#include "emitted_networks.hpp"
#include "layers/kind.hpp"

namespace {

using namespace edgenn;

/// What sources call their values is anything whatever.
std::string name_of(int i) {
  const std::string names[] = {"block/layer*/",
                               "class",
                               "2nd",
                               "gr\xC3\xB6\xC3\x9F"
                               "e/\xE5\x8F\x82",
                               "line\nline\\",
                               "#error ?\?/",
                               "",
                               "conv2d",
                               std::string(1'000'000, 'n'),
                               "\xFF\xFE\x80",
                               "x",
                               "a\0b",
                               "__reserved__"};
  return names[static_cast<std::size_t>(i) % std::size(names)] + (i > 5 ? std::to_string(i / 13) : "");
}

/// The target that is the graph `g`, with random weights.
template <int N>
import::target target_of(const basic_graph<N>& g) {
  import::target t;
  std::mt19937 random{7};
  for (int i = 0; i < g.node_count; ++i) {
    const node& n = g[i];
    const std::string name = name_of(i);
    if (i < g.input_count) {
      t.input(n.out, name);
      continue;
    }
    // Of the size that keeps values from growing or vanishing.
    const float limit =
        2.0f / std::sqrt(static_cast<float>(n.weight_count) / static_cast<float>(n.out.c) + 1.0f);
    std::vector<float> weights(static_cast<std::size_t>(n.weight_count));
    for (float& w : weights) w = limit * (static_cast<float>(random() >> 8) / 16777216.0f);
    import::kind_of(n.layer).append(t, n.layer, {n.inputs.data(), static_cast<std::size_t>(n.input_count)},
                                    std::move(weights), name);
  }
  for (int k = 0; k < g.output_count; ++k) t.output(g.output(k), "output " + std::to_string(k));
  return t;
}

template <int N>
void write(const std::filesystem::path& folder, const char* name, const basic_graph<N>& g, storage stored) {
  import::emit_options options{.name = std::string{"emitted_"} + name, .source = name, .stored = stored};
  if (g[0].out.c == 3) options.preprocess = import::preprocessing{"rgb", {127.5f}, {0.0078125f, 0.5f, 1.0f}};
  const import::products p = import::emit(target_of(g), options);
  const import::file files[] = {
      {folder / (options.name + ".hpp"), std::as_bytes(std::span{p.header})},
      {folder / (options.name + ".edgenn"), p.weights},
      {folder / (options.name + ".txt"), std::as_bytes(std::span{p.report})},
  };
  import::write_files(files);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: emit_networks FOLDER\n");
    return 2;
  }
  for_each_network(
      [&](const char* name, const auto& g, storage stored) { write(arguments[1], name, g, stored); });
}
