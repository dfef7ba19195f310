#pragma once
// All that the programs here ask of a board. board_host.cpp and mps2_an386/board.cpp provide it.
#include <cstdint>
#include <string_view>

namespace board {

/// Shows a text to the developer.
void print(std::string_view text);

/// Counts up, wraps around. Its unit is the board's: processor cycles, or nanoseconds.
struct clock {
  static std::uint32_t now();
};

}  // namespace board
