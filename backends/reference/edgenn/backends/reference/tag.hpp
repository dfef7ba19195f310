#pragma once
#include <edgenn/half.hpp>
#include <edgenn/kernel.hpp>

namespace edgenn {

/// Plain loops over elements of type `T`, with weights stored as `W`; sums are kept in `T`.
template <class T, class W = T>
struct basic_reference {
  /// Of activations.
  using element = T;
  /// Of weights, as the model borrows them.
  using weight = W;
  /// It has every layer itself.
  using fallback = no_fallback;
  static constexpr int alignment = 16;  ///< bytes, of each buffer in the arena
};

/// The reference backend in fp32.
using reference = basic_reference<float>;

/// Arithmetic in fp32, weights stored in fp16 and converted as they are read: half the flash, no copy in RAM.
using reference_fp16_weights = basic_reference<float, half>;

}  // namespace edgenn
