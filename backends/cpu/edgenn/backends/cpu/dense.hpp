#pragma once
#include <edgenn/backends/cpu/activation.hpp>
#include <edgenn/backends/cpu/microkernels/gemv.hpp>
#include <edgenn/layers/dense.hpp>

namespace edgenn {

namespace detail {

/// A dense layer's columns as its kernel wants them: pairs of panels of 4 vectors, then one of up to 7.
template <class Isa>
struct dense_panels {
  static constexpr int width = microkernels::vec<Isa>::width, pair = 8 * width, panel = 4 * width;
  int units, length;

  constexpr int columns() const { return ceil_div(units, width) * width; }
  /// Columns that lie in pairs.
  constexpr int paired() const { return columns() / pair * pair; }
  /// Vectors of the others.
  constexpr int rest() const { return (columns() - paired()) / width; }

  /// Calls `f(unit, input)` for the weights in the order in which they are read.
  template <class F>
  void for_each_weight(F f) const {
    for (int first = 0; first < columns();) {
      const int n = first < paired() ? panel : columns() - paired();
      for (int k = 0; k < length; ++k)
        for (int i = 0; i < n; ++i) f(first + i, k);
      first += n;
    }
  }
};

/// One vector times a matrix in panels, the last one of `Rest` vectors: a share of its columns. Returns
/// which.
template <class Isa, int Rest, class Stored>
share::range multiply_vector(dense_panels<Isa> panels, microkernels::gemv_job<Stored> job, float* y,
                             share part) {
  constexpr int pair = dense_panels<Isa>::pair;
  const share::range columns = part.of(panels.columns(), pair);
  const Stored* weights = job.weights;
  const float* bias = job.bias;
  const auto at = [&](int column) {
    job.weights = weights + 1LL * column * job.length;
    job.bias = bias + column;
    job.columns = panels.units - column;
    return y + column;
  };
  int column = columns.first;
  for (; column + pair <= columns.end; column += pair) {
    float* to = at(column);
    microkernels::gemv<Isa, 2, 4>(job, to);
  }
  if constexpr (Rest > 0)
    if (column < columns.end) {
      float* to = at(column);
      microkernels::gemv<Isa, 1, Rest>(job, to);
    }
  return {columns.first, columns.end < panels.units ? columns.end : panels.units};
}

/// A dense layer whose weights are stored as `Stored`.
template <class Isa, class Stored, dense L, shape Out, shape In>
struct dense_kernel {
  static constexpr dense_panels<Isa> panels{L.units, In.size()};
  static constexpr int bias_bytes = panels.columns() * int{sizeof(float)};
  static_assert(1LL * panels.columns() * In.size() * int{sizeof(Stored)} + bias_bytes <= max_int,
                "edgenn: the packed weights of this dense layer need more than 2147483647 bytes");
  static constexpr int packed_bytes = bias_bytes + panels.columns() * In.size() * int{sizeof(Stored)};

  /// To bias [columns] in fp32, then the panels.
  static void pack(const float* canonical, std::byte* packed) {
    auto* bias = reinterpret_cast<float*>(packed);
    for (int n = 0; n < panels.columns(); ++n) bias[n] = 0;
    for (int n = 0; n < L.units && L.bias; ++n) bias[n] = canonical[L.units * In.size() + n];
    auto* to = reinterpret_cast<Stored*>(packed + bias_bytes);
    panels.for_each_weight([&](int unit, int input) {
      *to++ = Stored(unit < L.units ? canonical[unit * In.size() + input] : 0.0f);
    });
  }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  share part = {}) {
    constexpr clamping clamp = clamping_of(L.act);
    const auto* bias = reinterpret_cast<const float*>(packed);
    const auto* weights = reinterpret_cast<const Stored*>(packed + bias_bytes);
    const share::range units = multiply_vector<Isa, panels.rest()>(
        panels, microkernels::gemv_job<Stored>{x.data, weights, In.size(), bias, 0, clamp.low, clamp.high},
        y.data, part);
    if constexpr (!clamp.is_all) activate_run<Isa, L.act>(y.data + units.first, units.end - units.first);
  }
};

}  // namespace detail

template <class Isa, dense L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> : detail::dense_kernel<Isa, float, L, Out, In> {};

}  // namespace edgenn
