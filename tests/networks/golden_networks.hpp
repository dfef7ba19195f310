#pragma once
// Runs networks of bench/networks.hpp. EDGENN_TESTED_TAG is the backend.
#include <cpu/run_networks.hpp>
#include <edgenn.hpp>
#include <networks.hpp>
#include <networks/golden.hpp>
#include <synthetic.hpp>

namespace edgenn::tests {

template <const auto& Net>
network_on_backend on_tag(const char* name) {
  return {name, [] {
            return run_whole<Net, EDGENN_TESTED_TAG>(bench::synthetic_input(Net),
                                                     bench::synthetic_weights(Net));
          }};
}

}  // namespace edgenn::tests
