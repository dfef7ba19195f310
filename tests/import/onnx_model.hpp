#pragma once
// Small ONNX models for tests, good and bad.
#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace onnx_tests {

using onnx::ModelProto;
using onnx::NodeProto;

inline void set_dims(onnx::ValueInfoProto& v, const std::string& name,
                     std::initializer_list<std::int64_t> dims) {
  v.set_name(name);
  auto& type = *v.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape();
  for (const std::int64_t d : dims) type.mutable_shape()->add_dim()->set_dim_value(d);
}

/// A model of operator set 13 with the input x and the output y.
inline ModelProto model_of(std::initializer_list<std::int64_t> input, std::int64_t opset = 13) {
  ModelProto m;
  m.set_ir_version(8);
  m.add_opset_import()->set_version(opset);
  set_dims(*m.mutable_graph()->add_input(), "x", input);
  m.mutable_graph()->add_output()->set_name("y");
  return m;
}

inline NodeProto& add_node(ModelProto& m, const std::string& op, const std::vector<std::string>& inputs,
                           const std::vector<std::string>& outputs) {
  NodeProto& n = *m.mutable_graph()->add_node();
  n.set_op_type(op);
  n.set_name("the_" + op);
  for (const std::string& i : inputs) n.add_input(i);
  for (const std::string& o : outputs) n.add_output(o);
  return n;
}

inline void add_int(NodeProto& n, const std::string& name, std::int64_t v) {
  auto& a = *n.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::INT);
  a.set_i(v);
}
inline void add_ints(NodeProto& n, const std::string& name, std::initializer_list<std::int64_t> list) {
  auto& a = *n.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t v : list) a.add_ints(v);
}
inline void add_float(NodeProto& n, const std::string& name, float v) {
  auto& a = *n.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::FLOAT);
  a.set_f(v);
}
inline void add_text(NodeProto& n, const std::string& name, const std::string& v) {
  auto& a = *n.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::STRING);
  a.set_s(v);
}

inline onnx::TensorProto& add_floats(ModelProto& m, const std::string& name,
                                     std::initializer_list<std::int64_t> dims, std::vector<float> values) {
  auto& t = *m.mutable_graph()->add_initializer();
  t.set_name(name);
  t.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t d : dims) t.add_dims(d);
  for (const float v : values) t.add_float_data(v);
  return t;
}
inline onnx::TensorProto& add_integers(ModelProto& m, const std::string& name,
                                       std::initializer_list<std::int64_t> values) {
  auto& t = *m.mutable_graph()->add_initializer();
  t.set_name(name);
  t.set_data_type(onnx::TensorProto::INT64);
  t.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t v : values) t.add_int64_data(v);
  return t;
}

inline std::vector<std::byte> bytes_of(const ModelProto& m) {
  const std::string text = m.SerializeAsString();
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

}  // namespace onnx_tests
