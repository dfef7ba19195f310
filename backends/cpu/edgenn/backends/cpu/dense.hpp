#pragma once
#include <edgenn/backends/cpu/microkernels/gemm.hpp>
#include <edgenn/backends/cpu/tag.hpp>
#include <edgenn/layers/dense.hpp>

namespace edgenn {

namespace detail {

/// One vector times a matrix, in panels of 8 vectors of columns and a last one of as many as it needs.
template <class Isa>
void multiply_vector(const float* x, int length, const float* bias, const float* weights, float* y,
                     int columns, float low, float high) {
  constexpr int width = microkernels::vec<Isa>::width, wide = 8 * width;
  for (; columns >= wide; columns -= wide, bias += wide, weights += wide * length, y += wide)
    microkernels::gemv_panel<Isa, 8>(x, length, weights, bias, y, wide, low, high);
  const auto rest = [&]<int Vectors>() {
    microkernels::gemv_panel<Isa, Vectors>(x, length, weights, bias, y, columns, low, high);
  };
  switch (ceil_div(columns, width)) {
    case 1:
      return rest.template operator()<1>();
    case 2:
      return rest.template operator()<2>();
    case 3:
      return rest.template operator()<3>();
    case 4:
      return rest.template operator()<4>();
    case 5:
      return rest.template operator()<5>();
    case 6:
      return rest.template operator()<6>();
    case 7:
      return rest.template operator()<7>();
    case 8:
      return rest.template operator()<8>();
    default:
      return;
  }
}

}  // namespace detail

template <class Isa, dense L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr int width = microkernels::vec<Isa>::width, wide = 8 * width;
  static constexpr int length = In.size(), columns = detail::ceil_div(L.units, width) * width;
  static constexpr int packed_bytes = columns * (length + 1) * int{sizeof(float)};

  /// To bias [columns], then for each panel [k][its columns].
  static void pack(const float* canonical, std::byte* packed) {
    auto* bias = reinterpret_cast<float*>(packed);
    float* to = bias + columns;
    for (int n = 0; n < columns; ++n) bias[n] = n < L.units && L.bias ? canonical[L.units * length + n] : 0;
    for (int first = 0; first < columns; first += wide) {
      const int panel = columns - first < wide ? columns - first : wide;
      for (int k = 0; k < length; ++k)
        for (int n = 0; n < panel; ++n) *to++ = first + n < L.units ? canonical[(first + n) * length + k] : 0;
    }
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed) {
    constexpr detail::clamping clamp = detail::clamping_of(L.act);
    const auto* bias = reinterpret_cast<const float*>(packed);
    detail::multiply_vector<Isa>(x.data, length, bias, bias + columns, y.data, L.units, clamp.low,
                                 clamp.high);
    detail::apply_rest<L.act, Out>(y);
  }
};

}  // namespace edgenn
