#include "onnx_reader.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "constant.hpp"
#include "node_order.hpp"
#include "onnx_tensor.hpp"
#include "operation.hpp"

namespace edgenn::import {

namespace {

template <class Message>
Message parsed(std::span<const std::byte> bytes, const std::string& file) {
  if (bytes.empty()) throw import_error{file + ": the file is empty"};
  constexpr std::size_t most = 2147483647;
  if (bytes.size() > most)
    throw import_error{file + ": found " + std::to_string(bytes.size()) + " bytes, expected at most "
                       + std::to_string(most)};
  google::protobuf::SetLogHandler(nullptr);
  Message message;
  google::protobuf::io::CodedInputStream in{reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size())};
  in.SetRecursionLimit(64);
  if (!message.ParseFromCodedStream(&in) || !in.ConsumedEntireMessage())
    throw import_error{file + ": this is no ONNX model, or it is damaged: the protobuf cannot be parsed"};
  return message;
}

/// ONNX's graph with names becomes a model with numbers.
class graph_reader {
 public:
  graph_reader(const onnx::ModelProto& from, const std::string& file, const onnx_options& options)
      : graph_{from.graph()}, options_{options} {
    to_.file = file;
    to_.images = layout::nchw;
    if (!from.has_graph()) throw import_error{file + ": the model has no graph"};
    read_version(from);
    read_initializers();
    read_inputs();
    read_nodes();
    read_outputs();
    sort_nodes(to_);
  }
  model take() { return std::move(to_); }

 private:
  void read_version(const onnx::ModelProto& from) {
    bool stated = from.ir_version() == 1 || from.ir_version() == 2;  // which had one set only
    for (const auto& set : from.opset_import()) {
      if (!set.domain().empty() && set.domain() != "ai.onnx") continue;
      if (set.version() < 1 || set.version() > newest_onnx_opset)
        throw import_error{to_.file + ": found operator set " + std::to_string(set.version())
                           + ", expected 1 to " + std::to_string(newest_onnx_opset)
                           + ": convert the model with onnx.version_converter"};
      version_ = static_cast<int>(set.version());
      stated = true;
    }
    if (!stated)
      throw import_error{to_.file + ": found no operator set (opset_import) of ONNX, expected one of 1 to "
                         + std::to_string(newest_onnx_opset)};
  }

  std::string of(const char* kind, const std::string& name) const {
    return to_.file + ": " + kind + " \"" + printable(name) + '"';
  }

  int add_tensor(const std::string& name, tensor t, const std::string& where) {
    if (name.empty()) throw import_error{where + ": found an empty name"};
    const int number = static_cast<int>(to_.tensors.size());
    if (!numbers_.emplace(name, number).second)
      throw import_error{where + ": the name \"" + printable(name) + "\" stands for another tensor already"};
    t.name = printable(name);
    to_.tensors.push_back(std::move(t));
    return number;
  }

  void read_initializers() {
    if (graph_.sparse_initializer_size() > 0)
      throw import_error{to_.file + ": sparse initializers are not supported"};
    for (const auto& i : graph_.initializer()) {
      const std::string where = of("initializer", i.name());
      add_tensor(i.name(), onnx_constant(i, where, options_.external_data), where);
    }
  }

  void read_inputs() {
    std::size_t shapes = 0, constants = 0;
    for (const auto& i : graph_.input()) {
      const std::string where = of("input", i.name());
      const auto same = numbers_.find(i.name());
      if (same != numbers_.end() && to_.tensors[static_cast<std::size_t>(same->second)].constant
          && defaults_.insert(i.name()).second)
        continue;  // the default value of an input: a constant
      if (const auto given = options_.constants.find(i.name()); given != options_.constants.end()) {
        add_tensor(i.name(), given->second, where);
        ++constants;
        continue;
      }
      tensor t = typed_tensor(i, where);
      if (const auto given = options_.input_shapes.find(i.name()); given != options_.input_shapes.end()) {
        if (t.known_shape && t.dims.size() != given->second.size())
          throw import_error{where + ": it has the shape " + shape_text(t.dims) + ", which --input-shape "
                             + shape_text(given->second) + " does not fit"};
        t.dims = given->second;
        t.known_shape = true;
        ++shapes;
      }
      to_.inputs.push_back(add_tensor(i.name(), std::move(t), where));
    }
    check_all_used(options_.input_shapes, shapes, "--input-shape");
    check_all_used(options_.constants, constants, "constant");
  }

  template <class Map>
  void check_all_used(const Map& given, std::size_t used, const char* option) const {
    if (used == given.size()) return;
    std::string names;
    for (const int i : to_.inputs)
      if (names.size() < 200)
        names += (names.empty() ? "" : ", ") + to_.tensors[static_cast<std::size_t>(i)].name;
    for (const auto& [name, value] : given) {
      const auto found = numbers_.find(name);
      const bool is_input =
          found != numbers_.end() && std::count(to_.inputs.begin(), to_.inputs.end(), found->second) > 0;
      if (!is_input)
        throw import_error{to_.file + ": " + option + " names the input \"" + printable(name)
                           + "\", expected one of " + (names.empty() ? "none" : names)};
    }
  }

