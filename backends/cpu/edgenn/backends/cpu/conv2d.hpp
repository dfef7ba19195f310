#pragma once
#include <edgenn/backends/cpu/direct_conv2d.hpp>
#include <edgenn/backends/cpu/winograd.hpp>

namespace edgenn {

namespace detail {

/// Whether F(M x M, 3 x 3) computes this layer at all.
constexpr bool winograd_applies(const conv2d& l) {
  return l.kernel == extent{3} && l.stride == extent{1} && l.dilation == extent{1} && l.groups == 1;
}

/// `Tile` is the M of F(M x M, 3 x 3), 0 for a direct convolution.
template <class Isa, int Tile, conv2d L, shape Out, shape In>
struct convolution {
  using type = winograd_convolution<Isa, Tile, L, Out, In>;
};
template <class Isa, conv2d L, shape Out, shape In>
struct convolution<Isa, 0, L, Out, In> {
  using type = direct_convolution<Isa, L, Out, In>;
};

}  // namespace detail

template <class Isa, conv2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>>
    : detail::convolution<Isa, detail::winograd_applies(L) ? detail::chosen_winograd<Isa>(In, Out) : 0, L,
                          Out, In>::type {};

template <class Isa, int Tile, conv2d L, shape Out, shape In>
struct kernel<with_winograd<basic_cpu<Isa>, Tile>, op<L, Out, In>>
    : detail::convolution<Isa, detail::winograd_applies(L) ? Tile : 0, L, Out, In>::type {};

}  // namespace edgenn
