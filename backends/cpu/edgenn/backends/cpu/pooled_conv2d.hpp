#pragma once
#include <edgenn/backends/cpu/conv2d.hpp>
#include <edgenn/backends/cpu/elementwise.hpp>
#include <edgenn/backends/cpu/pool.hpp>
#include <edgenn/layers/pooled_conv2d.hpp>

namespace edgenn {

namespace detail {

/// One layer after the other.
template <class Isa, int Ny, int Nx, pooled_conv2d L, shape Out, shape In>
struct convolution_then_pooling {
  static constexpr shape between = L.convolution().output(In);
  using first = typename convolution<Isa, Ny, Nx, L.convolution(), between, In>::type;
  using second = kernel<basic_cpu<Isa>, op<L.pool(), Out, between>>;
  using third = kernel<basic_cpu<Isa>, op<activate{L.act}, Out, Out>>;

  static constexpr winograd_plan plan =
      winograd_plan_of<Isa>(axis_of(Ny, L.kernel.h), axis_of(Nx, L.kernel.w), L.groups, In, between);
  static constexpr bool strided = true;
  static constexpr int alignment = basic_cpu<Isa>::alignment;
  static constexpr long long values_bytes = (4LL * between.size() + alignment - 1) / alignment * alignment;
  static constexpr int scratch_bytes = at_most_max_int(values_bytes + first::scratch_bytes);
  static constexpr int packed_bytes = first::packed_bytes;

  static void pack(const float* canonical, std::byte* packed) { first::pack(canonical, packed); }

  static void run(tensor_view<const float> x, tensor_view<float> y, const std::byte* packed,
                  std::byte* scratch) {
    auto* values = reinterpret_cast<float*>(scratch);
    first::run(x, tensor_view<float>::contiguous(values, between), packed, scratch + values_bytes);
    second::run(tensor_view<const float>::contiguous(values, between), y);
    if constexpr (L.act != none) third::run({y.data, y.pixel_stride, y.row_stride, y.slice_stride}, y);
  }
};

/// The maxima of what Winograd's tiles have, before it is stored.
template <class Isa, int Ny, int Nx, pooled_conv2d L, shape Out, shape In, int Bundle = 0,
          class Stored = float>
struct pooled_winograd
    : winograd_convolution<Isa, Ny, Nx,
                           conv2d{L.filters, L.kernel, L.stride, L.dilation, L.pad, L.groups, L.bias, L.act},
                           L.convolution().output(In), In, true, Bundle, Stored> {
  /// For other extents, with these weights.
  template <shape OtherOut, shape OtherIn>
  using with_extents =
      pooled_winograd<Isa, Ny, Nx, L, OtherOut, OtherIn, pooled_winograd::plan.bundle, Stored>;
  /// With weights stored as `Other`.
  template <class Other>
  using with_stored = pooled_winograd<Isa, Ny, Nx, L, Out, In, Bundle, Other>;

  static constexpr bool stands_in = true;
};

/// With so many points in each axis. No square may lie in two tiles.
template <class Isa, winograd_axes Axes, pooled_conv2d L, shape Out, shape In>
struct pooled_convolution {
  static constexpr bool apart = !Axes.direct() && Axes.y.outputs % 2 == 0 && Axes.x.outputs % 2 == 0;
  using type = std::conditional_t<apart, pooled_winograd<Isa, Axes.y.points, Axes.x.points, L, Out, In>,
                                  convolution_then_pooling<Isa, Axes.y.points, Axes.x.points, L, Out, In>>;
};

/// What `with_winograd` asks of a tag or of one that derives from it; nothing of other backends.
template <class Backend, class Isa, int M, pooled_conv2d L, shape Out, shape In>
struct asked_pooled_convolution : pooled_convolution<Isa, asked_winograd(L.convolution(), M), L, Out, In> {};
template <class Backend, int M, pooled_conv2d L, shape Out, shape In>
struct asked_pooled_convolution<Backend, void, M, L, Out, In> {
  using type = kernel<Backend, op<L, Out, In>>;
};

}  // namespace detail

template <class Isa, pooled_conv2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>>
    : detail::pooled_convolution<
          Isa, detail::chosen_winograd<Isa>(L.convolution(), In, L.convolution().output(In)), L, Out,
          In>::type {};

template <class Backend, int M, pooled_conv2d L, shape Out, shape In>
struct kernel<with_winograd<Backend, M>, op<L, Out, In>>
    : detail::asked_pooled_convolution<Backend, detail::isa_of_t<Backend>, M, L, Out, In>::type {};

}  // namespace edgenn
