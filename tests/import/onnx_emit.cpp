// Writes the networks of one group of ONNX's tests as edgenn-import would, and a program of doctest cases
// that runs them: onnx_emit GROUP LIST DATA FOLDER. Tests that are refused are left out; the table of docs/
// says why.
#include <cstdio>
#include <fstream>
#include <set>

#include "emit.hpp"
#include "onnx_case.hpp"

namespace {

namespace fs = std::filesystem;
using namespace edgenn::import;

void write_network(const fs::path& folder, const std::string& name, target net) {
  const products made = emit(std::move(net), {.name = name, .source = name + "/model.onnx", .golden = false});
  const file files[] = {{folder / (name + ".hpp"), std::as_bytes(std::span{made.header})},
                        {folder / (name + ".edgenn"), made.weights}};
  write_files(files);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fputs("usage: onnx_emit GROUP LIST DATA FOLDER\n", stderr);
    return 2;
  }
  const std::string group = arguments[1];
  const fs::path data = arguments[3], folder = fs::path{arguments[4]} / group;
  fs::create_directories(folder);
  std::string includes, cases;
  std::set<std::string> names;
  for (const onnx_tests::listed& test : onnx_tests::read_list(arguments[2])) {
    if (test.group != group) continue;
    const std::string name = onnx_tests::network_name(test.name);
    try {
      onnx_tests::imported_case c = onnx_tests::import_case(data / test.name);
      if (!names.insert(name).second) throw import_error{"the name " + name + " is taken"};
      write_network(folder, name, std::move(c.net));
    } catch (const import_error& e) {
      std::printf("%s: left out: %s\n", test.name.c_str(), e.what());
      continue;
    }
    includes += "#include \"" + name + ".hpp\"\n";
    cases += "TEST_CASE(\"" + test.name + "\") { onnx_tests::check<" + name + ">(\"" + test.name + "\"); }\n";
  }
  std::ofstream out{folder / "cases.cpp"};
  out << "#include <doctest/doctest.h>\n\n#include \"onnx_run.hpp\"\n" << includes << '\n' << cases;
  return out.good() ? 0 : 2;
}
