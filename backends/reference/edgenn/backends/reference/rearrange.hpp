#pragma once
#include <edgenn/backends/reference/activate.hpp>
#include <edgenn/layers/broadcast.hpp>
#include <edgenn/layers/concat.hpp>
#include <edgenn/layers/rearrange.hpp>
#include <edgenn/layers/slice.hpp>
#include <edgenn/layers/transpose.hpp>

namespace edgenn {

namespace detail {

/// Copies a tensor of shape `S`, unless it lies there already.
template <shape S, class T>
void copy_elements(tensor_view<const T> x, tensor_view<T> y) {
  if (x.data == y.data) return;
  for_each_element<S>([&](int z, int row, int col, int c) { y(z, row, col, c) = x(z, row, col, c); });
}

}  // namespace detail

template <class T, class W, concat_layer L, shape Out, shape... In>
struct kernel<basic_reference<T, W>, op<L, Out, In...>> {
  static constexpr bool strided = true;

  template <shape>
  using view_of = tensor_view<const T>;

  static void run(view_of<In>... x, tensor_view<T> y) {
    const auto append = [&y]<shape S>(tensor_view<const T> part) {
      shape s = S;
      detail::copy_elements<S>(part, y);
      y.data += L.extent_of(s)
                * (L.along == axis::channels ? 1
                   : L.along == axis::width  ? y.pixel_stride
                   : L.along == axis::height ? y.row_stride
                                             : y.slice_stride);
    };
    (append.template operator()<In>(x), ...);
  }
};

namespace detail {

/// Elements in storage order under another shape, for inputs that the memory plan could not simply rename.
template <class T, shape Out, shape In>
void copy_in_storage_order(tensor_view<const T> x, tensor_view<T> y) {
  for (int i = 0; i < Out.size(); ++i) {
    const auto at = [i](auto view, shape s) -> auto& {
      return view(i / (s.c * s.w * s.h), i / (s.c * s.w) % s.h, i / s.c % s.w, i % s.c);
    };
    at(y, Out) = at(x, In);
  }
}

}  // namespace detail

template <class T, class W, reshape L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;
  static void run(tensor_view<const T> x, tensor_view<T> y) {
    detail::copy_in_storage_order<T, Out, In>(x, y);
  }
};

template <class T, class W, flatten L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;
  static void run(tensor_view<const T> x, tensor_view<T> y) {
    detail::copy_in_storage_order<T, Out, In>(x, y);
  }
};

template <class T, class W, identity L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;
  static void run(tensor_view<const T> x, tensor_view<T> y) { detail::copy_elements<Out>(x, y); }
};

template <class T, class W, dropout L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool in_place = true, strided = true;
  static void run(tensor_view<const T> x, tensor_view<T> y) { detail::copy_elements<Out>(x, y); }
};

template <class T, class W, transpose L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    detail::for_each_element<Out>([&](int z, int row, int col, int c) {
      int at[4];  // by axis of the input
      at[static_cast<int>(L.d)] = z;
      at[static_cast<int>(L.h)] = row;
      at[static_cast<int>(L.w)] = col;
      at[static_cast<int>(L.c)] = c;
      const auto [height, width, channels, depth] = at;
      y(z, row, col, c) = x(depth, height, width, channels);
    });
  }
};

template <class T, class W, slice L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    const auto from = [](axis a, int i) { return a == L.along ? L.begin + i * L.step : i; };
    detail::for_each_element<Out>([&](int z, int row, int col, int c) {
      y(z, row, col, c) =
          x(from(axis::depth, z), from(axis::height, row), from(axis::width, col), from(axis::channels, c));
    });
  }
};

template <class T, class W, broadcast L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    detail::for_each_element<Out>([&](int z, int row, int col, int c) {
      y(z, row, col, c) = x(In.d == 1 ? 0 : z, In.h == 1 ? 0 : row, In.w == 1 ? 0 : col, In.c == 1 ? 0 : c);
    });
  }
};

template <class T, class W, pad2d L, shape Out, shape In>
struct kernel<basic_reference<T, W>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    for (int oy = 0; oy < Out.h; ++oy)
      for (int ox = 0; ox < Out.w; ++ox) {
        const int iy = source(oy - L.pad.top, In.h), ix = source(ox - L.pad.left, In.w);
        for (int c = 0; c < Out.c; ++c)
          y(oy, ox, c) = iy < 0 || ix < 0 ? static_cast<T>(L.value.value()) : x(iy, ix, c);
      }
  }

  /// The row or column of an input of `extent` that position `i` shows, or -1 for the constant. Other
  /// backends' kernels use it too.
  static constexpr int source(int i, int extent) {
    if (i >= 0 && i < extent) return i;
    if (L.fill == border::edge) return i < 0 ? 0 : extent - 1;
    if (L.fill == border::reflect) return i < 0 ? -i : 2 * (extent - 1) - i;
    return -1;
  }
};

}  // namespace edgenn
