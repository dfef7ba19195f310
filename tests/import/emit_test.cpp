// Names, numbers and files of an import.
#include "emit.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "layers/kind.hpp"
#include "names.hpp"

namespace {

using namespace edgenn;
using import::code;
using import::import_error;

auto small_network(float weight = 1) {
  import::target t;
  const int x = t.input({2, 2, 1}, "image");
  const int y = t.append(dense{.units = 1, .bias = false}, std::span<const int>{&x, 1},
                         {std::vector<float>{weight, 0, 0, 0}}, "result");
  t.output(y, "result");
  return t;
}

std::string message_of(auto f) {
  try {
    f();
    return {};
  } catch (const import_error& e) {
    return e.what();
  }
}

}  // namespace

TEST_CASE("names of networks are C++ identifiers") {
  CHECK(import::network_name("mobilenet_v1_0.25_128") == "mobilenet_v1_0_25_128");
  CHECK(import::network_name("2nd model") == "n2nd_model");
  CHECK(import::network_name("class") == "class_1");
  CHECK(import::network_name("conv2d") == "conv2d_1");
  CHECK(import::network_name("index") == "index_1");
  for (const char* name : {"log2", "toupper", "signgam", "EOF", "NULL", "M_PI"})  // of C's headers
    CHECK(import::network_name(name) == std::string{name} + "_1");
  CHECK(import::network_name("") == "imported_network");
  CHECK(import::network_name("\xE5\x8F\x82") == "imported_network");
  CHECK(import::network_name("__a--b__") == "a_b");
  CHECK(import::network_name("a*/\n#error\\") == "a_error");
  const std::string long_name = import::network_name(std::string(1'000'000, 'n'));
  CHECK(long_name == std::string(40, 'n'));
  for (const std::string_view layer : import::known_layers())
    CHECK(import::network_name(layer) == std::string{layer} + "_1");
  for (const char* name : {"mobilenet", "n2nd_model", "class_1", "imported_network"})
    CHECK(import::network_name(name) == name);
}

TEST_CASE("names of values differ from each other") {
  import::local_names names{8};
  CHECK(names.next("Relu", "v1") == "relu_1");
  CHECK(names.next("pool", "v2") == "pool");
  CHECK(names.next("pool", "v3") == "pool_2");
  CHECK(names.next("POOL", "v4") == "pool_3");
  CHECK(names.next("", "v5") == "v5");
  CHECK(names.next("x", "v6") == "x_1");
}

TEST_CASE("comments stay on their line") {
  CHECK(import::comment("conv1/Relu", 20) == "conv1/Relu");
  CHECK(import::comment("a\nb\\", 20) == "a_b_");
  CHECK(import::comment("what?\?/", 20) == "what__/");
  CHECK(import::comment(std::string(100, 'a') + "end", 10) == "...aaaaend");
}

TEST_CASE("numbers read as what they are") {
  CHECK(code(1.0f) == "1");
  CHECK(code(0.1f) == "0.1");
  CHECK(code(1e-5f) == "1e-05");
  CHECK(code(std::numeric_limits<float>::infinity()) == "std::numeric_limits<float>::infinity()");
  CHECK_THROWS_AS(code(std::numeric_limits<float>::quiet_NaN()), import_error);
  for (std::uint32_t bits = 1; bits < 0x7F800000u; bits += 0x10001u) {  // floats of every size
    const auto v = std::bit_cast<float>(bits);
    const std::string text = code(v);
    const bool as_float = text.back() == 'f';
    const float read = as_float ? std::strtof(text.c_str(), nullptr)
                                : static_cast<float>(std::strtod(text.c_str(), nullptr));
    if (read != v) FAIL(text);
  }
}

TEST_CASE("weights that cannot be stored") {
  const import::emit_options fp16{.name = "net", .stored = storage::fp16};
  CHECK(message_of([&] { import::emit(small_network(65504), fp16); }) == "");
  CHECK(message_of([&] { import::emit(small_network(65520), fp16); })
        == "weights of result: found 65520.000000, which is too large for fp16: use fp32");
  const import::emit_options fp32{.name = "net"};
  CHECK(message_of([&] { import::emit(small_network(std::numeric_limits<float>::quiet_NaN()), fp32); })
        == "weights of result: found nan, expected a finite number");
}

