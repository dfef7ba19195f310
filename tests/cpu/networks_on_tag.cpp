#include <cpu/run_networks.hpp>
#include <edgenn/backends/cpu.hpp>

std::vector<edgenn::tests::network_to_run> edgenn::tests::networks_on_tag() {
  return networks_on<EDGENN_TESTED_TAG>();
}
