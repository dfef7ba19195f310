// Photos as an imported classifier's inputs: photo_inputs crop|stretch PHOTO... Writes them as floats to
// standard output.
#include <cstdio>
#include <exception>
#include <string_view>

#include "checked.hpp"
#include "photo.hpp"

int main(int count, char** arguments) try {
  const fit how = count > 1 && std::string_view{arguments[1]} == "stretch" ? fit::stretch : fit::crop;
  for (int i = 2; i < count; ++i) {
    const auto x = network_input(read_photo(arguments[i]), checked_preprocessing, how);
    std::fwrite(x.data(), sizeof(float), x.size(), stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 2;
} catch (const std::exception& e) {
  std::fprintf(stderr, "photo_inputs: %s\n", e.what());
  return 2;
}
