// Whole networks against the outputs that ONNX states for them: with EDGENN_MODELS_DIR only.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "constant.hpp"
#include "evaluate.hpp"
#include "onnx_case.hpp"
#include "onnx_reader.hpp"
#include "simplify.hpp"

namespace {

using namespace edgenn::import;
namespace fs = std::filesystem;

/// What ONNX's runner feeds its models: 0, 1/n, 2/n ...
tensor rising(const std::vector<std::int64_t>& dims) {
  const std::int64_t count = element_count(dims, "the input");
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < count; ++i)
    numbers.push_back(static_cast<double>(i) / static_cast<double>(count));
  return constant_of(element::f32, dims, numbers);
}

void check_model(const std::string& name) {
  const char* models = std::getenv("EDGENN_MODELS_DIR");
  if (models == nullptr) {
    std::puts("skipped: EDGENN_MODELS_DIR is not set");
    return;
  }
  const fs::path folder = fs::path{models} / "onnx_light";
  lowered l = lower_onnx(read_onnx(onnx_tests::contents(folder / (name + ".onnx")), name + ".onnx", {}));
  REQUIRE(l.inputs.size() == 1);
  const std::vector<std::vector<float>> inputs{
      onnx_tests::in_memory_order(rising(l.inputs[0].dims), l.inputs[0])};
  const tensor expected =
      read_onnx_tensor(onnx_tests::contents(folder / (name + "_output_0.pb")), name + "_output_0.pb");
  const auto outputs = evaluate(simplify(std::move(l.net)), inputs);
  REQUIRE(outputs.size() == 1);
  CHECK(onnx_tests::difference(outputs[0], onnx_tests::in_memory_order(expected, l.outputs[0])) == "");
}

}  // namespace

TEST_CASE("light SqueezeNet") { check_model("light_squeezenet"); }
TEST_CASE("light AlexNet") { check_model("light_bvlc_alexnet"); }
TEST_CASE("light Inception v1") { check_model("light_inception_v1"); }
TEST_CASE("light VGG-19") { check_model("light_vgg19"); }
