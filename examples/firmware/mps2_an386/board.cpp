// Arm's MPS2 board with the AN386 image: text goes through the debugger or emulator (semihosting), time comes
// from SysTick, which every Cortex-M has.
#include "board.hpp"

#include "semihosting.hpp"

void board::print(std::string_view text) {
  char part[64];  // the call wants a zero at the end
  while (!text.empty()) {
    const std::size_t size = text.size() < sizeof part - 1 ? text.size() : sizeof part - 1;
    for (std::size_t i = 0; i < size; ++i) part[i] = text[i];
    part[size] = '\0';
    semihosting::call(semihosting::write0, part);
    text.remove_prefix(size);
  }
}

namespace {

struct systick {
  std::uint32_t control, reload, current;
};
volatile systick& timer = *reinterpret_cast<volatile systick*>(0xE000E010);
constexpr std::uint32_t period = 1u << 24;
volatile std::uint32_t periods;

}  // namespace

extern "C" void on_systick() { periods = periods + 1; }

std::uint32_t board::clock::now() {
  constexpr std::uint32_t enable_interrupt_processor_clock = 7;
  if (timer.control == 0) {
    timer.reload = period - 1;
    timer.current = 0;
    timer.control = enable_interrupt_processor_clock;
  }
  for (;;) {  // again if a period ended between the two reads: then the timer shows 0 and interrupts
    const std::uint32_t before = periods, left = timer.current;
    if (before == periods) return before * period + (period - left) % period;
  }
}
