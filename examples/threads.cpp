// A network by one thread and by two: MobileNet v1 with random weights, on the CPU backend of this processor.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <edgenn.hpp>
#include <edgenn/executors/thread_pool.hpp>
#include <edgenn/networks/mobilenet_v1.hpp>
#include <random>
#include <vector>

using namespace edgenn;

namespace {

constexpr const auto& net = networks::mobilenet_v1<50, 160>;
using on_two = with_threads<native, 2>;

template <class Run>
double milliseconds(Run run) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count());
  }
  return best;
}

}  // namespace

int main() {
  std::mt19937 random{1};
  std::normal_distribution<float> normal{0, .05f};
  std::vector<float> weights(net.weight_count), image(net[0].out.size());
  for (float& w : weights) w = normal(random);
  for (float& v : image) v = normal(random);

  static packed_weights<net, on_two> packed{std::span<const float, net.weight_count>{weights}};
  static model<net, on_two> m{packed};
  thread_pool<2> threads;
  const std::span<const float, net[0].out.size()> x{image};

  const auto alone = m.run(x);
  const std::vector<float> expected(alone.begin(), alone.end());
  const auto together = m.run(threads, x);
  const bool equal = std::equal(together.begin(), together.end(), expected.begin());

  std::printf("one thread   %.2f ms\n", milliseconds([&] { m.run(x); }));
  std::printf("two threads  %.2f ms, %s\n", milliseconds([&] { m.run(threads, x); }),
              equal ? "the same bits" : "OTHER BITS");
  return equal ? 0 : 1;
}
