#pragma once
// What the importer says of a bad TFLite file.
#include <doctest/doctest.h>

#include <string>

#include "lower_tflite.hpp"
#include "tflite_file.hpp"
#include "tflite_reader.hpp"

namespace edgenn::tests {

/// What is said about the file; empty if it is accepted.
inline std::string message_of(const std::vector<std::byte>& file) {
  try {
    import::lower_tflite(import::read_tflite(file, "bad.tflite"), {.dequantize = true});
    return {};
  } catch (const import::import_error& e) {
    return e.what();
  }
}

/// It must be one line that begins with the file and has `part`.
inline void check_refused(const std::string& message, const std::string& part) {
  CHECK(message.starts_with("bad.tflite"));
  CHECK(message.find('\n') == std::string::npos);
  CHECK_MESSAGE(message.find(part) != std::string::npos, message);
}
inline void check_refused(const tflite_file& file, const std::string& part) {
  check_refused(message_of(file.bytes()), part);
}

template <class Options>
Options& options_of(tflite_file& f, int i) {
  return *static_cast<Options*>(f.op(i).options.value);
}

/// Tensors of `convolution_file`.
inline constexpr int image = 0, weights = 1, bias = 2, map = 3, shape_tensor = 4, reshaped = 5;

}  // namespace edgenn::tests
