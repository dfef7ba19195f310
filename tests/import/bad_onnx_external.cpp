// Tensors whose data lie in other files: refused unless a folder is stated, and never outside it.
#include <filesystem>
#include <fstream>

#include "refusal.hpp"

using namespace onnx_tests;
namespace fs = std::filesystem;

namespace {

/// y = x + c, where the data of c lie in the file `location`.
ModelProto with_external(const std::string& location, const std::string& offset = "",
                         const std::string& length = "") {
  ModelProto m = model_of({4});
  auto& t = add_floats(m, "c", {4}, {});
  t.set_data_location(onnx::TensorProto::EXTERNAL);
  const auto add = [&t](const char* key, const std::string& value) {
    auto& entry = *t.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  add("location", location);
  if (!offset.empty()) add("offset", offset);
  if (!length.empty()) add("length", length);
  add_node(m, "Add", {"x", "c"}, {"y"});
  return m;
}

/// A folder with data inside, data outside and links to it.
class folders {
 public:
  folders() : root_{fs::temp_directory_path() / ("edgenn-external-" + std::to_string(std::rand()))} {
    fs::create_directories(root_ / "inside" / "deeper");
    for (const char* name : {"outside.bin", "inside/data.bin", "inside/deeper/data.bin"})
      std::ofstream{root_ / name, std::ios::binary} << std::string(24, 'a');
    fs::create_symlink(root_ / "outside.bin", root_ / "inside" / "link.bin");
    fs::create_directory_symlink(root_, root_ / "inside" / "up");
    fs::create_symlink("data.bin", root_ / "inside" / "good_link.bin");
    fs::create_symlink("/dev/zero", root_ / "inside" / "zero.bin");
  }
  ~folders() { fs::remove_all(root_); }
  edgenn::import::onnx_options options() const { return {.external_data = root_ / "inside"}; }
  fs::path root() const { return root_; }

 private:
  fs::path root_;
};

}  // namespace

TEST_CASE("external data without a folder") {
  check_refused(with_external("data.bin"), {"initializer \"c\"", "data.bin", "--external-data DIR"});
}

TEST_CASE("external data inside the folder") {
  const folders f;
  check_accepted(with_external("data.bin", "8"), f.options());
  check_accepted(with_external("deeper/data.bin", "0", "16"), f.options());
  check_accepted(with_external("good_link.bin"), f.options());
}

TEST_CASE("external data outside the folder") {
  const folders f;
  const char* part = "initializer \"c\"";
  check_refused(with_external("../outside.bin"), {part, "must be a file below the folder"}, f.options());
  check_refused(with_external("deeper/../data.bin"), {part, "must be a file below the folder"}, f.options());
  check_refused(with_external((f.root() / "outside.bin").string()), {part, "must be a file below the folder"},
                f.options());
  check_refused(with_external("/dev/zero"), {part, "must be a file below the folder"}, f.options());
  check_refused(with_external(""), {part, "must be a file below the folder"}, f.options());
  check_refused(with_external(std::string("data.bin\0x", 10)), {part, "must be a file below the folder"},
                f.options());
  check_refused(with_external("link.bin"), {part, "a link that leaves"}, f.options());
  check_refused(with_external("up/outside.bin"), {part, "a link that leaves"}, f.options());
  check_refused(with_external("zero.bin"), {part, "a link that leaves"}, f.options());
  check_refused(with_external("deeper"), {part, "not a regular file"}, f.options());
  check_refused(with_external("missing.bin"), {part, "is not in"}, f.options());
  check_refused(with_external("data.bin"), {part, "there is no folder"},
                {.external_data = f.root() / "nowhere"});
}

TEST_CASE("external data of the wrong extent") {
  const folders f;
  check_refused(with_external("data.bin", "9"), {"external data of 16 bytes at 9 of 24"}, f.options());
  check_refused(with_external("data.bin", "0", "24"), {"external data of 24 bytes", "expected 16"},
                f.options());
  check_refused(with_external("data.bin", "18446744073709551600"),
                {"external data of 16 bytes at 18446744073709551600"}, f.options());
  for (const char* number : {"-1", "1e3", "0x10", "99999999999999999999", " 1", "1 "})
    check_refused(with_external("data.bin", number), {"external data: offset is"}, f.options());
}