  tensor typed_tensor(const onnx::ValueInfoProto& info, const std::string& where) const {
    if (!info.type().has_tensor_type()) throw import_error{where + ": it is not a tensor"};
    const auto& type = info.type().tensor_type();
    tensor t;
    t.type = onnx_element(type.elem_type(), where);
    t.known_shape = type.has_shape();
    for (const auto& d : type.shape().dim()) {
      if (d.has_dim_value() && d.dim_value() < 0)
        throw import_error{where + ": found the extent " + std::to_string(d.dim_value())
                           + ", expected 0 or more"};
      t.dims.push_back(d.has_dim_value() ? d.dim_value() : -1);
    }
    return t;
  }

  void read_nodes() {
    // Results first, so that it does not matter in which order the file has the nodes.
    for (const auto& n : graph_.node()) {
      node& to = to_.nodes.emplace_back();
      to.name = printable(!n.name().empty() || n.output_size() == 0 ? n.name() : n.output(0));
      to.op = printable(n.op_type());
      to.version = version_;
      const std::string where = describe(to);
      if (!n.domain().empty() && n.domain() != "ai.onnx") to.op = printable(n.domain() + '.' + n.op_type());
      if (n.output_size() == 0) throw import_error{where + ": it has no output"};
      for (const std::string& name : n.output())
        to.outputs.push_back(name.empty() ? -1 : add_tensor(name, {}, where));
    }
    for (int i = 0; i < graph_.node_size(); ++i) {
      node& to = to_.nodes[static_cast<std::size_t>(i)];
      const auto& n = graph_.node(i);
      for (const std::string& name : n.input())
        to.inputs.push_back(name.empty() ? -1 : number_of(name, describe(to)));
      while (!to.inputs.empty() && to.inputs.back() < 0) to.inputs.pop_back();
      for (const auto& a : n.attribute()) read_attribute(to, a);
    }
  }

  std::string describe(const node& n) const { return to_.file + ": node \"" + n.name + "\" (" + n.op + ')'; }

  int number_of(const std::string& name, const std::string& where) const {
    const auto found = numbers_.find(name);
    if (found == numbers_.end())
      throw import_error{where + ": there is no tensor \"" + printable(name) + '"'};
    return found->second;
  }

  void read_attribute(node& to, const onnx::AttributeProto& a) const {
    const std::string where = describe(to) + ": attribute \"" + printable(a.name()) + '"';
    if (a.name().empty()) throw import_error{describe(to) + ": found an attribute without a name"};
    const auto [at, is_new] = to.attributes.try_emplace(printable(a.name()));
    if (!is_new) throw import_error{where + ": it is there twice"};
    attribute& value = at->second;
    switch (a.has_type() ? a.type() : type_by_content(a)) {
      case onnx::AttributeProto::FLOAT:
        value = a.f();
        break;
      case onnx::AttributeProto::INT:
        value = std::int64_t{a.i()};
        break;
      case onnx::AttributeProto::STRING:
        value = printable(a.s());
        break;
      case onnx::AttributeProto::TENSOR:
        value = onnx_constant(a.t(), where, options_.external_data);
        break;
      case onnx::AttributeProto::FLOATS:
        value = std::vector<float>(a.floats().begin(), a.floats().end());
        break;
      case onnx::AttributeProto::INTS:
        value = std::vector<std::int64_t>(a.ints().begin(), a.ints().end());
        break;
      case onnx::AttributeProto::STRINGS: {
        std::vector<std::string> strings;
        for (const std::string& s : a.strings()) strings.push_back(printable(s));
        value = std::move(strings);
        break;
      }
      case onnx::AttributeProto::GRAPH:
      case onnx::AttributeProto::GRAPHS:
        value = std::string{"a graph"};
        break;
      default:
        throw import_error{where + ": its type is not supported"};
    }
  }

  /// Files of the first version state no type.
  static onnx::AttributeProto::AttributeType type_by_content(const onnx::AttributeProto& a) {
    using type = onnx::AttributeProto;
    return a.has_f()              ? type::FLOAT
           : a.has_i()            ? type::INT
           : a.has_s()            ? type::STRING
           : a.has_t()            ? type::TENSOR
           : a.floats_size() > 0  ? type::FLOATS
           : a.ints_size() > 0    ? type::INTS
           : a.strings_size() > 0 ? type::STRINGS
           : a.has_g()            ? type::GRAPH
                                  : type::UNDEFINED;
  }

  void read_outputs() {
    if (graph_.output_size() == 0) throw import_error{to_.file + ": the graph has no output"};
    for (const auto& o : graph_.output()) to_.outputs.push_back(number_of(o.name(), of("output", o.name())));
  }

  const onnx::GraphProto& graph_;
  const onnx_options& options_;
  model to_;
  int version_ = 1;
  std::unordered_map<std::string, int> numbers_;  // by the file's own names
  std::unordered_set<std::string> defaults_;      // inputs that are initializers too
};

}  // namespace

std::string printable(const std::string& text) {
  constexpr std::size_t most = 80;
  std::string line = text.substr(0, most);
  for (char& c : line) c = c == '\\' ? '/' : c < ' ' || c > '~' ? '?' : c;
  if (text.size() > most) line += "...";
  return line;
}

model read_onnx(std::span<const std::byte> bytes, const std::string& file, const onnx_options& options) {
  const auto message = parsed<onnx::ModelProto>(bytes, file);
  return graph_reader{message, file, options}.take();
}

tensor read_onnx_tensor(std::span<const std::byte> bytes, const std::string& file) {
  return onnx_constant(parsed<onnx::TensorProto>(bytes, file), file, std::nullopt);
}

}  // namespace edgenn::import