TEST_CASE("a second import gives the same bytes") {
  const import::emit_options options{.name = "net", .source = "net.onnx"};
  const import::products a = import::emit(small_network(), options),
                         b = import::emit(small_network(), options);
  CHECK(a.header == b.header);
  CHECK(a.weights == b.weights);
  CHECK(a.report == b.report);
}

TEST_CASE("the golden input lies in its range") {
  const import::products p = import::emit(small_network(), {.name = "net", .low = 2, .high = 3});
  for (std::size_t i = 0; i < 4; ++i) {
    float v;
    std::memcpy(&v, p.weights.data() + 64 + 64 + 4 * i, sizeof v);
    CHECK(v >= 2);
    CHECK(v <= 3);
  }
}

TEST_CASE("no golden pair where the output is not finite") {
  const import::products p = import::emit(small_network(3e38f), {.name = "net", .low = 10, .high = 20});
  CHECK(p.weights.size() == 64 + 64);
  CHECK(p.report.find("no golden pair: an output is not finite") != std::string::npos);
}

TEST_CASE("no golden pair where the network is too large") {
  import::target t;
  const int operands[] = {t.input({1'000'000, 1, 4}, "boxes"), t.input({1'000'000, 1, 1}, "scores")};
  const non_max_suppression_layer all{.capacity = 1'000'000, .score_threshold = -2, .iou_threshold = 1};
  t.output(t.append(all, operands, {}, "found"), "found");
  const import::products made = import::emit(std::move(t), {.name = "n"});
  CHECK(made.report.find("no golden pair: the network is too large to be run here") != std::string::npos);
}

TEST_CASE("no golden pair above 2.5e8 elements or 4e10 operations") {
  const auto report = [](shape in, auto layer) {
    import::target t;
    const int operand[] = {t.input(in, "x")};
    t.output(t.append(layer, operand, {}, "y"), "y");
    return import::emit(std::move(t), {.name = "n"}).report;
  };
  const char* too_large = "no golden pair: the network is too large to be run here";
  CHECK(report({1000, 1000, 126}, identity{}).find(too_large) != std::string::npos);
  const average_pool2d wide{.window = 201, .stride = 1, .pad = same};
  CHECK(report({1000, 1000, 1}, wide).find(too_large) != std::string::npos);
}

TEST_CASE("preprocessing that does not fit the input") {
  const auto with = [](import::preprocessing p) {
    return message_of([&] { import::emit(small_network(), {.name = "net", .preprocess = std::move(p)}); });
  };
  CHECK(with({"grey", {0}, {1}}) == "");
  CHECK(with({"rgb", {0}, {1}}) == "preprocessing: the input has 1 channels, expected 3 for rgb");
  CHECK(with({"grey", {0, 1}, {1}}) == "preprocessing: found 2 numbers for mean, expected 1 or 1");
  CHECK(with({"grey", {0}, {std::numeric_limits<float>::infinity()}})
        == "preprocessing: found a scale that is no number");
}

TEST_CASE("files are written all or not at all") {
  const auto folder = std::filesystem::temp_directory_path() / "edgenn_write_files";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "taken");
  const std::byte content[] = {std::byte{1}, std::byte{2}};
  const import::file good[] = {{folder / "a", content}, {folder / "b", content}};
  import::write_files(good);
  CHECK(std::filesystem::file_size(folder / "a") == 2);
  const import::file bad[] = {{folder / "c", content}, {folder / "missing" / "d", content}};
  CHECK(message_of([&] { import::write_files(bad); }).find("d cannot be written") != std::string::npos);
  const import::file on_folder[] = {{folder / "a", std::span{content}.first(1)}, {folder / "taken", content}};
  CHECK(message_of([&] { import::write_files(on_folder); }).find("taken cannot be written")
        != std::string::npos);
  CHECK(std::filesystem::file_size(folder / "a") == 2);
  std::filesystem::create_symlink("b", folder / "a.part");
  const import::file through_link[] = {{folder / "a", std::span{content}.first(1)}};
  import::write_files(through_link);
  CHECK(std::filesystem::file_size(folder / "b") == 2);
  CHECK((std::filesystem::file_size(folder / "a") == 1 && !std::filesystem::is_symlink(folder / "a")));
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    left.push_back(entry.path().filename());
  std::sort(left.begin(), left.end());
  CHECK(left == std::vector<std::string>{"a", "b", "taken"});
  std::filesystem::remove_all(folder);
}
