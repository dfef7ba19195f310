#pragma once
#include <edgenn/backends/cpu/vectors.hpp>
#include <edgenn/layers/activate.hpp>
#include <edgenn/layers/elementwise.hpp>

namespace edgenn {

namespace detail {

/// Clamps as far as `Act` does that; `apply_rest` does what is left.
template <class Isa, activation Act>
typename microkernels::vec<Isa>::type clamped(typename microkernels::vec<Isa>::type x) {
  using v = microkernels::vec<Isa>;
  constexpr clamping bounds = clamping_of(Act);
  return v::min(v::broadcast(bounds.high), v::max(v::broadcast(bounds.low), x));
}

}  // namespace detail

/// Activations that clamp; the others fall back.
template <class Isa, activate L, shape Out, shape In>
struct clamp_kernel {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y) {
    detail::for_each_pixel<Out>([&](int z, int row, int column) {
      detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
        detail::store_up_to<Isa>(
            &y(z, row, column, c),
            detail::clamped<Isa, L.act>(detail::load_up_to<Isa>(&x(z, row, column, c), n)), n);
      });
    });
  }
};

template <class Isa, activate L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>>
    : std::conditional_t<detail::clamping_of(L.act).is_all, clamp_kernel<Isa, L, Out, In>,
                         kernel<reference, op<L, Out, In>>> {};

template <class Isa, add_layer L, shape Out, shape A, shape B>
struct kernel<basic_cpu<Isa>, op<L, Out, A, B>> {
  static constexpr bool in_place = true, strided = true;

  static void run(tensor_view<const float> a, tensor_view<const float> b, tensor_view<float> y) {
    using v = microkernels::vec<Isa>;
    detail::for_each_pixel<Out>([&](int z, int row, int column) {
      detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
        const auto sum = v::add(detail::load_up_to<Isa>(&a(z, row, column, c), n),
                                detail::load_up_to<Isa>(&b(z, row, column, c), n));
        detail::store_up_to<Isa>(&y(z, row, column, c), detail::clamped<Isa, L.act>(sum), n);
      });
    });
    detail::apply_rest<L.act, Out>(y);
  }
};

}  // namespace edgenn
