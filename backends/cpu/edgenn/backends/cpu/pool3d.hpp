#pragma once
#include <cstring>
#include <edgenn/backends/cpu/vectors.hpp>
#include <edgenn/layers/pool3d.hpp>
#include <limits>

namespace edgenn {

namespace detail {

/// Separable for a horizontal stride of 1: a row of outputs is the maximum over slices and rows, taken
/// element by element along whole rows, then over columns.
template <class Isa, max_pool3d L, shape Out, shape In>
struct max_pool3d_kernel {
  static constexpr window3d window = L.slide(In);
  static constexpr int row = In.w * In.c;  ///< floats
  static constexpr int before = window.x.before * In.c, after = window.x.after * In.c;
  /// The maximum over slices and rows, with minus infinity on both sides.
  static constexpr int scratch_bytes = (before + row + after) * int{sizeof(float)};

  static void run(tensor_view<const float> x, tensor_view<float> y, const float*, std::byte* scratch,
                  share part = {}) {
    using v = microkernels::vec<Isa>;
    auto* padded = reinterpret_cast<float*>(scratch);
    float* highest = padded + before;
    for (int i = 0; i < before + row + after; ++i) padded[i] = -std::numeric_limits<float>::infinity();
    const share::range r = part.of(Out.d * Out.h);
    for (int o = r.first; o < r.end; ++o) {
      const int oz = o / Out.h, oy = o % Out.h;
      const tap_range slices = taps_on_input(window.z, oz);
      const tap_range rows = taps_on_input(window.y, oy);
      const auto row_at = [&](int kz, int ky) {
        return &x(window.z.position(oz, kz), window.y.position(oy, ky), 0, 0);
      };
      std::memcpy(highest, row_at(slices.first, rows.first), sizeof(float) * static_cast<std::size_t>(row));
      for (int kz = slices.first; kz < slices.end; ++kz)
        for (int ky = rows.first; ky < rows.end; ++ky) {
          const float* from = row_at(kz, ky);
          for_each_vector<Isa>(row, [&](int i, int n) {
            const auto best = v::max_or_nan(load_up_to<Isa>(highest + i, n), load_up_to<Isa>(from + i, n));
            store_up_to<Isa>(highest + i, best, n);
          });
        }
      float* to = &y(oz, oy, 0, 0);
      for_each_vector<Isa>(Out.w * Out.c, [&](int i, int n) {
        auto best = load_up_to<Isa>(padded + i, n);
        for (int kx = 1; kx < L.window.w; ++kx)
          best = v::max_or_nan(best, load_up_to<Isa>(padded + i + kx * In.c, n));
        store_up_to<Isa>(to + i, best, n);
      });
    }
  }
};

/// For other strides: each output by itself.
template <class Isa, max_pool3d L, shape Out, shape In>
struct strided_max_pool3d_kernel {
  static constexpr window3d window = L.slide(In);
  static constexpr bool strided = true;

  static void run(tensor_view<const float> x, tensor_view<float> y, share part = {}) {
    using v = microkernels::vec<Isa>;
    for_each_pixel<Out>(part, [&](int oz, int oy, int ox) {
      const tap_range slices = taps_on_input(window.z, oz);
      const tap_range rows = taps_on_input(window.y, oy);
      const tap_range columns = taps_on_input(window.x, ox);
      for_each_vector<Isa>(Out.c, [&](int c, int n) {
        auto best = v::broadcast(-std::numeric_limits<float>::infinity());
        for (int kz = slices.first; kz < slices.end; ++kz)
          for (int ky = rows.first; ky < rows.end; ++ky)
            for (int kx = columns.first; kx < columns.end; ++kx) {
              const float* from =
                  &x(window.z.position(oz, kz), window.y.position(oy, ky), window.x.position(ox, kx), c);
              best = v::max_or_nan(best, load_up_to<Isa>(from, n));
            }
        store_up_to<Isa>(&y(oz, oy, ox, c), best, n);
      });
    });
  }
};

}  // namespace detail

template <class Isa, max_pool3d L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>>
    : std::conditional_t<L.stride.w == 1, detail::max_pool3d_kernel<Isa, L, Out, In>,
                         detail::strided_max_pool3d_kernel<Isa, L, Out, In>> {};

}  // namespace edgenn
