#pragma once
#include <cmath>
#include <edgenn/backends/cpu/vectors.hpp>
#include <edgenn/layers/resize.hpp>

namespace edgenn {

/// Where rows and columns come from is computed once for each, by the functions of the reference kernel.
template <class Isa, resize L, shape Out, shape In>
struct kernel<basic_cpu<Isa>, op<L, Out, In>> {
  static constexpr bool strided = true;

 private:
  using plain = kernel<reference, op<L, Out, In>>;

  /// The two pixels of an axis that one output is made of, and the second one's weight. `nearest` needs one.
  struct source {
    int first, second;
    float weight;
  };
  static source source_of(int o, int in, int out, float stated) {
    const float p = plain::position(o, in, out, stated);
    if constexpr (L.mode == interpolation::nearest) {
      const int i = plain::clamp(plain::nearest(p), in);
      return {i, i, 0.0f};
    } else {
      const float below = std::floor(p);
      return {plain::clamp(below, in), plain::clamp(below + 1, in), p - below};
    }
  }

 public:
  static constexpr int scratch_bytes = Out.w * int{sizeof(source)};

  static void run(tensor_view<const float> x, tensor_view<float> y, const float*, std::byte* scratch,
                  share part = {}) {
    using v = microkernels::vec<Isa>;
    constexpr float scale_h = L.scale(In.h, Out.h, L.scale_h), scale_w = L.scale(In.w, Out.w, L.scale_w);
    auto* columns = reinterpret_cast<source*>(scratch);
    for (int ox = 0; ox < Out.w; ++ox) columns[ox] = source_of(ox, In.w, Out.w, scale_w);
    const share::range rows = part.of(Out.h);
    for (int oy = rows.first; oy < rows.end; ++oy) {
      const source row = source_of(oy, In.h, Out.h, scale_h);
      for (int ox = 0; ox < Out.w; ++ox) {
        const source column = columns[ox];
        const auto read = [&](int iy, int ix, int c, int n) {
          return detail::load_up_to<Isa>(&x(iy, ix, c), n);
        };
        const auto mix = [](auto first, auto second, float weight) {
          return v::fma(first, v::broadcast(1 - weight), v::mul(second, v::broadcast(weight)));
        };
        detail::for_each_vector<Isa>(Out.c, [&](int c, int n) {
          auto pixel = read(row.first, column.first, c, n);
          if constexpr (L.mode == interpolation::bilinear) {
            const auto above = mix(pixel, read(row.first, column.second, c, n), column.weight);
            const auto below = mix(read(row.second, column.first, c, n),
                                   read(row.second, column.second, c, n), column.weight);
            pixel = mix(above, below, row.weight);
          }
          detail::store_up_to<Isa>(&y(oy, ox, c), pixel, n);
        });
      }
    }
  }
};

}  // namespace edgenn
