#pragma once
// Builds small TFLite files for tests.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "tflite_generated.h"

namespace edgenn::tests {

namespace tflite = edgenn::tflite;

/// A model with one graph. Its parts are public, so that tests can spoil any of them.
struct tflite_file {
  tflite::ModelT model;

  tflite_file() {
    model.version = 3;
    model.subgraphs.push_back(std::make_unique<tflite::SubGraphT>());
    model.buffers.push_back(std::make_unique<tflite::BufferT>());
  }

  tflite::SubGraphT& graph() { return *model.subgraphs[0]; }
  tflite::TensorT& tensor(int i) { return *graph().tensors[static_cast<std::size_t>(i)]; }
  tflite::OperatorT& op(int i) { return *graph().operators[static_cast<std::size_t>(i)]; }

  /// A tensor without data. Returns its number.
  int value(const std::string& name, std::vector<int> shape,
            tflite::TensorType type = tflite::TensorType::FLOAT32) {
    auto t = std::make_unique<tflite::TensorT>();
    t->name = name;
    t->shape = std::move(shape);
    t->type = type;
    graph().tensors.push_back(std::move(t));
    return static_cast<int>(graph().tensors.size()) - 1;
  }
  /// A constant.
  template <class T>
  int constant(const std::string& name, std::vector<int> shape, const std::vector<T>& numbers,
               tflite::TensorType type = tflite::TensorType::FLOAT32) {
    const int number = value(name, std::move(shape), type);
    auto buffer = std::make_unique<tflite::BufferT>();
    buffer->data.resize(numbers.size() * sizeof(T));
    std::memcpy(buffer->data.data(), numbers.data(), buffer->data.size());
    model.buffers.push_back(std::move(buffer));
    tensor(number).buffer = static_cast<std::uint32_t>(model.buffers.size() - 1);
    return number;
  }
  int integers(const std::string& name, const std::vector<std::int32_t>& numbers) {
    return constant(name, {static_cast<int>(numbers.size())}, numbers, tflite::TensorType::INT32);
  }
  void quantize(int i, std::vector<float> scales, std::vector<std::int64_t> zero_points, int axis = 0) {
    auto q = std::make_unique<tflite::QuantizationT>();
    q->scale = std::move(scales);
    q->zero_point = std::move(zero_points);
    q->quantized_dimension = axis;
    tensor(i).quantization = std::move(q);
  }

  /// An operator, with options of the type of `options`.
  template <class Options>
  void append(tflite::BuiltinOperator code, std::vector<int> inputs, std::vector<int> outputs,
              Options options) {
    append(code, std::move(inputs), std::move(outputs));
    op(static_cast<int>(graph().operators.size()) - 1).options.Set(std::move(options));
  }
  void append(tflite::BuiltinOperator code, std::vector<int> inputs, std::vector<int> outputs) {
    auto entry = std::make_unique<tflite::OperatorCodeT>();
    entry->code = code;
    entry->old_code = static_cast<std::int8_t>(std::min(static_cast<int>(code), 127));
    model.operator_codes.push_back(std::move(entry));
    auto o = std::make_unique<tflite::OperatorT>();
    o->opcode_index = static_cast<std::uint32_t>(model.operator_codes.size() - 1);
    o->inputs = std::move(inputs);
    o->outputs = std::move(outputs);
    graph().operators.push_back(std::move(o));
  }

  std::vector<std::byte> bytes() const {
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(tflite::Model::Pack(builder, &model), tflite::ModelIdentifier());
    const auto* start = reinterpret_cast<const std::byte*>(builder.GetBufferPointer());
    return {start, start + builder.GetSize()};
  }
};

/// A convolution of 2 x 2 pixels with a bias, and a reshape: tensors image, kernel, bias, map, shape and
/// result, in this order.
inline tflite_file convolution_file() {
  tflite_file f;
  const int image = f.value("image", {1, 4, 4, 2});
  const int kernel = f.constant("kernel", {3, 2, 2, 2}, std::vector<float>(24, 0.1f));
  const int bias = f.constant("bias", {3}, std::vector<float>{1, 2, 3});
  const int map = f.value("map", {1, 3, 3, 3});
  const int shape = f.integers("shape", {1, -1});
  const int result = f.value("result", {1, 27});
  tflite::Conv2DT options;
  options.padding = tflite::Padding::VALID;
  options.stride_h = options.stride_w = 1;
  f.append(tflite::BuiltinOperator::CONV_2D, {image, kernel, bias}, {map}, options);
  f.append(tflite::BuiltinOperator::RESHAPE, {map, shape}, {result});
  f.graph().inputs = {image};
  f.graph().outputs = {result};
  return f;
}

/// The same with bytes as numbers.
inline tflite_file quantized_file() {
  tflite_file f;
  using type = tflite::TensorType;
  const int image = f.value("image", {1, 4, 4, 2}, type::UINT8);
  const int kernel = f.constant("kernel", {3, 2, 2, 2}, std::vector<std::uint8_t>(24, 130), type::UINT8);
  const int bias = f.constant("bias", {3}, std::vector<std::int32_t>{4, 8, 12}, type::INT32);
  const int map = f.value("map", {1, 3, 3, 3}, type::UINT8);
  f.quantize(image, {0.5f}, {128});
  f.quantize(kernel, {0.25f}, {128});
  f.quantize(bias, {0.125f}, {0});
  f.quantize(map, {1.0f}, {3});
  tflite::Conv2DT options;
  options.padding = tflite::Padding::VALID;
  options.stride_h = options.stride_w = 1;
  f.append(tflite::BuiltinOperator::CONV_2D, {image, kernel, bias}, {map}, options);
  f.graph().inputs = {image};
  f.graph().outputs = {map};
  return f;
}

}  // namespace edgenn::tests
