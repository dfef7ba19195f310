#include <cpu/run_networks.hpp>
#include <edgenn/backends/reference.hpp>

std::vector<edgenn::tests::network_to_run> edgenn::tests::networks_on_reference() {
  return networks_on<reference>();
}
