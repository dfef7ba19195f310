// Writes what the fuzzer of ONNX starts from: ONNX's own tests, with the inputs after the first as
// initializers.
#include <onnx/onnx_pb.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: fuzz_onnx_corpus LIST DATA FOLDER\n", stderr);
    return 2;
  }
  const fs::path data = arguments[2], folder = arguments[3];
  fs::create_directories(folder);
  std::ifstream list{arguments[1]};
  for (std::string group, name; list >> group >> name;) {
    onnx::ModelProto m;
    if (!m.ParseFromString(contents(data / name / "model.onnx"))) return 2;
    for (int k = 1; k < m.graph().input_size(); ++k) {
      const fs::path file = data / name / "test_data_set_0" / ("input_" + std::to_string(k) + ".pb");
      onnx::TensorProto t;
      if (!fs::exists(file) || !t.ParseFromString(contents(file))) continue;
      t.set_name(m.graph().input(k).name());
      *m.mutable_graph()->add_initializer() = t;
    }
    const std::string bytes = m.SerializeAsString();
    if (bytes.size() <= 4000)
      std::ofstream{folder / name.substr(name.find('/') + 1), std::ios::binary} << bytes;
  }
  return 0;
}
