// A layer of your own, without an edit of the library: a struct, a name, a kernel.
#include <cmath>
#include <cstdio>
#include <edgenn.hpp>

/// y = gain * x / (|x| + gain): a soft clip. Members are parameters; `output` is the shape rule.
struct soft_clip {
  static constexpr const char* name = "soft_clip";
  edgenn::real gain = 1;

  constexpr edgenn::shape output(edgenn::shape in) const { return in; }
};

/// From the name, which the graph remembers, back to the type.
template <>
struct edgenn::layer_named<"soft_clip"> {
  using type = soft_clip;
};

/// How the reference backend computes it. Other backends fall back to this one, until they have their own.
template <class T, class W, soft_clip L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<edgenn::basic_reference<T, W>, edgenn::op<L, Out, In>> {
  static constexpr bool in_place = true;  // output may lie on the input: no memory of its own

  static void run(tensor_view<const T> x, tensor_view<T> y) {
    constexpr T gain = static_cast<T>(L.gain.value());
    for (int i = 0; i < Out.size(); ++i) y.data[i] = gain * x.data[i] / (std::abs(x.data[i]) + gain);
  }
};

inline constexpr auto limiter = edgenn::network({.c = 4}, [](edgenn::value x) {
  using namespace edgenn;
  x = x | soft_clip{.gain = 2} | expect{1, 1, 4};
  return x | soft_clip{};
});

int main() {
  using model = edgenn::model<limiter, edgenn::reference>;
  static_assert(model::arena_bytes == 16, "four floats: the second layer works in place");

  model net{std::span<const float, 0>{}};
  const float x[4] = {-2, 0, 2, 1e6f};
  const auto y = net.run(x);
  std::printf("%g %g %g %g\n", double(y[0]), double(y[1]), double(y[2]), double(y[3]));

  const float expected[4] = {-0.5f, 0, 0.5f, 2.0f / 3};  // 2 -> 1 -> 1/2; infinity -> 2 -> 2/3
  for (std::size_t i = 0; i < 4; ++i)
    if (!(std::abs(y[i] - expected[i]) < 1e-5f)) return 1;
  return 0;
}
