#pragma once
// Where every activation lives in the one arena of a network, decided by the compiler.
//
// First values share buffers: operands of a concat become parts of its result, a reshape is a second name for
// its input, and a kernel that works in place writes over an input that nobody needs any more. Then the
// buffers and the kernels' scratch get offsets: greedily, each at the lowest free place over its whole
// lifetime, in the order of size that Pisarchyk & Lee 2020 ("Efficient memory management for deep neural net
// inference") found best; other orders are tried while the arena is above its lower bound.
#include <edgenn/detail/buffer_placement.hpp>
#include <edgenn/detail/buffer_sharing.hpp>
#include <edgenn/placement.hpp>
#include <edgenn/plan_proof.hpp>

namespace edgenn {

/// Plans the arena of `g`, whose kernels need `needs`. `alignment` in bytes, of every buffer.
template <int N>
constexpr memory_plan<N> plan_memory(const basic_graph<N>& g, const static_array<kernel_needs, N>& needs,
                                     int element_bytes, int alignment) {
  memory_plan<N> plan;
  const detail::buffer_sharing<N> sharing{g, needs, element_bytes, plan};
  detail::buffer_placement<N>{g, needs, sharing, element_bytes, alignment, plan};
  return plan;
}

}  // namespace edgenn
