#include "onnx_run.hpp"

#include <fstream>
#include <iterator>

namespace onnx_tests {

void check_compiled(const std::string& test, const compiled& network) {
  const imported_case c = import_case(std::filesystem::path{ONNX_TEST_DATA} / test);
  std::ifstream in{ONNX_NETWORKS "/" + network_name(test) + ".edgenn", std::ios::binary};
  const std::string weights{std::istreambuf_iterator<char>{in}, {}};
  for (const run& r : c.runs) {
    REQUIRE(r.inputs.size() == network.input_count);
    REQUIRE(r.expected.size() == network.output_count);
    std::vector<const float*> inputs;
    for (std::size_t k = 0; k < r.inputs.size(); ++k) {
      REQUIRE(r.inputs[k].size() == static_cast<std::size_t>(network.input_sizes[k]));
      inputs.push_back(r.inputs[k].data());
    }
    std::vector<std::vector<float>> results;
    std::vector<float*> outputs;
    for (std::size_t k = 0; k < network.output_count; ++k)
      results.emplace_back(static_cast<std::size_t>(network.output_sizes[k]));
    for (std::vector<float>& result : results) outputs.push_back(result.data());
    REQUIRE(network.run(std::as_bytes(std::span{weights}), inputs.data(), outputs.data()) == "");
    for (std::size_t k = 0; k < results.size(); ++k) CHECK(difference(results[k], r.expected[k]) == "");
  }
}

}  // namespace onnx_tests
