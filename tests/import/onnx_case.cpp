#include "onnx_case.hpp"

#include <cmath>
#include <fstream>

#include "constant.hpp"
#include "fold.hpp"
#include "onnx_reader.hpp"
#include "simplify.hpp"

namespace onnx_tests {

using namespace edgenn::import;
namespace fs = std::filesystem;

std::vector<std::byte> contents(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

namespace {

std::vector<tensor> read_tensors(const fs::path& folder, const std::string& kind) {
  std::vector<tensor> all;
  for (int k = 0;; ++k) {
    const fs::path file = folder / "test_data_set_0" / (kind + '_' + std::to_string(k) + ".pb");
    if (!fs::exists(file)) return all;
    all.push_back(read_onnx_tensor(contents(file), file.filename().string()));
  }
}

}  // namespace

std::vector<float> in_memory_order(tensor t, const port& p, std::size_t image, std::size_t images) {
  if (images > 1) {
    const std::size_t bytes = t.data.size() / images;
    const auto begin = t.data.begin() + static_cast<std::ptrdiff_t>(image * bytes);
    t.data = {begin, begin + static_cast<std::ptrdiff_t>(bytes)};
    t.dims[0] /= static_cast<std::int64_t>(images);
  }
  if (t.dims != p.dims)
    throw import_error{p.name + " has the shape " + shape_text(p.dims) + ", expected " + shape_text(t.dims)};
  const auto strides = strides_of(t.dims);
  extents dims;
  std::vector<std::int64_t> steps;
  for (const int axis : p.order) {
    dims.push_back(t.dims[static_cast<std::size_t>(axis)]);
    steps.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  return floats_of(strided_copy(t, dims, steps));
}

namespace {

/// Rows of whole numbers, with as many more of -1 as an operator's result has that keeps room for all that
/// may come.
tensor with_empty_rows(tensor t, const port& p) {
  const bool is_part =
      t.type == element::i64 && t.dims.size() == 2 && p.dims.size() == 2 && t.dims[1] == p.dims[1];
  if (!is_part || t.dims[0] >= p.dims[0]) return t;
  t.dims[0] = p.dims[0];
  t.data.resize(static_cast<std::size_t>(p.dims[0] * p.dims[1]) * sizeof(std::int64_t), std::byte{0xFF});
  return t;
}

struct test_data {
  std::vector<std::byte> model;
  std::vector<std::string> names;  // of the inputs
  std::vector<tensor> inputs, outputs;
};

bool is_real(const tensor& t) { return !is_whole(t.type); }

/// Which inputs of a test become constants, besides shapes and indices.
enum class constants { none, numbers, weights };

/// Whether input `k` of a test becomes an input of the network. Whole numbers are data if they come first or
/// are small; otherwise they are shapes and indices.
bool is_value(const tensor& t, std::size_t k, constants which) {
  if (k == 0) return true;
  const bool one_number = t.dims.size() <= 1 && t.data.size() == size_of(t.type);
  return which != constants::weights && !(which == constants::numbers && one_number)
         && (is_real(t) || size_of(t.type) == 1);
}

imported_case import_with(const test_data& data, constants which, std::size_t images) {
  onnx_options options;
  std::vector<std::size_t> values;
  imported_case made;
  for (std::size_t k = 0; k < data.inputs.size(); ++k) {
    if (is_value(data.inputs[k], k, which))
      values.push_back(k);
    else
      options.constants.emplace(data.names[k], data.inputs[k]);
  }
  if (images > 1) {
    extents dims = data.inputs[0].dims;
    dims[0] = 1;
    options.input_shapes.emplace(data.names[0], dims);
  }
  made.how =
      options.constants.empty() ? "" : std::to_string(options.constants.size()) + " inputs as constants";
  if (images > 1) made.how += (made.how.empty() ? "" : ", ") + std::to_string(images) + " runs";

  lowered l = lower_onnx(read_onnx(data.model, "model.onnx", options));
  for (std::size_t i = 0; i < images; ++i) {
    run& r = made.runs.emplace_back();
    for (std::size_t k = 0; k < values.size(); ++k)
      r.inputs.push_back(in_memory_order(data.inputs[values[k]], l.inputs[k], i, images));
    for (std::size_t k = 0; k < l.outputs.size(); ++k) {
      const port& p = l.outputs[k];
      if (!p.is_constant) {
        r.expected.push_back(in_memory_order(with_empty_rows(data.outputs[k], p), p, i, images));
        continue;
      }
      const std::string wrong = difference(floats_of(p.constant), floats_of(data.outputs[k]));
      if (!wrong.empty()) throw import_error{"WRONG: constant output " + p.name + ": " + wrong};
    }
  }
  made.net = simplify(std::move(l.net));
  return made;
}

}  // namespace

imported_case import_case(const fs::path& folder) {
  const test_data data = [&] {
    test_data d{
        contents(folder / "model.onnx"), {}, read_tensors(folder, "input"), read_tensors(folder, "output")};
    const model m = read_onnx(d.model, "model.onnx", {});
    for (const int t : m.inputs) d.names.push_back(m.tensors[static_cast<std::size_t>(t)].name);
    return d;
  }();
  if (data.names.size() != data.inputs.size())
    throw import_error{"found " + std::to_string(data.inputs.size()) + " inputs in the test, "
                       + std::to_string(data.names.size()) + " in the model"};
  std::string reason;
  const std::size_t batch =
      data.inputs[0].dims.empty() ? 1 : static_cast<std::size_t>(data.inputs[0].dims[0]);
  struct attempt {
    constants which;
    std::size_t images;
  };
  for (const attempt a : {attempt{constants::none, 1}, attempt{constants::numbers, 1},
                          attempt{constants::weights, 1}, attempt{constants::weights, batch}}) {
    try {
      return import_with(data, a.which, a.images);
    } catch (const import_error& e) {
      // What more constants do not remedy is the reason.
      if (reason.empty() || reason.find("must be a constant") != std::string::npos) reason = e.what();
    }
  }
  throw import_error{reason};
}

std::vector<listed> read_list(const fs::path& list) {
  std::ifstream in{list};
  std::vector<listed> tests;
  for (listed t; in >> t.group >> t.name;) tests.push_back(t);
  return tests;
}

std::string network_name(const std::string& test) { return test.substr(test.find('/') + 1); }

std::string difference(std::span<const float> found, std::span<const float> expected) {
  if (found.size() != expected.size())
    return "found " + std::to_string(found.size()) + " elements, expected " + std::to_string(expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double y = static_cast<double>(found[i]), e = static_cast<double>(expected[i]);
    const bool both_nan = std::isnan(y) && std::isnan(e);
    if (!both_nan && y != e && !(std::abs(y - e) <= 1e-7 + 1e-3 * std::abs(e)))
      return "element " + std::to_string(i) + " is " + std::to_string(y) + ", expected " + std::to_string(e);
  }
  return {};
}

}  // namespace onnx_tests
