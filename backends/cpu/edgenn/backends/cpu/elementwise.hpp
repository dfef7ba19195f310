#pragma once
#include <edgenn/backends/cpu/microkernels/activation.hpp>
#include <edgenn/backends/cpu/vectors.hpp>
#include <edgenn/layers/activate.hpp>
#include <edgenn/layers/elementwise.hpp>

namespace edgenn {

template <class Isa, activate L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y, share part = {}) {
    const auto activate_run = [](int n, const float* from, float* to) {
      detail::for_each_vector<Isa>(n, [&](int i, int width) {
        const auto value = detail::load_up_to<Isa>(from + i, width);
        detail::store_up_to<Isa>(to + i, microkernels::activate<Isa, L.act>(value), width);
      });
    };
    detail::for_each_run<Out>(part, activate_run, x, y);
  }
};

template <class Isa, prelu L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y, const float* slope, share part = {}) {
    using v = microkernels::vec<Isa>;
    detail::for_each_pixel<Out>(part, [&](int z, int row, int column) {
      const float* from = &x(z, row, column, 0);
      float* to = &y(z, row, column, 0);
      detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
        const auto value = detail::load_up_to<Isa>(from + c, n),
                   factor = detail::load_up_to<Isa>(slope + c, n);
        const auto bent = v::fma(factor, v::min(v::zero(), value), v::max(v::zero(), value));
        detail::store_up_to<Isa>(to + c, bent, n);
      });
    });
  }
};

template <class Isa, add_layer L, shape Out, shape A, shape B>
struct kernel<basic_cpu<Isa>, op<L, Out, A, B>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const float> a, tensor_view<const float> b, tensor_view<float> y,
                  share part = {}) {
    using v = microkernels::vec<Isa>;
    const auto add_run = [](int n, const float* left, const float* right, float* to) {
      detail::for_each_vector<Isa>(n, [&](int i, int width) {
        const auto sum =
            v::add(detail::load_up_to<Isa>(left + i, width), detail::load_up_to<Isa>(right + i, width));
        detail::store_up_to<Isa>(to + i, microkernels::activate<Isa, L.act>(sum), width);
      });
    };
    detail::for_each_run<Out>(part, add_run, a, b, y);
  }
};

template <class Isa, multiply_layer L, shape Out, shape A, shape B>
struct kernel<basic_cpu<Isa>, op<L, Out, A, B>> {
  static constexpr bool in_place = A == B, strided = true;

  static void run(tensor_view<const float> a, tensor_view<const float> b, tensor_view<float> y,
                  share part = {}) {
    if constexpr (A == B) {
      detail::for_each_run<Out>(part, multiply_run<true>, a, b, y);
    } else {
      detail::for_each_pixel<Out>(part, [&](int z, int row, int column) {
        const float* factors = &b(B.d == 1 ? 0 : z, B.h == 1 ? 0 : row, B.w == 1 ? 0 : column, 0);
        multiply_run<B.c == A.c>(Out.c, &a(z, row, column, 0), factors, &y(z, row, column, 0));
      });
    }
  }

 private:
  /// By n factors or by one.
  template <bool Many>
  static void multiply_run(int n, const float* from, const float* factors, float* to) {
    using v = microkernels::vec<Isa>;
    detail::for_each_vector<Isa>(n, [&](int i, int width) {
      const auto factor = Many ? detail::load_up_to<Isa>(factors + i, width) : v::broadcast(*factors);
      const auto product = v::mul(detail::load_up_to<Isa>(from + i, width), factor);
      detail::store_up_to<Isa>(to + i, microkernels::activate<Isa, L.act>(product), width);
    });
  }
};

}  // namespace edgenn
