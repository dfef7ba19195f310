#pragma once
#include <cases.hpp>
#include <cmath>
#include <edgenn/model.hpp>
#include <layers/run_case.hpp>
#include <memory>

namespace edgenn::tests {

template <const auto& Net, class Backend>
std::vector<float> run_whole(const std::vector<float>& x, const std::vector<float>& weights) {
  using model = edgenn::model<Net, Backend, borrowed_arena>;
  const std::span<const float, model::weight_count> canonical{weights};
  aligned_memory memory{model::arena_bytes, Backend::alignment};
  const std::span<std::byte, model::arena_bytes> arena{memory.data(), std::size_t{model::arena_bytes}};
  aligned_memory packed{model::packed_bytes, Backend::alignment};
  const auto run = [&](model net) {
    const auto y = net.run(std::span<const float, model::template in<>.size()>{x});
    return std::vector<float>(y.begin(), y.end());
  };
  if constexpr (model::packed_bytes > 0) {
    const std::span<std::byte, model::packed_bytes> bytes{packed.data(), std::size_t{model::packed_bytes}};
    model::pack(canonical, bytes);
    return run(model{bytes, arena});
  } else {
    return run(model{canonical, arena});
  }
}

/// Uniform with the variance 2 / fan-in of He et al. 2015 ("Delving deep into rectifiers"); biases too, which
/// are drawn by the layer's own fan-in.
template <const auto& Net>
std::vector<float> draw_whole(const char* name) {
  generator random{name};
  std::vector<float> weights;
  for (int i = Net.input_count; i < Net.node_count; ++i) {
    if (Net[i].weight_count == 0) continue;
    const double fan_in = static_cast<double>(Net[i].macs) / Net[i].out.size();
    const auto range = static_cast<float>(std::sqrt(6 / fan_in));
    for (int k = 0; k < Net[i].weight_count; ++k) weights.push_back(2 * range * random.next());
  }
  return weights;
}

}  // namespace edgenn::tests
