#include "lower_tflite.hpp"

#include <utility>

#include "constant.hpp"
#include "dequantize.hpp"
#include "tflite_lowering.hpp"

namespace edgenn::import {

namespace {

const tflite_handlers& all_handlers() {
  static const tflite_handlers all = [] {
    tflite_handlers h;
    add_tflite_windows(h);
    add_tflite_elementwise(h);
    add_tflite_rearranging(h);
    add_tflite_detection(h);
    return h;
  }();
  return all;
}

/// Weights that are stored in 16 or 8 bits and turned into floats by the model itself.
void fold_conversions(model& m) {
  for (const node& n : m.nodes) {
    if (n.op != "DEQUANTIZE" || n.inputs.size() != 1 || n.inputs[0] < 0) continue;
    const tensor& from = m.tensors[static_cast<std::size_t>(n.inputs[0])];
    if (!from.constant) continue;
    tensor& to = m.tensors[static_cast<std::size_t>(n.outputs[0])];
    const std::vector<float> numbers = real_numbers(from);
    const auto bytes = std::as_bytes(std::span{numbers});
    to.type = element::f32;
    to.dims = from.dims;
    to.data.assign(bytes.begin(), bytes.end());
    to.scaling = {};
    to.constant = true;
  }
}

/// Which nodes the outputs depend on. What computes the shape of a reshape is none of them: it is known.
std::vector<bool> needed_nodes(const model& m) {
  std::vector<bool> tensors(m.tensors.size()), nodes(m.nodes.size());
  for (const int i : m.outputs) tensors[static_cast<std::size_t>(i)] = true;
  for (std::size_t i = m.nodes.size(); i-- > 0;) {
    const node& n = m.nodes[i];
    for (const int out : n.outputs)
      if (tensors[static_cast<std::size_t>(out)] && !m.tensors[static_cast<std::size_t>(out)].constant)
        nodes[i] = true;
    if (!nodes[i]) continue;
    for (std::size_t k = 0; k < n.inputs.size(); ++k)
      if (n.inputs[k] >= 0 && !(n.op == "RESHAPE" && k == 1))
        tensors[static_cast<std::size_t>(n.inputs[k])] = true;
  }
  return nodes;
}

void lower_inputs(tflite_state& s, bool dequantize) {
  for (const int i : s.source.inputs) {
    const tensor& t = s.source.tensors[static_cast<std::size_t>(i)];
    const std::string where = s.source.file + ": input \"" + t.name + '"';
    if (!t.scaling.scales.empty() && !dequantize)
      throw import_error{where + " is quantised: --dequantize takes the model's numbers as real ones"};
    if (is_whole(t.type) && t.scaling.scales.empty())
      throw import_error{where + " is of type " + name_of(t.type) + " without a scale, expected float"};
    s.nodes[static_cast<std::size_t>(i)] = s.net.input(shape_of_extents(t.dims, where), t.name);
  }
}

void lower_node(tflite_state& s, const node& n) {
  const tflite_lowering at{s, n};
  const auto handler = all_handlers().find(n.op);
  if (handler == all_handlers().end())
    at.refuse("the operator is not supported (its attributes: " + at.attributes_text()
              + "); leave it out of the model or replace it by those that edgenn-import --operators lists");
  try {
    handler->second(at);
  } catch (const import_error& e) {
    const std::string_view what = e.what();
    if (what.starts_with(s.source.file)) throw;
    at.refuse(std::string{what});
  }
}

void lower_outputs(tflite_state& s) {
  if (s.source.outputs.empty()) throw import_error{s.source.file + ": graph outputs: found none"};
  bool joined_returned = false;
  for (const int i : s.source.outputs) {
    const tensor& t = s.source.tensors[static_cast<std::size_t>(i)];
    const std::string where = s.source.file + ": output \"" + t.name + '"';
    int node = s.nodes[static_cast<std::size_t>(i)];
    if (node < 0) throw import_error{where + " is a constant"};
    if (node < s.net.input_count()) node = s.net.append(identity{}, node, t.name);
    if (node == s.joined && std::exchange(joined_returned, true)) continue;
    s.net.output(node, t.name);
  }
}

}  // namespace

target lower_tflite(model m, const tflite_options& options) {
  fold_conversions(m);
  tflite_state s{m, target{}, std::vector<int>(m.tensors.size(), -1), {}, options.dequantize};
  for (const tensor& t : m.tensors) s.dims.push_back(t.dims);
  lower_inputs(s, options.dequantize);
  const std::vector<bool> needed = needed_nodes(m);
  for (std::size_t i = 0; i < m.nodes.size(); ++i)
    if (needed[i]) lower_node(s, m.nodes[i]);
  lower_outputs(s);
  return std::move(s.net);
}

std::optional<preprocessing> preprocessing_of(const model& m) {
  if (m.inputs.empty()) return {};
  const tensor& t = m.tensors[static_cast<std::size_t>(m.inputs[0])];
  const bool image = t.dims.size() == 4 && (t.dims[3] == 3 || t.dims[3] == 1);
  if (!image || t.scaling.scales.size() != 1 || (t.type != element::u8 && t.type != element::i8)) return {};
  // Pixels of 0 to 255 are the stored numbers, less 128 where those are signed.
  const float first = t.type == element::i8 ? 128.0f : 0.0f;
  return preprocessing{t.dims[3] == 3 ? "rgb" : "grey",
                       {static_cast<float>(t.scaling.zero_points[0]) + first},
                       {t.scaling.scales[0]}};
}

std::vector<std::string_view> tflite_operators() {
  std::vector<std::string_view> names;
  for (const auto& [name, handler] : all_handlers()) names.push_back(name);
  return names;
}

}  // namespace edgenn::import
