// Which of ONNX's tests pass, and why the others do not, as Markdown:
//
//   onnx_table LIST DATA                 prints it
//   onnx_table LIST DATA --check FILE    exit status 1 if FILE holds something else, or a wrong result
//   onnx_table LIST DATA --write FILE    writes FILE
//
// Here networks are evaluated as they are imported; the tests onnx_<group> compile them.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>

#include "evaluate.hpp"
#include "onnx_case.hpp"

namespace {

namespace fs = std::filesystem;

struct outcome {
  bool passed;
  std::string remark;  // why not, or how
};

outcome outcome_of(const fs::path& folder) {
  try {
    const onnx_tests::imported_case c = onnx_tests::import_case(folder);
    for (const onnx_tests::run& r : c.runs) {
      const auto outputs = edgenn::import::evaluate(c.net, r.inputs);
      for (std::size_t k = 0; k < outputs.size(); ++k)
        if (const std::string wrong = onnx_tests::difference(outputs[k], r.expected[k]); !wrong.empty())
          return {false, "WRONG: " + wrong};
    }
    return {true, c.how};
  } catch (const edgenn::import::import_error& e) {
    const std::string_view file = "model.onnx: ", why = e.what();
    return {false, std::string{why.substr(why.starts_with(file) ? file.size() : 0)}};
  }
}

std::string table(const fs::path& list, const fs::path& data) {
  int passed = 0, all = 0, group_passed = 0, group_all = 0;
  std::ostringstream rows, groups;
  std::string group;
  const auto end_group = [&] {
    if (group_all > 0) groups << "| " << group << " | " << group_passed << " | " << group_all << " |\n";
    group_passed = group_all = 0;
  };
  for (const auto& [of, name] : onnx_tests::read_list(list)) {
    if (of != group) {
      end_group();
      group = of;
      rows << "\n## " << group << "\n\n| test | passes | |\n|---|---|---|\n";
    }
    const outcome o = outcome_of(data / name);
    rows << "| " << name << " | " << (o.passed ? "yes" : "no") << " | " << o.remark << " |\n";
    ++all;
    ++group_all;
    passed += o.passed;
    group_passed += o.passed;
  }
  end_group();
  std::ostringstream text;
  text << "# ONNX's tests of its operators\n\n"
       << "The ONNX project tests each operator by a small model with inputs and expected outputs (Debian's\n"
       << "libonnx-testdata 1.12). These are the " << all
       << " whose operators are those of inference on images: 283 of one\noperator, three of them with a "
          "constant "
          "or a second Gemm before it, and "
       << all - 283 << " that join several. " << passed
       << " are\nimported by edgenn-import, compiled, run on the reference backend and agree within ONNX's "
          "tolerances (rtol 1e-3,\natol 1e-7): `ctest -R onnx`. The others are refused; the message says "
          "why.\n\n"
       << "The tests hand weights to the model as inputs. edgenn's weights are constants, so where a test "
          "says \"inputs "
          "as\nconstants\" all inputs but the first were. A batch is run image by image. Numbers of other "
          "types than "
          "float\nare computed in fp32; sums of uint8 do not wrap.\n\n"
       << "This page is written by `onnx_table --write`; a test compares it.\n\n"
       << "| group | pass | all |\n|---|---|---|\n"
       << groups.str() << rows.str();
  return text.str();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3 && count != 5) {
    std::fputs("usage: onnx_table LIST DATA [--check FILE | --write FILE]\n", stderr);
    return 2;
  }
  const std::string text = table(arguments[1], arguments[2]), mode = count == 5 ? arguments[3] : "";
  if (mode.empty()) std::fputs(text.c_str(), stdout);
  if (mode == "--write") std::ofstream{arguments[4], std::ios::binary} << text;
  if (mode != "--check") return 0;
  std::ifstream in{arguments[4], std::ios::binary};
  if (std::string{std::istreambuf_iterator<char>{in}, {}} == text) {
    if (text.find("| WRONG: ") == std::string::npos) return 0;
    std::printf("%s has wrong results\n", arguments[4]);
    return 1;
  }
  std::printf("%s is out of date: onnx_table %s %s --write %s\n", arguments[4], arguments[1], arguments[2],
              arguments[4]);
  return 1;
}
