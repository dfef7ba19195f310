// The PC as a board, to compare the firmware with.
#include <chrono>
#include <cstdio>

#include "board.hpp"

void board::print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::uint32_t board::clock::now() {
  return static_cast<std::uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}
