// Runs one pointwise convolution of MobileNet v1 1.0-224 a number of times on `native`, for count.py.
//
//   pointwise                  names the layers and their multiply-accumulate operations
//   pointwise LAYER TIMES      runs one
#include <cstdio>
#include <cstdlib>
#include <edgenn.hpp>
#include <edgenn/backends/cpu.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace {

struct layer {
  const char* name;
  int extent, channels, filters;
};

/// Those of all 13 that differ.
constexpr layer layers[] = {
    {"112x112x32-64", 112, 32, 64},  {"56x56x64-128", 56, 64, 128},   {"56x56x128-128", 56, 128, 128},
    {"28x28x128-256", 28, 128, 256}, {"28x28x256-256", 28, 256, 256}, {"14x14x256-512", 14, 256, 512},
    {"14x14x512-512", 14, 512, 512}, {"7x7x512-1024", 7, 512, 1024},  {"7x7x1024-1024", 7, 1024, 1024},
};

template <int I>
inline constexpr auto net =
    edgenn::network({layers[I].extent, layers[I].extent, layers[I].channels}, [](edgenn::value x) {
      return x | edgenn::conv2d{.filters = layers[I].filters, .kernel = 1, .act = edgenn::relu};
    });

/// Zeros do: no instruction here depends on values.
template <int I>
void run(int times) {
  using model = edgenn::model<net<I>, edgenn::native>;
  static model bound = [] {
    struct alignas(64) line {
      std::byte bytes[64];
    };
    static std::vector<line> packed(model::packed_bytes / sizeof(line) + 1);
    const std::vector<float> canonical(net<I>.weight_count);
    const std::span<std::byte, model::packed_bytes> memory{packed.data()->bytes,
                                                           std::size_t{model::packed_bytes}};
    model::pack(std::span<const float, model::weight_count>{canonical}, memory);
    return model{memory};
  }();
  const std::vector<float> x(model::template in<>.size());
  for (int i = 0; i < times; ++i) bound.run(std::span<const float, model::template in<>.size()>{x});
}

template <int... I>
int run_named(std::string_view name, int times, std::integer_sequence<int, I...>) {
  return ((name == layers[I].name && (run<I>(times), true)) || ...) ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) {
    for (const layer& l : layers)
      std::printf("%s %lld\n", l.name, 1LL * l.extent * l.extent * l.channels * l.filters);
    return 0;
  }
  if (argc != 3) {
    std::fprintf(stderr, "usage: pointwise [LAYER TIMES]\n");
    return 2;
  }
  return run_named(argv[1], std::atoi(argv[2]), std::make_integer_sequence<int, int{std::size(layers)}>{});
}
