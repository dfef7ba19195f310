// edgenn-import: a trained model becomes a header with the network and a file with its weights.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "constant.hpp"
#include "deep_compression.hpp"
#include "emit.hpp"
#include "lower_onnx.hpp"
#include "lower_tflite.hpp"
#include "onnx_reader.hpp"
#include "preprocessing_text.hpp"
#include "shape_option.hpp"
#include "simplify.hpp"
#include "tflite_reader.hpp"

namespace {

using namespace edgenn::import;
namespace fs = std::filesystem;

struct arguments {
  fs::path model, folder = ".";
  std::string name, channel_order;
  std::vector<std::string> input_shapes;
  std::vector<float> mean, scale, input_range;
  fs::path external_data, report;
  bool dequantize = false, fp16 = false, list_operators = false, quiet = false;
};

std::vector<std::byte> read_file(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    throw import_error{printable(path.string()) + ": there is no such file"};
  const std::uint64_t size = fs::file_size(path, error);
  std::vector<std::byte> bytes(error ? 0 : static_cast<std::size_t>(size));
  std::ifstream in{path, std::ios::binary};
  if (error || !in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
    throw import_error{printable(path.string()) + ": it cannot be read"};
  return bytes;
}

bool is_tflite(const std::vector<std::byte>& bytes, const fs::path& path) {
  return path.extension() == ".tflite"
         || (bytes.size() >= 8 && std::memcmp(bytes.data() + 4, "TFL3", 4) == 0);
}

/// A network, and what its file says about the input's pixels and about the extents of inputs.
struct imported {
  target net;
  std::optional<preprocessing> preprocess;
  std::vector<std::vector<std::int64_t>> input_axes;
};

/// Refuses options that have no meaning for a file that is `kind`.
void check_options(const arguments& a, const std::string& file, bool is_onnx, bool is_tflite) {
  const auto belongs = [&file](bool stated, bool applies, const char* option, const char* expected) {
    if (stated && !applies)
      throw import_error{option + (": " + file) + " is no " + expected
                         + " model, to which the option belongs"};
  };
  belongs(!a.input_shapes.empty(), is_onnx, "--input-shape", "ONNX");
  belongs(!a.external_data.empty(), is_onnx, "--external-data", "ONNX");
  belongs(a.dequantize, is_tflite, "--dequantize", "TFLite");
  if (!a.input_range.empty()) {
    const float low = a.input_range[0], high = a.input_range[1];
    if (!(std::isfinite(low) && std::isfinite(high) && low <= high))
      throw import_error{"--input-range: found " + std::to_string(low) + " to " + std::to_string(high)
                         + ", expected two numbers, the smaller first"};
  }
}

imported read_network(const arguments& a, const std::vector<std::byte>& bytes) {
  const std::string file = printable(a.model.filename().string());
  const bool is_net = a.model.extension() == ".net", is_tfl = !is_net && is_tflite(bytes, a.model);
  check_options(a, file, !is_net && !is_tfl, is_tfl);
  if (is_net) return {read_deep_compression(bytes, file), preprocessing{"bgr", {104, 117, 123}, {1}}, {}};
  if (is_tfl) {
    model m = read_tflite(bytes, file);
    const std::optional<preprocessing> preprocess = preprocessing_of(m);
    std::vector<std::vector<std::int64_t>> axes;
    for (const int i : m.inputs) axes.push_back(m.tensors[static_cast<std::size_t>(i)].dims);
    return {lower_tflite(std::move(m), {.dequantize = a.dequantize}), preprocess, std::move(axes)};
  }
  onnx_options options;
  if (!a.external_data.empty()) options.external_data = a.external_data;
  for (const std::string& text : a.input_shapes)
    if (const auto [at, is_new] = options.input_shapes.insert(parse_input_shape(text)); !is_new)
      throw import_error{"--input-shape: found two shapes of the input \"" + printable(at->first) + '"'};
  lowered made = lower_onnx(read_onnx(bytes, file, options));
  std::vector<std::vector<std::int64_t>> axes;
  for (const port& p : made.inputs) axes.push_back(p.dims);
  return {std::move(made.net), {}, std::move(axes)};
}

emit_options read_emit_options(const arguments& a, const imported& from) {
  emit_options o;
  o.name = a.name.empty() ? network_name(a.model.stem().string()) : network_name(a.name, 200);
  if (!a.name.empty() && o.name != a.name)
    throw import_error{"--name: found " + printable(a.name) + ", expected a C++ identifier such as "
                       + o.name};
  o.source = printable(a.model.filename().string());
  o.stored = a.fp16 ? edgenn::storage::fp16 : edgenn::storage::fp32;
  o.input_axes = from.input_axes;
  o.preprocess = from.preprocess;
  if (!a.mean.empty() || !a.scale.empty() || !a.channel_order.empty()) {
    preprocessing p = from.preprocess.value_or(preprocessing{});
    if (!a.channel_order.empty()) p.channels = a.channel_order;
    if (!a.mean.empty()) p.mean = a.mean;
    if (!a.scale.empty()) p.scale = a.scale;
    o.preprocess = p;
  }
  if (o.preprocess) std::tie(o.low, o.high) = range_of(*o.preprocess);
  if (!a.input_range.empty()) o.low = a.input_range[0], o.high = a.input_range[1];
  return o;
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span{text}); }

void import_model(const arguments& a) {
  const std::vector<std::byte> bytes = read_file(a.model);
  imported from = read_network(a, bytes);
  const emit_options options = read_emit_options(a, from);
  const products made =
      with_file_named(options.source, [&] { return emit(simplify(std::move(from.net)), options); });
  const fs::path header = a.folder / (options.name + ".hpp"), weights = a.folder / (options.name + ".edgenn"),
                 report = a.report.empty() ? a.folder / (options.name + ".txt") : a.report;
  for (const fs::path& other : {header, weights, a.model})
    if (fs::weakly_canonical(report) == fs::weakly_canonical(other))
      throw import_error{"--report: found " + printable(report.string())
                         + ", which is another file of this import"};
  const file files[] = {
      {header, bytes_of(made.header)}, {weights, made.weights}, {report, bytes_of(made.report)}};
  std::error_code error;
  fs::create_directories(a.folder, error);
  write_files(files);
  if (!a.quiet) std::fputs(made.report.c_str(), stdout);
}

void print_operators() {
  for (const std::string_view name : onnx_operators())
    std::printf("ONNX %.*s\n", static_cast<int>(name.size()), name.data());
  for (const std::string_view name : folded_onnx_operators())
    std::printf("ONNX %.*s, of constants\n", static_cast<int>(name.size()), name.data());
  for (const std::string_view name : tflite_operators())
    std::printf("TFLite %.*s\n", static_cast<int>(name.size()), name.data());
}

int fail(const std::string& message) {
  std::fprintf(stderr, "edgenn-import: %s\n", message.c_str());
  return 2;
}

}  // namespace

