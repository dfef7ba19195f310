#pragma once
#include <edgenn/backends/cpu/conv2d.hpp>
#include <edgenn/backends/cpu/depthwise_conv2d.hpp>
#include <edgenn/layers/separable_conv2d.hpp>

namespace edgenn {

/// Depthwise and pointwise convolution, some rows of both at a time: the values between them stay in the
/// cache, and their pixels do not share its sets. The same sums in the same order as in two layers.
template <class Isa, separable_conv2d L, shape Out, shape In>
struct separable_kernel {
  static constexpr shape between = L.depthwise().output(In);
  using depthwise = depthwise_kernel<Isa, L.depthwise(), between, In>;

  /// Floats from one pixel of the values between to the next.
  static constexpr int pitch = between.c + detail::gap_for_depthwise(between.c);
  /// Rows at a time, if it can be no more than 128 KiB. They divide the output evenly, so that one kernel
  /// computes them all, and leave the depthwise kernel no odd row, which takes more time.
  static constexpr int block_rows = [] {
    for (int rows = Out.h; rows > 2; --rows)
      if (Out.h % rows == 0 && (rows % 2 == 0 || Out.h % 2 == 1)
          && 1LL * rows * Out.w * pitch * int{sizeof(float)} <= 128 << 10)
        return rows;
    return Out.h % 2 == 0 ? 2 : 1;
  }();
  static constexpr int blocks = Out.h / block_rows;
  using pointwise =
      kernel<basic_cpu<Isa>,
             op<L.pointwise(), shape{block_rows, Out.w, Out.c}, shape{block_rows, Out.w, between.c}>>;

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
  static constexpr int second_packed = detail::ceil_div(depthwise::packed_bytes, alignment) * alignment;
  static constexpr int inner_scratch =
      detail::ceil_div(block_rows * Out.w * pitch * int{sizeof(float)}, alignment) * alignment;
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

  /// Where there is not a block for each share, each computes all rows of the depthwise layer, the smaller
  /// part of the work, and its share of the pointwise one.
  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch, share part = {}) {
    const bool by_blocks = blocks >= part.count;
    const share::range mine = by_blocks ? part.of(blocks) : share::range{0, blocks};
    auto* values = reinterpret_cast<float*>(scratch);
    const tensor_view<float> rows{values, pitch, Out.w * pitch, block_rows * Out.w * pitch};
    const tensor_view<const float> read{values, rows.pixel_stride, rows.row_stride, rows.slice_stride};
    for (int i = mine.first; i < mine.end; ++i) {
      depthwise::compute(x, rows, {i * block_rows, (i + 1) * block_rows}, {0, depthwise::vectors}, packed,
                         scratch + inner_scratch);
      tensor_view<float> out = y;
      out.data += i * block_rows * y.row_stride;
      pointwise::run(read, out, packed + second_packed, scratch + inner_scratch, by_blocks ? share{} : part);
    }
  }
};

template <class Isa, separable_conv2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> : separable_kernel<Isa, L, Out, In> {};

}  // namespace edgenn
