#include "tflite_reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "constant.hpp"
#include "names.hpp"
#include "tflite_generated.h"
#include "tflite_options.hpp"

namespace edgenn::import {

namespace {

// Of a real model tables lie six deep; a file of a megabyte has no million of them.
constexpr flatbuffers::uoffset_t max_depth = 16, max_tables = 4'000'000;

template <class T>
std::size_t size_or_none(const flatbuffers::Vector<T>* v) {
  return v == nullptr ? 0 : v->size();
}

std::string quoted(std::string_view name) { return " \"" + std::string{name.substr(0, 200)} + '"'; }

/// Element `k`. Verified vectors of 64-bit numbers may lie at any multiple of four.
std::int64_t number_at(const flatbuffers::Vector<std::int64_t>& numbers, std::size_t k) {
  std::int64_t v = 0;
  std::memcpy(&v, numbers.Data() + k * sizeof v, sizeof v);
  return flatbuffers::EndianScalar(v);
}

/// A name of the file, which may be anything, as printable text on one line.
std::string name_text(const flatbuffers::String& name) {
  return comment(std::string_view{name.c_str(), name.size()}.substr(0, 500), 500);
}

class reader {
 public:
  reader(std::span<const std::byte> bytes, const std::string& file) : bytes_{bytes}, file_{file} {}

