// Prints how far the cores are from each other that the arguments number: the nanoseconds of a cache line from the
// first to each of the others, the most of them.
#include <sched.h>

#include <cstdio>
#include <cstdlib>

#include "../limits.hpp"

int main(int argc, char** argv) {
  double most = 0;
  for (int other = 2; other < argc; ++other) {
    const auto place = [&](int thread) {
      cpu_set_t cores;
      CPU_ZERO(&cores);
      CPU_SET(static_cast<unsigned>(std::atoi(argv[thread == 0 ? 1 : other])), &cores);
      if (sched_setaffinity(0, sizeof cores, &cores) != 0) {
        std::perror("core_distance");
        std::exit(2);
      }
    };
    most = std::max(most, bench::core_to_core_nanoseconds(place));
  }
  std::printf("%.0f\n", most);
}
