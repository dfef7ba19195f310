#pragma once
// All convolutions that Strassen's algorithm computes, by it, whatever time that takes.
#include <edgenn/backends/cpu.hpp>

namespace edgenn::tests {

template <class Backend>
struct by_strassen : Backend {
  using fallback = Backend;
};

}  // namespace edgenn::tests

template <class Backend, edgenn::conv2d L, edgenn::shape Out, edgenn::shape In>
requires(edgenn::detail::strassen_applies(
    L, In)) struct edgenn::kernel<edgenn::tests::by_strassen<Backend>, edgenn::op<L, Out, In>>
    : edgenn::detail::strassen_convolution<edgenn::detail::isa_of_t<Backend>, L, Out, In> {
};
