#pragma once
#include <edgenn/backends/reference/conv2d.hpp>
#include <edgenn/layers/separable_conv2d.hpp>

namespace edgenn {

/// One layer after the other.
template <class T, class W, separable_conv2d L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr shape between = L.depthwise().output(In);
  static constexpr bool strided = true;
  static constexpr int scratch_bytes = between.size() * int{sizeof(T)};

  static void run(tensor_view<const T> x, tensor_view<T> y, const W* weights, std::byte* scratch) {
    using backend = basic_reference<T, W>;
    auto* values = reinterpret_cast<T*>(scratch);
    constexpr int first = static_cast<int>(L.depthwise().weights(In).size());
    kernel<backend, op<L.depthwise(), between, In>>::run(x, tensor_view<T>::contiguous(values, between),
                                                         weights);
    kernel<backend, op<L.pointwise(), Out, between>>::run(tensor_view<const T>::contiguous(values, between),
                                                          y, weights + first);
  }
};

}  // namespace edgenn
