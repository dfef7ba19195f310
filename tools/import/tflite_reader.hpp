#pragma once
// Reads TensorFlow Lite's flatbuffers.
#include <cstddef>
#include <span>
#include <string>

#include "source.hpp"

namespace edgenn::import {

/// The model in `bytes`, a whole .tflite file that messages call `file`. Every offset, index and count of the
/// file is checked; tensors refer to no memory of `bytes`. Throws import_error.
model read_tflite(std::span<const std::byte> bytes, const std::string& file);

}  // namespace edgenn::import
