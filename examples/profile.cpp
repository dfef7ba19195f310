// What a network costs: the table of its layers at compile time, and the time of each by a clock of yours.
#include <chrono>
#include <cstdio>
#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/profile.hpp>
#include <edgenn/summary.hpp>

using lenet5 = edgenn::model<edgenn::networks::lenet5, edgenn::reference>;

static float trained[lenet5::weight_count];
static lenet5 net{trained};

/// Any counter that counts up: here nanoseconds, on a microcontroller its cycle counter.
struct nanoseconds {
  static std::uint64_t now() {
    const auto t = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::nanoseconds{t}.count());
  }
};

int main() {
  const auto print = [](std::string_view line) {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
  };
  edgenn::summary<lenet5>(print);

  static float image[lenet5::in<>.size()];
  edgenn::profile<lenet5, nanoseconds> times;
  for (int i = 0; i < 10; ++i) net.run_observed(times, image);
  std::printf("\nnanoseconds of 10 runs\n");
  times.report(print);
}
