#pragma once
// Small networks with weights for the tests of the file format.
#include <edgenn.hpp>
#include <edgenn/weights_writer.hpp>
#include <random>
#include <tuple>
#include <vector>

#include "file_bytes.hpp"

inline constexpr auto tiny = edgenn::network<8>({2, 2, 1}, [](edgenn::value x) {
  using namespace edgenn;
  x = x | conv2d{.filters = 2, .kernel = 1, .act = relu};
  return x | dense{.units = 3} | softmax{};
});
inline constexpr int tiny_weights = 2 + 2 + 24 + 3;
static_assert(tiny.weight_count == tiny_weights);

/// As many weights, inputs and outputs as `tiny`, but another network.
inline constexpr auto sibling = edgenn::network<8>({2, 2, 1}, [](edgenn::value x) {
  using namespace edgenn;
  x = x | conv2d{.filters = 2, .kernel = 1, .act = relu6};
  return x | dense{.units = 3} | softmax{};
});
static_assert(sibling.weight_count == tiny_weights);

/// Several inputs and outputs.
inline constexpr auto many = edgenn::network<8>(edgenn::inputs{edgenn::shape{2, 3, 1}, edgenn::shape{.c = 5}},
                                                [](edgenn::value a, edgenn::value b) {
                                                  using namespace edgenn;
                                                  const value c = a | dense{.units = 5};
                                                  return outputs{add(b, c), a | flatten{} | sigmoid};
                                                });

/// No weights at all.
inline constexpr auto weightless =
    edgenn::network<4>({1, 1, 3}, [](edgenn::value x) { return x | edgenn::softmax{}; });

inline std::vector<float> some_floats(unsigned seed, int count) {
  std::mt19937 random{seed};
  std::vector<float> v(static_cast<std::size_t>(count));
  for (float& x : v) x = static_cast<float>(static_cast<double>(random()) / 2147483648.0 - 1);
  return v;
}

template <const auto& Net>
auto weights_span(const std::vector<float>& w) {
  constexpr auto count = static_cast<std::size_t>(Net.weight_count);
  return std::span<const float, count>{w.data(), count};
}

/// What `Net` makes of `x`, all inputs one after another, in plain fp32.
template <const auto& Net>
std::vector<float> outputs_of(const std::vector<float>& w, const std::vector<float>& x) {
  edgenn::model<Net, edgenn::reference> net{weights_span<Net>(w)};
  std::size_t start = 0;
  const auto next = [&]<int K>() {
    constexpr auto size = static_cast<std::size_t>(Net[K].out.size());
    start += size;
    return std::span<const float, size>{x.data() + (start - size), size};
  };
  std::vector<float> y;
  [&]<int... K>(std::integer_sequence<int, K...>) {
    const std::tuple in{next.template operator()<K>()...};
    static_cast<void>(net.run(std::get<K>(in)...));
  }
  (std::make_integer_sequence<int, Net.input_count>{});
  [&]<int... K>(std::integer_sequence<int, K...>) {
    (y.insert(y.end(), net.template output<K>().begin(), net.template output<K>().end()), ...);
  }
  (std::make_integer_sequence<int, Net.output_count>{});
  return y;
}

/// A file of `Net` made by the library's writer from weights `w`, empty if it refuses.
template <const auto& Net>
bytes written(edgenn::storage s, const std::vector<float>& w, const std::vector<float>& x = {},
              const std::vector<float>& y = {}) {
  bytes b(edgenn::weights_file<Net>::file_bytes(s, !x.empty()));
  if (edgenn::write_weights<Net>(b, s, weights_span<Net>(w), x, y) != b.size()) b.clear();
  return b;
}

/// A good file of `Net` with random weights.
template <const auto& Net>
bytes good_file(edgenn::storage s, bool golden) {
  const std::vector<float> w = some_floats(1, Net.weight_count);
  if (!golden) return written<Net>(s, w);
  int inputs = 0;
  for (int k = 0; k < Net.input_count; ++k) inputs += Net[k].out.size();
  const std::vector<float> x = some_floats(2, inputs);
  return written<Net>(s, w, x, outputs_of<Net>(w, x));
}
