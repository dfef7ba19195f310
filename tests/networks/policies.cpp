#include <edgenn/executors/thread_pool.hpp>
#include <networks/golden_networks.hpp>

namespace edgenn::tests {

namespace {

/// An odd number, so that shares of even extents differ.
constexpr int threads = 3;

template <const auto& Net, class Backend>
std::vector<float> run_divided(const std::vector<float>& x, const std::vector<float>& weights) {
  using model = edgenn::model<Net, with_threads<Backend, threads>, borrowed_arena>;
  const std::span<const float, model::weight_count> canonical{weights};
  aligned_memory memory{model::arena_bytes, Backend::alignment};
  aligned_memory packed{model::packed_bytes, Backend::alignment};
  const std::span<std::byte, model::arena_bytes> arena{memory.data(), std::size_t{model::arena_bytes}};
  const auto run = [&](model net) {
    thread_pool<threads> executor;
    const auto y = net.run(executor, std::span<const float, model::template in<>.size()>{x});
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

template <const auto& Net>
void add(std::vector<network_on_backend>& all, const char* name) {
  using tag = EDGENN_TESTED_TAG;
  all.push_back({name, [] {
                   return run_whole<Net, smallest<tag>>(bench::synthetic_input(Net),
                                                        bench::synthetic_weights(Net));
                 }});
  all.push_back({name, [] {
                   return run_divided<Net, tag>(bench::synthetic_input(Net), bench::synthetic_weights(Net));
                 }});
}

}  // namespace

std::vector<network_on_backend> networks_under_policies() {
  std::vector<network_on_backend> all;
  add<bench::networks::lenet_300_100>(all, "lenet_300_100");
  add<bench::networks::lenet5>(all, "lenet5");
  add<bench::networks::mobilenet_v1_25_128>(all, "mobilenet_v1_25_128");
  add<bench::networks::squeezenet_v1_1>(all, "squeezenet_v1_1");
  return all;
}

}  // namespace edgenn::tests
