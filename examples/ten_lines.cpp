#include <cstdio>
#include <edgenn.hpp>

inline constexpr auto tiny = edgenn::network({8, 8, 1}, [](edgenn::value x) {
  using namespace edgenn;
  x = x | conv2d{.filters = 4, .kernel = 3} | relu | expect{6, 6, 4};
  x = x | max_pool2d{.window = 2, .stride = 2};
  return x | dense{.units = 3} | softmax{};
});

static float trained[tiny.weight_count];                     // from a file, from flash, ...
static edgenn::model<tiny, edgenn::reference> net{trained};  // all memory in .bss, known to the linker
static_assert(net.arena_bytes == 576);

int main() {
  const float image[8 * 8] = {};
  for (const float p : net.run(image)) std::printf("%.3f ", double(p));
  std::printf("\n");
}
