// Winograd's convolutions: where a NaN goes, and their division among shares.
#include <bit>
#include <cpu/winograd_errors.hpp>
#include <cstdint>
#include <cstring>
#include <limits>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

/// A NaN in the last channel, at the corners and in the middle.
template <int M, conv2d L>
void check_nan() {
  constexpr shape in{25, 26, 18};
  constexpr const auto& net = network_of<L, in>;
  using K = kernel<with_winograd<tag, M>, op<L, L.output(in), in>>;
  constexpr detail::winograd_plan plan = K::plan;
  constexpr window2d window = L.window(in);
  constexpr int pad_y = window.y.before, pad_x = window.x.before, group = L.filters / L.groups;
  const data clean = noise(in, net.weight_count, false);
  const std::vector<float> before = run<net, with_winograd<tag, M>>(clean);
  for (const int y : {0, 7, 24})
    for (const int x : {0, 12, 25}) {
      data d = clean;
      d.x[std::size_t((y * in.w + x) * in.c + in.c - 1)] = std::numeric_limits<float>::quiet_NaN();
      const std::vector<float> found = run<net, with_winograd<tag, M>>(d);
      int lost = 0, spread = 0;
      for (int oy = 0; oy < window.y.out; ++oy)
        for (int ox = 0; ox < window.x.out; ++ox)
          for (int f = 0; f < L.filters; ++f) {
            const auto i = static_cast<std::size_t>((oy * window.x.out + ox) * L.filters + f);
            const auto within = [](int at, int first, int count) {
              return at >= first && at < first + count;
            };
            const bool in_group = f >= L.filters - group;
            if (in_group && within(y, oy - pad_y, L.kernel.h) && within(x, ox - pad_x, L.kernel.w))
              lost += !std::isnan(found[i]);
            // what the output's tile reads, for all parts of the kernel
            const int top = oy / plan.y.outputs * plan.y.outputs - pad_y;
            const int left = ox / plan.x.outputs * plan.x.outputs - pad_x;
            const int high = plan.y.points + (plan.y.parts - 1) * plan.y.outputs;
            const int wide = plan.x.points + (plan.x.parts - 1) * plan.x.outputs;
            if (!(in_group && within(y, top, high) && within(x, left, wide)))
              spread += std::memcmp(&found[i], &before[i], sizeof(float)) != 0;
          }
      CHECK_MESSAGE(lost == 0, title_of(plan, L, in), ", NaN at ", y, ", ", x);
      CHECK_MESSAGE(spread == 0, title_of(plan, L, in), ", NaN at ", y, ", ", x);
    }
}

}  // namespace

TEST_CASE("a NaN reaches all outputs that depend on it, and only tiles that read it") {
  check_nan<2, conv2d{.filters = 20, .kernel = 3, .pad = 1, .act = activations::relu}>();
  check_nan<4, conv2d{.filters = 20, .kernel = 3, .pad = 1, .groups = 2, .act = activations::relu}>();
  check_nan<5, conv2d{.filters = 20, .kernel = 3, .pad = 1, .act = activations::relu}>();
  check_nan<6, conv2d{.filters = 20, .kernel = 3, .pad = 1, .act = activations::relu}>();
  check_nan<4, conv2d{.filters = 20, .kernel = 5, .pad = 2, .act = activations::relu}>();
  check_nan<6, conv2d{.filters = 20, .kernel = {12, 5}, .pad = {6, 2}, .act = activations::relu}>();
  check_nan<5, conv2d{.filters = 20, .kernel = {5, 7}, .pad = {2, 3}, .act = activations::relu}>();
}

namespace {

/// `Backend` on the layer, in shares by turns, on memory whose results of another share would show.
template <class Backend, conv2d L, shape In>
void check_shares() {
  constexpr shape out = L.output(In);
  using K = kernel<Backend, op<L, out, In>>;
  constexpr const auto& net = network_of<L, In>;
  const data d = noise(In, net.weight_count, false);
  struct alignas(64) line {
    std::byte bytes[64];
  };
  std::vector<line> packed(K::packed_bytes / sizeof(line) + 1), scratch(K::scratch_bytes / sizeof(line) + 1);
  K::pack(d.weights.data(), packed.data()->bytes);
  const auto x = tensor_view<const float>::contiguous(d.x.data(), In);
  const auto run = [&](std::vector<float>& y, share part) {
    K::run(x, tensor_view<float>::contiguous(y.data(), out), packed.data()->bytes, scratch.data()->bytes,
           part);
  };
  const auto bits = [](float v) { return std::bit_cast<std::uint32_t>(v); };
  std::vector<float> whole(static_cast<std::size_t>(out.size()));
  run(whole, {});
  for (const int count : {2, 3, 4, 7}) {
    std::vector<int> writers(whole.size());
    std::size_t wrong = 0, not_once = 0;
    for (int i = 0; i < count; ++i) {
      std::vector<float> y(whole.size(), std::numeric_limits<float>::quiet_NaN());
      run(y, {i, count});
      for (std::size_t k = 0; k < y.size(); ++k) {
        if (std::isnan(y[k])) continue;
        ++writers[k];
        wrong += bits(y[k]) != bits(whole[k]);
      }
    }
    for (const int n : writers) not_once += n != 1;
    CHECK_MESSAGE(wrong == 0, title_of(K::plan, L, In), ", ", count, " shares: other bits");
    CHECK_MESSAGE(not_once == 0, title_of(K::plan, L, In), ", ", count, " shares: ", not_once,
                  " elements not written by one share");
  }
}

}  // namespace

TEST_CASE("shares together compute everything once, with the same bits") {
  check_shares<with_winograd<tag, 2>, conv2d{.filters = 5, .kernel = 3, .pad = 1}, shape{3, 3, 3}>();
  check_shares<with_winograd<tag, 4>, conv2d{.filters = 300, .kernel = 3, .pad = 1, .groups = 2},
               shape{13, 14, 6}>();
  check_shares<with_winograd<tag, 5>, conv2d{.filters = 200, .kernel = 3, .pad = 1}, shape{14, 14, 20}>();
  check_shares<with_winograd<tag, 4>, conv2d{.filters = 7, .kernel = 3, .act = activations::sigmoid},
               shape{70, 71, 5}>();
  check_shares<with_winograd<tag, 6>, conv2d{.filters = 100, .kernel = {5, 7}, .pad = {2, 3}},
               shape{19, 23, 4}>();
  check_shares<with_winograd<tag, 5>, conv2d{.filters = 40, .kernel = {13, 5}, .act = activations::relu},
               shape{90, 21, 5}>();
}
