#pragma once
#include <cstddef>
#include <edgenn/backends/cpu/microkernels/gemv.hpp>
#include <type_traits>

namespace edgenn::microkernels {

/// How weights are stored, and how they become floats: all at run time, so that one driver serves all.
struct widening {
  int bytes;  ///< of one weight
  /// Or none, if they are floats.
  void (*widen)(const std::byte* from, int count, float factor, float* to);
  float factor;  ///< of all weights

  /// `count` weights as floats, a multiple of vectors: where they lie, or at `to`.
  const float* operator()(const std::byte* from, int count, float* to) const {
    if (widen == nullptr) return reinterpret_cast<const float*>(from);
    widen(from, count, factor, to);
    return to;
  }
};

template <class Isa, class Stored>
void widen(const std::byte* from, int count, float factor, float* to) {
  using v = vec<Isa>;
  const auto* weights = reinterpret_cast<const Stored*>(from);
  for (int i = 0; i < count; i += v::width)
    v::store(to + i, v::mul(load_weights<Isa>(weights + i), v::broadcast(factor)));
}

template <class Isa, class Stored>
constexpr widening widening_of(float factor = 1) {
  if constexpr (std::is_same_v<Stored, float>)
    return {int{sizeof(float)}, nullptr, factor};
  else
    return {int{sizeof(Stored)}, widen<Isa, Stored>, factor};
}

}  // namespace edgenn::microkernels
