#pragma once
// The Eigen backend: convolution and dense layers as matrix products of the Eigen library, for processors
// that the CPU backend has no microkernels for (RISC-V, POWER ...). Everything else is the reference
// backend's. It is also the proof that a backend is one folder. Needs Eigen 3.4; Eigen may take memory from
// the heap for large products.
#include <Eigen/Core>
#include <edgenn/backends/reference.hpp>

namespace edgenn {

/// fp32, with weights in canonical order: nothing is packed.
struct eigen {
  /// Of activations.
  using element = float;
  /// Of weights.
  using weight = float;
  /// For all other layers.
  using fallback = reference;
  static constexpr int alignment = 64;  ///< bytes, of each buffer in the arena
};

namespace detail::eigen_maps {

using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using const_matrix = Eigen::Map<const matrix, 0, Eigen::OuterStride<>>;
using mutable_matrix = Eigen::Map<matrix, 0, Eigen::OuterStride<>>;
using const_vector = Eigen::Map<const Eigen::VectorXf>;
using mutable_vector = Eigen::Map<Eigen::VectorXf>;

}  // namespace detail::eigen_maps

/// A row of output pixels is the sum over taps of (input pixels x channels) * (channels x filters). Padding
/// needs no copy: a tap concerns only the outputs for which it lies on the input.
template <conv2d L, shape Out, shape In>
struct kernel<eigen, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y, const float* weights) {
    using namespace detail::eigen_maps;
    constexpr window2d window = L.window(In);
    constexpr int channels = In.c / L.groups, filters = L.filters / L.groups;
    constexpr int taps = L.kernel.h * L.kernel.w;
    const float* bias = weights + L.filters * taps * channels;
    for (int oy = 0; oy < Out.h; ++oy)
      for (int g = 0; g < L.groups; ++g) {
        mutable_matrix row{&y(oy, 0, g * filters), Out.w, filters, Eigen::OuterStride<>{y.pixel_stride}};
        if constexpr (L.bias)
          row.rowwise() = const_vector{bias + g * filters, filters}.transpose();
        else
          row.setZero();
        for (int tap = 0; tap < taps; ++tap) {
          const int ky = tap / L.kernel.w, kx = tap % L.kernel.w, iy = window.y.position(oy, ky);
          if (iy < 0 || iy >= In.h) continue;
          int first = 0, end = Out.w;  // outputs for which the tap lies on the input
          while (first < end && window.x.position(first, kx) < 0) ++first;
          while (end > first && window.x.position(end - 1, kx) >= In.w) --end;
          if (first == end) continue;
          const const_matrix pixels{&x(iy, window.x.position(first, kx), g * channels), end - first, channels,
                                    Eigen::OuterStride<>{x.pixel_stride * L.stride.w}};
          const const_matrix kernel{weights + (g * filters * taps + tap) * channels, filters, channels,
                                    Eigen::OuterStride<>{taps * channels}};
          row.middleRows(first, end - first).noalias() += pixels * kernel.transpose();
        }
        for (int ox = 0; ox < Out.w; ++ox)
          for (int f = 0; f < filters; ++f) row(ox, f) = detail::apply<L.act>(row(ox, f));
      }
  }
};

template <dense L, shape Out, shape In>
struct kernel<eigen, op<L, Out, In>> {
  static void run(tensor_view<const float> x, tensor_view<float> y, const float* weights) {
    using namespace detail::eigen_maps;
    mutable_vector out{y.data, L.units};
    out.noalias() = const_matrix{weights, L.units, In.size(), Eigen::OuterStride<>{In.size()}}
                    * const_vector{x.data, In.size()};
    if constexpr (L.bias) out += const_vector{weights + L.units * In.size(), L.units};
    for (int u = 0; u < L.units; ++u) out[u] = detail::apply<L.act>(out[u]);
  }
};

}  // namespace edgenn