int main(int count, char** strings) {
  arguments a;
  CLI::App app{
      "Turns a trained model (ONNX, TFLite) into a header with the network and a file with its weights."};
  app.add_option("model", a.model, "The model");
  app.add_option("-o,--output", a.folder, "Folder for NAME.hpp, NAME.edgenn and NAME.txt")
      ->capture_default_str();
  app.add_option("--name", a.name, "Name of the network; default: of the file");
  app.add_option("--input-shape", a.input_shapes, "Extents of an input, as NAME=1x3x224x224");
  app.add_option("--external-data", a.external_data,
                 "Folder of the tensors that the model keeps in other files");
  app.add_option("--mean", a.mean, "Subtracted from pixels of 0 to 255: one number, or one for each channel")
      ->delimiter(',');
  app.add_option("--scale", a.scale, "Then multiplied: one number, or one for each channel")->delimiter(',');
  app.add_option("--channel-order", a.channel_order, "Of the input")
      ->check(CLI::IsMember({"rgb", "bgr", "grey"}));
  app.add_option("--input-range", a.input_range,
                 "Smallest and largest number of the random input whose output is stored")
      ->delimiter(',')
      ->expected(2);
  app.add_option("--report", a.report, "File for the report instead of NAME.txt beside the header");
  app.add_flag("--dequantize", a.dequantize, "Take quantised numbers as the real ones that they stand for");
  app.add_flag("--fp16", a.fp16, "Store weights in 16 bits");
  app.add_flag("--quiet", a.quiet, "Print no report; the file has it");
  app.add_flag("--operators", a.list_operators, "List the operators that are known, and end");
  try {
    app.parse(count, strings);
    if (a.list_operators) {
      print_operators();
      return 0;
    }
    if (a.model.empty()) return fail("no model named; edgenn-import --help shows how");
    import_model(a);
    return 0;
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return fail(e.what());
  } catch (const std::bad_alloc&) {
    return fail(printable(a.model.filename().string()) + ": it needs more memory than there is");
  } catch (const std::exception& e) {
    return fail(e.what());
  }
}
