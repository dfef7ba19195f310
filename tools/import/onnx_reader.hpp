#pragma once
// Reads ONNX's protobuf files.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "source.hpp"

namespace edgenn::import {

struct onnx_options {
  /// Where tensors may lie that the model keeps in files of their own; such models are refused without it.
  std::optional<std::filesystem::path> external_data = {};
  /// Extents of inputs, by name: instead of the model's own.
  std::map<std::string, std::vector<std::int64_t>> input_shapes = {};
  /// Inputs that become constants, by name: as if the model had them as initializers.
  std::map<std::string, tensor> constants = {};
};

/// The newest operator set whose operators are known to mean what they mean here.
inline constexpr int newest_onnx_opset = 25;

/// The model in `bytes`, a whole .onnx file that messages call `file`. Nodes are put in order, names are made
/// printable. Throws import_error.
model read_onnx(std::span<const std::byte> bytes, const std::string& file, const onnx_options& options);

/// The tensor in `bytes`, a whole .pb file of a TensorProto, as ONNX's test data are. Throws import_error.
tensor read_onnx_tensor(std::span<const std::byte> bytes, const std::string& file);

/// `text` for a message or a comment: one short line of ASCII.
std::string printable(const std::string& text);

}  // namespace edgenn::import
