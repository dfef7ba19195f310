#pragma once
// ONNX's TensorProto.
#include <onnx/onnx_pb.h>

#include <filesystem>
#include <optional>
#include <string>

#include "source.hpp"

namespace edgenn::import {

/// The element type that `data_type` names; `where` begins the message if there is none such.
element onnx_element(int data_type, const std::string& where);

/// The constant `t`, whose data may lie in a file below `external_data`.
tensor onnx_constant(const onnx::TensorProto& t, const std::string& where,
                     const std::optional<std::filesystem::path>& external_data);

}  // namespace edgenn::import
