#pragma once
#include <edgenn/backends/cpu/microkernels/exp.hpp>
#include <edgenn/backends/cpu/vectors.hpp>
#include <edgenn/layers/normalization.hpp>

namespace edgenn {

template <class Isa, softmax L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y) {
    using v = microkernels::vec<Isa>;
    detail::for_each_pixel<Out>([&](int z, int row, int column) {
      const float* from = &x(z, row, column, 0);
      float* to = &y(z, row, column, 0);
      float top = from[0];
      for (int c = 1; c < Out.c; ++c) top = detail::larger(top, from[c]);
      detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
        const auto below = v::sub(detail::load_up_to<Isa>(from + c, n), v::broadcast(top));
        detail::store_up_to<Isa>(to + c, microkernels::exp_of_negative<Isa>(below), n);
      });
      float sum = 0;
      for (int c = 0; c < Out.c; ++c) sum += to[c];
      detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
        detail::store_up_to<Isa>(to + c, v::div(detail::load_up_to<Isa>(to + c, n), v::broadcast(sum)), n);
      });
    });
  }
};

/// Local response normalisation with the usual beta of 0.75, where t^-0.75 = 1 / (sqrt(t) sqrt(sqrt(t)));
/// others fall back.
template <class Isa, lrn L, shape Out, shape In>
struct lrn_kernel {
  static constexpr int reach = L.size / 2, width = microkernels::vec<Isa>::width;
  static constexpr bool strided = true;
  /// The squares of one pixel between zeros, and a vector more that the last load touches.
  static constexpr int scratch_bytes = (In.c + 2 * reach + width) * int{sizeof(float)};

  static void run(tensor_view<const float> x, tensor_view<float> y, const float*, std::byte* scratch) {
    using v = microkernels::vec<Isa>;
    auto* squares = reinterpret_cast<float*>(scratch);
    for (int i = 0; i < In.c + 2 * reach + width; ++i) squares[i] = 0;
    detail::for_each_pixel<Out>([&](int z, int row, int column) {
      const float* from = &x(z, row, column, 0);
      float* to = &y(z, row, column, 0);
      detail::for_each_vector<Isa>(In.c, [&](int c, int n) {
        const auto value = detail::load_up_to<Isa>(from + c, n);
        detail::store_up_to<Isa>(squares + reach + c, v::mul(value, value), n);
      });
      detail::for_each_vector<Isa>(In.c, [&](int c, int n) {
        auto sum = v::load(squares + c);
        for (int i = 1; i < L.size; ++i) sum = v::add(sum, v::load(squares + c + i));
        const auto root = v::sqrt(v::fma(sum, v::broadcast(L.scale()), v::broadcast(L.k.value())));
        const auto divisor = v::mul(root, v::sqrt(root));
        detail::store_up_to<Isa>(to + c, v::div(detail::load_up_to<Isa>(from + c, n), divisor), n);
      });
    });
  }
};

template <class Isa, lrn L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>>
    : std::conditional_t<L.beta == real{0.75f}, lrn_kernel<Isa, L, Out, In>,
                         kernel<reference, op<L, Out, In>>> {};

}  // namespace edgenn
