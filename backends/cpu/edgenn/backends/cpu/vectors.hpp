#pragma once
#include <edgenn/backends/cpu/tag.hpp>
#include <edgenn/share.hpp>
#include <edgenn/window.hpp>

namespace edgenn::detail {

/// Calls `f(c, n)` for the channels [0, channels) in vectors: n of them from c on, the width except the last
/// time.
template <class Isa, class F>
void for_each_vector(int channels, F f) {
  constexpr int width = microkernels::vec<Isa>::width;
  int c = 0;
  for (; c + width <= channels; c += width) f(c, width);
  if (c < channels) f(c, channels - c);
}

/// The first `n` elements at `p`, at most a vector; the others are zero.
template <class Isa>
auto load_up_to(const float* p, int n) {
  using v = microkernels::vec<Isa>;
  return n == v::width ? v::load(p) : v::load_first(p, n);
}

template <class Isa>
void store_up_to(float* p, typename microkernels::vec<Isa>::type value, int n) {
  using v = microkernels::vec<Isa>;
  if (n == v::width)
    v::store(p, value);
  else
    v::store_first(p, value, n);
}

/// Calls `f(z, y, x)` for every pixel of a tensor of shape `S`.
template <shape S, class F>
void for_each_pixel(F f) {
  for (int z = 0; z < S.d; ++z)
    for (int y = 0; y < S.h; ++y)
      for (int x = 0; x < S.w; ++x) f(z, y, x);
}

/// Calls `f(z, y, x)` for the pixels of this share's rows.
template <shape S, class F>
void for_each_pixel(share part, F f) {
  const share::range rows = part.of(S.d * S.h);
  for (int row = rows.first; row < rows.end; ++row)
    for (int x = 0; x < S.w; ++x) f(row / S.h, row % S.h, x);
}

/// Whether a tensor of shape `s` has no gaps between its pixels, and none at all.
/// @{
template <class T>
constexpr bool joins_pixels(const tensor_view<T>& v, shape s) {
  return v.pixel_stride == s.c || s.w == 1;
}
template <class T>
constexpr bool is_contiguous(const tensor_view<T>& v, shape s) {
  return joins_pixels(v, s) && (v.row_stride == s.w * s.c || s.h == 1)
         && (v.slice_stride == s.h * s.w * s.c || s.d == 1);
}
/// @}

/// Calls `f(n, pointers...)` for each run of n adjacent elements in this share of tensors of shape `S`: of
/// all elements where no view has gaps, else of rows or of pixels.
template <shape S, class F, class... T>
void for_each_run(share part, F f, const tensor_view<T>&... views) {
  if ((is_contiguous(views, S) && ...)) {
    const share::range r = part.of(S.size(), 64);
    f(r.end - r.first, (views.data + r.first)...);
    return;
  }
  const share::range rows = part.of(S.d * S.h);
  const bool whole_rows = (joins_pixels(views, S) && ...);
  const int runs = whole_rows ? 1 : S.w, run = whole_rows ? S.w * S.c : S.c;
  for (int row = rows.first; row < rows.end; ++row)
    for (int x = 0; x < runs; ++x) f(run, &views(row / S.h, row % S.h, x, 0)...);
}

/// The share of a kernel whose output may lie on its input, where other elements than those it reads are
/// overwritten: then the first share does everything.
template <class T>
share undivided_in_place(share part, const tensor_view<const T>& x, const tensor_view<T>& y) {
  if (x.data != y.data) return part;
  return part.index == 0 ? share{} : share{1, 1};
}

/// The taps [first, end) of an axis that lie on the input for output `o`.
struct tap_range {
  int first, end;
};
constexpr tap_range taps_on_input(const window_axis& a, int o) {
  tap_range r{0, a.kernel};
  while (r.first < r.end && a.position(o, r.first) < 0) ++r.first;
  while (r.end > r.first && a.position(o, r.end - 1) >= a.in) --r.end;
  return r;
}

}  // namespace edgenn::detail
