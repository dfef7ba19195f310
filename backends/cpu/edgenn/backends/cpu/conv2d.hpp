#pragma once
#include <edgenn/backends/cpu/direct_conv2d.hpp>
#include <edgenn/backends/cpu/strassen.hpp>
#include <edgenn/backends/cpu/winograd.hpp>
#include <type_traits>

namespace edgenn {

namespace detail {

/// By Winograd's algorithms with so many points in each axis, or directly.
template <class Isa, int Ny, int Nx, conv2d L, shape Out, shape In>
struct convolution {
  using type = winograd_convolution<Isa, Ny, Nx, L, Out, In>;
};
template <class Isa, conv2d L, shape Out, shape In>
struct convolution<Isa, 1, 1, L, Out, In> {
  using type = direct_convolution<Isa, L, Out, In>;
};

/// What promises to take the least time.
template <class Isa, conv2d L, shape Out, shape In>
struct chosen_convolution : convolution<Isa, chosen_winograd<Isa>(L, In, Out).y.points,
                                        chosen_winograd<Isa>(L, In, Out).x.points, L, Out, In> {};
template <class Isa, conv2d L, shape Out, shape In>
requires(chooses_strassen<Isa>(L, In, Out, Out.h)) struct chosen_convolution<Isa, L, Out, In> {
  using type = strassen_convolution<Isa, L, Out, In>;
};

/// A pointwise convolution of the first rows of `Out`, by multiples of `step`, with the bits of all of them.
template <class Isa, conv2d L, shape Out, shape In, int Step>
struct convolution_of_rows {
  static constexpr bool by_strassen = chooses_strassen<Isa>(L, In, Out, Step);
  using type = std::conditional_t<by_strassen, strassen_convolution<Isa, L, Out, In, Step>,
                                  direct_convolution<Isa, L, Out, In>>;
};

/// What `with_winograd` asks of a tag or of one that derives from it; nothing of other backends.
template <class Backend, class Isa, int M, conv2d L, shape Out, shape In>
struct asked_convolution
    : convolution<Isa, asked_winograd(L, M).y.points, asked_winograd(L, M).x.points, L, Out, In> {};
template <class Backend, int M, conv2d L, shape Out, shape In>
struct asked_convolution<Backend, void, M, L, Out, In> {
  using type = kernel<Backend, op<L, Out, In>>;
};

}  // namespace detail

template <class Isa, conv2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> : detail::chosen_convolution<Isa, L, Out, In>::type {};

template <class Backend, int M, conv2d L, shape Out, shape In>
struct kernel<with_winograd<Backend, M>, op<L, Out, In>>
    : detail::asked_convolution<Backend, detail::isa_of_t<Backend>, M, L, Out, In>::type {};

}  // namespace edgenn
