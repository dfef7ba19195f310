#pragma once
#include <edgenn/backends/cpu/tag.hpp>
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
