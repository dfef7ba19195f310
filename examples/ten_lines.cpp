#include <cstdio>
#include <edgenn.hpp>
using namespace edgenn;

inline constexpr auto tiny = network({8, 8, 1}, [](value x) {
  x = x | conv2d{.filters = 4, .kernel = 3} | relu | expect{6, 6, 4};
  return x | max_pool2d{.window = 2, .stride = 2} | dense{.units = 3} | softmax{};
});
static float trained[tiny.weight_count];     // from a file, from flash, ...
static model<tiny, reference> net{trained};  // all memory in .bss, known to the linker
static_assert(net.arena_bytes == 576);

int main() {
  const float image[8 * 8] = {};
  for (const float p : net.run(image)) std::printf("%.3f\n", double(p));
}
