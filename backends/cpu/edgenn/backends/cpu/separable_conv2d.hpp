#pragma once
#include <edgenn/backends/cpu/conv2d.hpp>
#include <edgenn/backends/cpu/depthwise_conv2d.hpp>
#include <edgenn/layers/separable_conv2d.hpp>
#include <type_traits>

namespace edgenn {

namespace detail {

/// Depthwise and pointwise convolution, some rows of both at a time: the values between them stay in the
/// cache, and their pixels do not share its sets. The same sums in the same order as in two layers, except
/// that Strassen's algorithm, with `Direct` not used, pairs the pixels of a few rows only.
template <class Isa, separable_conv2d L, shape Out, shape In, bool Direct = false>
struct separable_kernel {
  static constexpr shape between = L.depthwise().output(In);
  static_assert(L.weights(In).size()
                    == L.depthwise().weights(In).size() + L.pointwise().weights(between).size(),
                "edgenn: a separable convolution has the weights of its two layers, in their order");
  using depthwise = depthwise_kernel<Isa, L.depthwise(), between, In>;

  /// Floats from one pixel of the values between to the next.
  static constexpr int pitch = between.c + gap_for_depthwise(between.c);
  /// Rows at a time, if it can be no more than 128 KiB; the depthwise kernel computes them by `row_step`.
  static constexpr int block_rows = [] {
    int rows = ceil_div(Out.h, depthwise::row_step) * depthwise::row_step;
    while (rows > depthwise::row_step && 1LL * rows * Out.w * pitch * int{sizeof(float)} > 128 << 10)
      rows -= depthwise::row_step;
    return rows < Out.h ? rows : Out.h;
  }();
  static constexpr shape block_in{block_rows, Out.w, between.c}, block_out{block_rows, Out.w, Out.c};
  using pointwise = std::conditional_t<
      Direct, direct_convolution<Isa, L.pointwise(), block_out, block_in>,
      typename convolution_of_rows<Isa, L.pointwise(), block_out, block_in, depthwise::row_step>::type>;

  /// Fusing gains a few percent where the weights and the values between are small, and more where those
  /// values would not fit into the second-level cache (1 MiB). In the middle it loses a little: the weights,
  /// which one layer reads once, are read for each block.
  static constexpr bool stands_in = [] {
    const long long values = 4LL * between.size(), weights = 4LL * between.c * Out.c;
    return values > 1 << 20 || values + weights <= 384 << 10;
  }();

  static constexpr bool strided = true;
  static constexpr int input_gap = depthwise::input_gap;
  static constexpr int alignment = basic_cpu<Isa>::alignment;
  /// Where the packed weights of the pointwise layer and the scratch memory of both begin.
  static constexpr int second_packed = ceil_div(depthwise::packed_bytes, alignment) * alignment;
  static constexpr int inner_scratch =
      ceil_div(block_rows * Out.w * pitch * int{sizeof(float)}, alignment) * alignment;
  static constexpr int packed_bytes = second_packed + pointwise::packed_bytes;
  static constexpr int scratch_bytes =
      inner_scratch
      + (depthwise::scratch_bytes > pointwise::scratch_bytes ? depthwise::scratch_bytes
                                                             : pointwise::scratch_bytes);

  static void pack(const float* canonical, std::byte* packed) {
    constexpr auto first = static_cast<int>(L.depthwise().weights(In).size());
    depthwise::pack(canonical, packed);
    pointwise::pack(canonical + first, packed + second_packed);
  }

  /// Where there are not rows for each share, each computes all rows of the depthwise layer, the smaller part
  /// of the work, and its share of the pointwise one.
  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch, share part = {}) {
    constexpr int step = depthwise::row_step;
    const bool by_rows = Out.h >= step * part.count;
    const share::range mine = by_rows ? part.of(Out.h, step) : share::range{0, Out.h};
    const int blocks = ceil_div(mine.end - mine.first, block_rows);
    auto* values = reinterpret_cast<float*>(scratch);
    const tensor_view<float> rows{values, pitch, Out.w * pitch, block_rows * Out.w * pitch};
    const tensor_view<const float> read{values, rows.pixel_stride, rows.row_stride, rows.slice_stride};
    for (int i = 0; i < blocks; ++i) {
      const share::range r = share{i, blocks}.of(mine.end - mine.first, step);
      const int first = mine.first + r.first;
      depthwise::compute(x, rows, {first, mine.first + r.end}, {0, depthwise::vectors}, packed,
                         scratch + inner_scratch);
      tensor_view<float> out = y;
      out.data += first * y.row_stride;
      pointwise::compute(read, out, r.end - r.first, packed + second_packed, scratch + inner_scratch,
                         by_rows ? share{} : part);
    }
  }
};

}  // namespace detail

template <class Isa, separable_conv2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> : detail::separable_kernel<Isa, L, Out, In> {};

/// `with_winograd` asks for a direct pointwise convolution.
template <class Backend, int M, separable_conv2d L, shape Out, shape In>
requires(!std::is_void_v<detail::isa_of_t<Backend>>) struct kernel<with_winograd<Backend, M>, op<L, Out, In>>
    : detail::separable_kernel<detail::isa_of_t<Backend>, L, Out, In, true> {
};

}  // namespace edgenn
