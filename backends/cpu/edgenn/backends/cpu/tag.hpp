#pragma once
#include <edgenn/backends/cpu/isa.hpp>
#include <edgenn/backends/cpu/microkernels/vec.hpp>
#include <edgenn/backends/reference.hpp>
#include <type_traits>

namespace edgenn {

/// The CPU backend in fp32 for the instruction set `Isa`. Files that use it are compiled for that set
/// (-march=x86-64-v4 or the like).
template <class Isa>
struct basic_cpu {
  /// Of activations.
  using element = float;
  /// Of weights in canonical order; kernels pack them.
  using weight = float;
  /// For layers without a kernel here.
  using fallback = reference;
  static constexpr int alignment = 64;  ///< bytes, of each buffer in the arena and of packed weights
};

#if defined(__SSE4_2__)
using sse42 = basic_cpu<isa::sse42>;
#endif
#if defined(__AVX2__) && defined(__FMA__)
using avx2 = basic_cpu<isa::avx2>;
#endif
#if defined(__AVX512F__)
using avx512 = basic_cpu<isa::avx512>;
#endif
#if defined(__aarch64__)
using neon = basic_cpu<isa::neon>;
#endif

/// The widest instruction set that the file is compiled for; `reference` if this backend knows none of them.
#if defined(__AVX512F__)
using native = avx512;
#elif defined(__AVX2__) && defined(__FMA__)
using native = avx2;
#elif defined(__SSE4_2__)
using native = sse42;
#elif defined(__aarch64__)
using native = neon;
#else
using native = reference;
#endif

namespace detail {

/// The bounds that an activation clamps to, if that is all it does.
struct clamping {
  bool is_all;
  float low, high;
};

constexpr clamping clamping_of(const activation& act) {
  constexpr float infinity = __builtin_huge_valf();
  switch (act.kind) {
    case activation_kind::none:
      return {true, -infinity, infinity};
    case activation_kind::relu:
      return {true, 0, infinity};
    case activation_kind::clip:
      return {true, act.a.value(), act.b.value()};
    default:
      return {false, -infinity, infinity};
  }
}

/// Applies what clamping did not: `Act` on every element of `y`.
template <activation Act, shape S>
void apply_rest(tensor_view<float> y) {
  if constexpr (!clamping_of(Act).is_all)
    for_each_element<S>([&](int z, int row, int col, int c) {
      y(z, row, col, c) = apply<Act>(static_cast<float>(y(z, row, col, c)));
    });
}

constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }

}  // namespace detail
}  // namespace edgenn
