#pragma once
#include <edgenn/backends/reference/conv2d.hpp>
#include <edgenn/backends/reference/pool.hpp>
#include <edgenn/layers/pooled_conv2d.hpp>

namespace edgenn {

/// One layer after the other, then the activation.
template <class T, class W, pooled_conv2d L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr shape between = L.convolution().output(In);
  static constexpr bool strided = true;
  static constexpr int scratch_bytes = detail::at_most_max_int(1LL * between.size() * int{sizeof(T)});

  static void run(tensor_view<const T> x, tensor_view<T> y, const W* weights, std::byte* scratch) {
    using backend = basic_reference<T, W>;
    auto* values = reinterpret_cast<T*>(scratch);
    kernel<backend, op<L.convolution(), between, In>>::run(x, tensor_view<T>::contiguous(values, between),
                                                           weights);
    kernel<backend, op<L.pool(), Out, between>>::run(tensor_view<const T>::contiguous(values, between), y);
    detail::for_each_element<Out>(
        [&](int, int row, int col, int c) { y(row, col, c) = detail::apply<L.act>(y(row, col, c)); });
  }
};

}  // namespace edgenn
