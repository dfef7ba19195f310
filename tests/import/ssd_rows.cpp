// Runs an imported detector on photos: ssd_rows WEIGHTS PHOTO... Writes for each photo the network's input
// and the rows that it finds, as floats, to standard output.
#include <cstdio>
#include <edgenn/backends/cpu.hpp>

#include "detector.hpp"
#include "files.hpp"
#include "loaded_model.hpp"
#include "photo.hpp"

namespace {

constexpr auto size = static_cast<std::size_t>(detector[0].out.size());  // of the input

void write(std::span<const float> numbers) {
  std::fwrite(numbers.data(), sizeof(float), numbers.size(), stdout);
}

}  // namespace

int main(int count, char** arguments) try {
  auto& net = loaded_model<detector>(read_file(arguments[1]), arguments[1]);
  for (int i = 2; i < count; ++i) {
    const auto x = network_input(read_photo(arguments[i]), detector_preprocessing, fit::stretch);
    write(x);
    write(net.run(std::span<const float, size>{x}));
  }
  return std::fflush(stdout) == 0 ? 0 : 2;
} catch (const std::exception& e) {
  std::fprintf(stderr, "ssd_rows: %s\n", e.what());
  return 2;
}
