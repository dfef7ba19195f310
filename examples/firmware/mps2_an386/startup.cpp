// From reset to main and back, for any Cortex-M4 with FPU. The addresses come from memory.ld.
#include <cstdint>

#include "board.hpp"
#include "semihosting.hpp"

extern "C" {

extern std::uint32_t stack_bottom[], stack_top[];
extern std::uint32_t data_start[], data_end[], bss_start[], bss_end[];
extern const std::uint32_t data_in_flash[];
using initializer = void (*)();
extern const initializer init_array_start[], init_array_end[];

int program() asm("main");  // C++ lets nobody call main by its name

void on_systick();
[[noreturn]] void on_reset();
[[noreturn]] void on_fault();
}

namespace {

constexpr std::uint32_t paint = 0x57ACC57A;

void print_number(std::uint32_t v) {
  if (v > 9) print_number(v / 10);
  board::print(std::string_view{&"0123456789"[v % 10], 1});
}

/// The stack was painted before main: what still has its colour was never used.
void print_stack_use() {
  const std::uint32_t* lowest = stack_bottom;
  while (lowest < stack_top && *lowest == paint) ++lowest;
  board::print("stack: ");
  print_number(static_cast<std::uint32_t>((stack_top - lowest) * 4));
  board::print(" of ");
  print_number(static_cast<std::uint32_t>((stack_top - stack_bottom) * 4));
  board::print(" bytes used\n");
}

[[noreturn, gnu::noinline]] void start() {
  for (auto* to = static_cast<std::uint32_t*>(__builtin_frame_address(0)) - 16; to > stack_bottom;)
    *--to = paint;
  const std::uint32_t* from = data_in_flash;
  for (std::uint32_t* to = data_start; to != data_end;) *to++ = *from++;
  for (std::uint32_t* to = bss_start; to != bss_end;) *to++ = 0;
  for (const initializer* f = init_array_start; f != init_array_end; ++f) (*f)();
  const int status = program();
  print_stack_use();
  semihosting::exit(status);
}

}  // namespace

void on_reset() {
  auto& coprocessor_access = *reinterpret_cast<volatile std::uint32_t*>(0xE000ED88);
  coprocessor_access = coprocessor_access | 0xFu << 20;  // the FPU
  asm volatile("dsb\n isb");
  start();
}

void on_fault() {
  board::print("fault\n");
  semihosting::exit(99);
}

using handler = void (*)();
struct vector_table {
  const std::uint32_t* initial_stack;
  handler handlers[15];
};
[[gnu::section(".vectors"), gnu::used]] extern constexpr vector_table vectors{
    stack_top,
    {on_reset, on_fault, on_fault, on_fault, on_fault, on_fault, nullptr, nullptr, nullptr, nullptr, on_fault,
     on_fault, nullptr, on_fault, on_systick}};
