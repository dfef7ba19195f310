// LeNet-5 from the single header alone, for a PC or a microcontroller. All weights are 0 but one, the bias of
// the digit 7, so that is what it reads.
#include <cstdio>
#include <edgenn.hpp>

inline constexpr auto lenet5 = edgenn::network({28, 28, 1}, [](edgenn::value x) {
  using namespace edgenn;
  x = x | conv2d{.filters = 20, .kernel = 5} | expect{24, 24, 20};
  x = x | max_pool2d{.window = 2, .stride = 2};
  x = x | conv2d{.filters = 50, .kernel = 5};
  x = x | max_pool2d{.window = 2, .stride = 2};
  x = x | dense{.units = 500, .act = relu};
  x = x | dense{.units = 10};
  return x | softmax{};
});
using model = edgenn::model<lenet5, edgenn::reference>;
static_assert(model::weight_count == 431080);
static_assert(model::arena_bytes <= 64 * 1024);

static float weights[model::weight_count];
static model net{weights};
static float image[28 * 28];

int main() {
  weights[model::weight_count - 10 + 7] = 1;
  const auto p = net.run(image);
  int best = 0;
  for (int digit = 1; digit < 10; ++digit)
    if (p[static_cast<std::size_t>(digit)] > p[static_cast<std::size_t>(best)]) best = digit;
  std::printf("%d\n", best);
}