  model read() {
    const tflite::Model& root = verified();
    if (root.version() != 3) refuse("version: found " + std::to_string(root.version()) + ", expected 3");
    if (size_or_none(root.subgraphs()) == 0) refuse("subgraphs: found none");
    const tflite::SubGraph& graph = *root.subgraphs()->Get(0);
    model m;
    m.file = file_;
    m.images = layout::nhwc;
    for (std::size_t i = 0; i < size_or_none(graph.tensors()); ++i) read_tensor(m, root, graph, i);
    m.inputs = indices(graph.inputs(), m, "graph inputs", false);
    m.outputs = indices(graph.outputs(), m, "graph outputs", false);
    for (std::size_t i = 0; i < size_or_none(graph.operators()); ++i) read_operator(m, root, graph, i);
    check_order(m);
    return m;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { throw import_error{file_ + ": " + why}; }

  const tflite::Model& verified() {
    if (bytes_.empty()) refuse("the file is empty");
    if (bytes_.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
      refuse("found " + std::to_string(bytes_.size()) + " bytes, expected at most 2147483647");
    if (bytes_.size() < 8)
      refuse("found " + std::to_string(bytes_.size()) + " bytes, too few for a flatbuffer");
    if (std::memcmp(bytes_.data() + 4, tflite::ModelIdentifier(), 4) != 0)
      refuse("file identifier at byte 4: expected \"TFL3\"");
    const auto* start = reinterpret_cast<const std::uint8_t*>(bytes_.data());
    flatbuffers::Verifier verifier{start, bytes_.size(), max_depth, max_tables};
    if (!tflite::VerifyModelBuffer(verifier))
      refuse("the file is damaged: an offset, a length or a string of the flatbuffer is out of range");
    return *tflite::GetModel(start);
  }

  /// Tables may share vectors and strings, but not so that a small file becomes a large model.
  void spend(std::size_t bytes, const std::string& where) {
    spent_ += bytes;
    if (spent_ > 16 * (std::uint64_t{bytes_.size()} + 65536))
      refuse(where + ": more data than the file has, because too many parts of it share their data");
  }

  element type_of(const tflite::Tensor& t, const std::string& where) const {
    switch (t.type()) {
      case tflite::TensorType::FLOAT32:
        return element::f32;
      case tflite::TensorType::FLOAT16:
        return element::f16;
      case tflite::TensorType::BFLOAT16:
        return element::bf16;
      case tflite::TensorType::FLOAT64:
        return element::f64;
      case tflite::TensorType::UINT8:
        return element::u8;
      case tflite::TensorType::INT8:
        return element::i8;
      case tflite::TensorType::UINT16:
        return element::u16;
      case tflite::TensorType::INT16:
        return element::i16;
      case tflite::TensorType::UINT32:
        return element::u32;
      case tflite::TensorType::INT32:
        return element::i32;
      case tflite::TensorType::UINT64:
        return element::u64;
      case tflite::TensorType::INT64:
        return element::i64;
      case tflite::TensorType::BOOL:
        return element::boolean;
      default:
        refuse(where + ": type " + std::to_string(static_cast<int>(t.type())) + " is not supported, expected a "
               "number of 8 to 64 bits");
    }
  }

  void read_tensor(model& m, const tflite::Model& root, const tflite::SubGraph& graph, std::size_t number) {
    const tflite::Tensor& from = *graph.tensors()->Get(static_cast<flatbuffers::uoffset_t>(number));
    tensor t;
    spend(from.name() == nullptr ? 0 : from.name()->size(), "tensor " + std::to_string(number));
    spend(size_or_none(from.shape()), "tensor " + std::to_string(number));
    t.name = from.name() == nullptr ? "tensor " + std::to_string(number) : name_text(*from.name());
    const std::string where = "tensor " + std::to_string(number) + quoted(t.name);
    t.type = type_of(from, where);
    if (from.is_variable())
      refuse(where + ": it keeps its value between inferences, which edgenn does not support");
    if (from.sparsity() != nullptr) refuse(where + ": it is stored sparsely, which is not supported");
    for (std::size_t k = 0; k < size_or_none(from.shape()); ++k)
      t.dims.push_back(from.shape()->Get(static_cast<flatbuffers::uoffset_t>(k)));
    element_count(t.dims, file_ + ": " + where);
    t.known_shape = !t.dims.empty();
    read_data(t, root, from, where);
    if (from.quantization() != nullptr) read_quantization(t, *from.quantization(), where);
    m.tensors.push_back(std::move(t));
  }

  void read_data(tensor& t, const tflite::Model& root, const tflite::Tensor& from, const std::string& where) {
    if (from.buffer() == 0) return;
    if (from.buffer() >= size_or_none(root.buffers()))
      refuse(where + ": buffer " + std::to_string(from.buffer()) + " of "
             + std::to_string(size_or_none(root.buffers())));
    const tflite::Buffer& buffer = *root.buffers()->Get(from.buffer());
    if (buffer.offset() > 1) refuse(where + ": its data lies behind the flatbuffer, which is not supported");
    const std::size_t size = size_or_none(buffer.data());
    if (size == 0) return;
    const std::uint64_t expected = byte_count(t, file_ + ": " + where);
    if (size != expected)
      refuse(where + ": found " + std::to_string(size) + " bytes of data, expected "
             + std::to_string(expected) + " for its shape " + shape_text(t.dims));
    spend(size, where);
    const auto* data = reinterpret_cast<const std::byte*>(buffer.data()->data());
    t.data.assign(data, data + size);
    t.constant = t.known_shape = true;
  }

  void read_quantization(tensor& t, const tflite::Quantization& from, const std::string& where) {
    const std::size_t scales = size_or_none(from.scale()), zero_points = size_or_none(from.zero_point());
    if (scales == 0) return;
    spend(scales, where);
    if (t.type != element::u8 && t.type != element::i8 && t.type != element::i16 && t.type != element::i32)
      return;
    if (zero_points != scales && zero_points != 0)
      refuse(where + ": found " + std::to_string(zero_points) + " zero points, expected "
             + std::to_string(scales) + ", as many as scales");
    t.scaling.axis = from.quantized_dimension();
    // Some converters name axis 3 for the bias of a depthwise convolution, which has axis 0 only.
    if (t.dims.size() == 1 && t.type == element::i32) t.scaling.axis = 0;
    const auto axis = static_cast<std::size_t>(t.scaling.axis);
    if (scales > 1 && (t.scaling.axis < 0 || axis >= t.dims.size()))
      refuse(where + ": quantized_dimension " + std::to_string(t.scaling.axis) + " of "
             + std::to_string(t.dims.size()) + " axes");
    if (scales > 1 && t.dims[axis] != static_cast<std::int64_t>(scales))
      refuse(where + ": found " + std::to_string(scales) + " scales, expected 1 or "
             + std::to_string(t.dims[axis]));
    const auto [low, high] = range_of(t.type);
    for (std::size_t k = 0; k < scales; ++k) {
      const float scale = from.scale()->Get(static_cast<flatbuffers::uoffset_t>(k));
      const std::int64_t zero = zero_points == 0 ? 0 : number_at(*from.zero_point(), k);
      if (!(scale >= std::numeric_limits<float>::min() && scale <= std::numeric_limits<float>::max()))
        refuse(where + ": scale " + std::to_string(k) + ": found " + std::to_string(scale)
               + ", expected a normal number above 0");
      if (zero < low || zero > high)
        refuse(where + ": zero point " + std::to_string(k) + ": found " + std::to_string(zero) + ", expected "
               + std::to_string(low) + " to " + std::to_string(high));
      t.scaling.scales.push_back(scale);
      t.scaling.zero_points.push_back(zero);
    }
  }

  /// Zero points of a type: its range; 0 where numbers are always symmetrical.
  static std::pair<std::int64_t, std::int64_t> range_of(element type) {
    if (type == element::u8) return {0, 255};
    if (type == element::i8) return {-128, 127};
    if (type == element::i16) return {-32768, 32767};
    return {0, 0};
  }

  std::vector<int> indices(const flatbuffers::Vector<std::int32_t>* from, const model& m,
                           const std::string& what, bool may_be_absent) const {
    std::vector<int> list;
    for (std::size_t k = 0; k < size_or_none(from); ++k) {
      const std::int32_t i = from->Get(static_cast<flatbuffers::uoffset_t>(k));
      const bool absent = may_be_absent && i == -1;
      if (!absent && (i < 0 || static_cast<std::size_t>(i) >= m.tensors.size()))
        refuse(what + ": found tensor " + std::to_string(i) + ", expected one of "
               + std::to_string(m.tensors.size()));
      list.push_back(i);
    }
    return list;
  }

  void read_operator(model& m, const tflite::Model& root, const tflite::SubGraph& graph, std::size_t number) {
    const tflite::Operator& from = *graph.operators()->Get(static_cast<flatbuffers::uoffset_t>(number));
    const std::string where = "operator " + std::to_string(number);
    if (from.opcode_index() >= size_or_none(root.operator_codes()))
      refuse(where + ": opcode_index " + std::to_string(from.opcode_index()) + " of "
             + std::to_string(size_or_none(root.operator_codes())));
    const tflite::OperatorCode& code = *root.operator_codes()->Get(from.opcode_index());
    node n;
    n.op = name_of(code, where);
    n.version = code.version();
    n.inputs = indices(from.inputs(), m, where + " (" + n.op + "), inputs", true);
    n.outputs = indices(from.outputs(), m, where + " (" + n.op + "), outputs", false);
    if (n.outputs.empty()) refuse(where + " (" + n.op + "): it has no outputs");
    n.name = m.tensors[static_cast<std::size_t>(n.outputs[0])].name;
    spend(size_or_none(from.custom_options()) + n.name.size(), where);
    n.attributes = tflite_attributes(from, file_ + ": " + where + " (" + n.op + ')');
    m.nodes.push_back(std::move(n));
  }

  std::string name_of(const tflite::OperatorCode& code, const std::string& where) const {
    const auto number = std::max(code.code(), static_cast<tflite::BuiltinOperator>(code.old_code()));
    if (number == tflite::BuiltinOperator::CUSTOM) {
      if (code.custom_code() == nullptr || code.custom_code()->size() == 0)
        refuse(where + ": a custom operator without a name");
      return name_text(*code.custom_code());
    }
    const std::string name = tflite::EnumNameBuiltinOperator(number);
    return name.empty() ? "operator code " + std::to_string(static_cast<int>(number)) : name;
  }

  /// Operators come in the order in which they run, so there is no cycle, and every value has one source.
  void check_order(const model& m) const {
    std::vector<bool> known(m.tensors.size());
    for (std::size_t i = 0; i < known.size(); ++i) known[i] = m.tensors[i].constant;
    for (const int i : m.inputs) {
      if (known[static_cast<std::size_t>(i)])
        refuse("graph inputs: tensor " + std::to_string(i)
               + quoted(m.tensors[static_cast<std::size_t>(i)].name) + " is a constant or there twice");
      known[static_cast<std::size_t>(i)] = true;
    }
    for (const node& n : m.nodes) {
      const std::string where = "node" + quoted(n.name) + " (" + n.op + ')';
      for (const int i : n.inputs)
        if (i >= 0 && !known[static_cast<std::size_t>(i)])
          refuse(where + ": it reads tensor " + std::to_string(i)
                 + quoted(m.tensors[static_cast<std::size_t>(i)].name) + " before anything has written it");
      for (const int i : n.outputs) {
        if (known[static_cast<std::size_t>(i)])
          refuse(where + ": it writes tensor " + std::to_string(i)
                 + quoted(m.tensors[static_cast<std::size_t>(i)].name)
                 + ", which is an input, a constant or another node's result");
        known[static_cast<std::size_t>(i)] = true;
      }
    }
    for (const int i : m.outputs)
      if (!known[static_cast<std::size_t>(i)])
        refuse("graph outputs: nothing writes tensor " + std::to_string(i));
  }

  std::span<const std::byte> bytes_;
  const std::string& file_;
  std::uint64_t spent_ = 0;
};

}  // namespace

model read_tflite(std::span<const std::byte> bytes, const std::string& file) {
  // Numbers of 64 bits are read where they lie.
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(std::uint64_t) != 0) {
    const std::vector<std::byte> aligned(bytes.begin(), bytes.end());
    return reader{aligned, file}.read();
  }
  return reader{bytes, file}.read();
}

}  // namespace edgenn::import
