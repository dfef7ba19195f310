#pragma once
#include <cstring>
#include <edgenn/backends/cpu/vectors.hpp>
#include <edgenn/layers/concat.hpp>
#include <edgenn/layers/rearrange.hpp>

namespace edgenn {

namespace detail {

/// Runs of a few vectors are not worth a call.
template <class Isa>
void copy_run(int n, const float* from, float* to) {
  if (n > 256)
    std::memcpy(to, from, sizeof(float) * static_cast<std::size_t>(n));
  else
    for_each_vector<Isa>(
        n, [&](int i, int width) { store_up_to<Isa>(to + i, load_up_to<Isa>(from + i, width), width); });
}

/// Copies a share of a tensor of shape `S`, unless it lies there already.
template <class Isa, shape S>
void copy_tensor(tensor_view<const float> x, tensor_view<float> y, share part) {
  if (x.data == y.data) return;
  for_each_run<S>(part, copy_run<Isa>, x, y);
}

/// Elements in storage order under another shape, for inputs that the memory plan could not simply rename:
/// as far as both sides have adjacent ones.
template <class Isa, shape Out, shape In>
void copy_reshaped(tensor_view<const float> x, tensor_view<float> y, share part) {
  if (x.data == y.data) return;
  // Adjacent elements from number i on, and where they are.
  const auto run_at = [](auto view, shape s, int i) {
    struct {
      decltype(view.data) at;
      int length;
    } run{view.data + i, s.size() - i};
    if (is_contiguous(view, s)) return run;
    const int row = s.w * s.c;
    run.at = &view(i / (row * s.h), i / row % s.h, i / s.c % s.w, i % s.c);
    run.length = joins_pixels(view, s) ? row - i % row : s.c - i % s.c;
    return run;
  };
  const share::range r = part.of(Out.size(), 64);
  for (int i = r.first; i < r.end;) {
    const auto from = run_at(x, In, i);
    const auto to = run_at(y, Out, i);
    int n = r.end - i;
    if (from.length < n) n = from.length;
    if (to.length < n) n = to.length;
    copy_run<Isa>(n, from.at, to.at);
    i += n;
  }
}

/// A kernel that copies.
template <class Isa, shape Out, shape In, bool InPlace>
struct copy_kernel {
  static constexpr bool in_place = InPlace, strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y, share part = {}) {
    if constexpr (Out == In)
      copy_tensor<Isa, Out>(x, y, part);
    else
      copy_reshaped<Isa, Out, In>(x, y, part);
  }
};

}  // namespace detail

template <class Isa, reshape L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> : detail::copy_kernel<Isa, Out, In, false> {};
template <class Isa, flatten L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> : detail::copy_kernel<Isa, Out, In, false> {};
template <class Isa, identity L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> : detail::copy_kernel<Isa, Out, In, true> {};
template <class Isa, dropout L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> : detail::copy_kernel<Isa, Out, In, true> {};

template <class Isa, concat_layer L, shape Out, shape... In>
struct kernel<basic_cpu<Isa>, op<L, Out, In...>> {
  static constexpr bool strided = true;

  template <shape>
  using view_of = tensor_view<const float>;

  static void run(view_of<In>... x, tensor_view<float> y, share part = {}) {
    const int stride = L.along == axis::channels ? 1
                       : L.along == axis::width  ? y.pixel_stride
                       : L.along == axis::height ? y.row_stride
                                                 : y.slice_stride;
    const auto append = [&]<shape S>(tensor_view<const float> operand) {
      shape s = S;
      detail::copy_tensor<Isa, S>(operand, y, part);
      y.data += L.extent_of(s) * stride;
    };
    (append.template operator()<In>(x), ...);
  }
};

template <class Isa, pad2d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y, share part = {}) {
    using v = microkernels::vec<Isa>;
    using plain = kernel<reference, op<L, Out, In>>;
    const share::range rows = part.of(Out.h);
    for (int oy = rows.first; oy < rows.end; ++oy) {
      const int iy = plain::source(oy - L.pad.top, In.h);
      const auto fill = [&](int first, int end) {
        for (int ox = first; ox < end; ++ox) {
          const int ix = plain::source(ox - L.pad.left, In.w);
          float* to = &y(oy, ox, 0);
          if (iy < 0 || ix < 0)
            detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
              detail::store_up_to<Isa>(to + c, v::broadcast(L.value.value()), n);
            });
          else
            detail::copy_run<Isa>(Out.c, &x(iy, ix, 0), to);
        }
      };
      if (iy < 0 || !detail::joins_pixels(x, In) || !detail::joins_pixels(y, Out)) {
        fill(0, Out.w);
      } else {
        fill(0, L.pad.left);
        detail::copy_run<Isa>(In.w * In.c, &x(iy, 0, 0), &y(oy, L.pad.left, 0));
        fill(L.pad.left + In.w, Out.w);
      }
    }
  }
};

}  // namespace edgenn
