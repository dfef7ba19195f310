#pragma once
// A setting of the processor, for those who want it; edgenn itself never changes it.
#include <cstdint>

namespace edgenn {

/// While an object of this class lives, its thread takes numbers below 2^-126 for zero, as operands and as
/// results. Many processors compute slowly with such denormals: a network whose activations fade away can
/// take several times as long. Threads that are started meanwhile inherit the setting on Linux, so that a
/// thread_pool is to be made after it.
///
/// x86 with SSE (bits FTZ and DAZ of MXCSR), AArch64 (bit FZ of FPCR); does nothing elsewhere. The vectors of
/// Armv7 never know denormals.
class denormals_as_zero {
 public:
  denormals_as_zero() noexcept : before_{get()} { set(before_ | bits); }
  ~denormals_as_zero() { set(before_); }
  denormals_as_zero(const denormals_as_zero&) = delete;
  denormals_as_zero& operator=(const denormals_as_zero&) = delete;

 private:
#if defined(__SSE2__)
  using word = std::uint32_t;
  static constexpr word bits = 1u << 15 | 1u << 6;
  static word get() noexcept { return __builtin_ia32_stmxcsr(); }
  static void set(word v) noexcept { __builtin_ia32_ldmxcsr(v); }
#elif defined(__aarch64__)
  using word = std::uint64_t;
  static constexpr word bits = 1u << 24;
  static word get() noexcept {
    word v;
    asm volatile("mrs %0, fpcr" : "=r"(v));
    return v;
  }
  static void set(word v) noexcept { asm volatile("msr fpcr, %0" : : "r"(v)); }
#else
  using word = std::uint32_t;
  static constexpr word bits = 0;
  static word get() noexcept { return 0; }
  static void set(word) noexcept {}
#endif

  word before_;
};

}  // namespace edgenn
