#pragma once
// What the importer says of a bad model.
#include <doctest/doctest.h>

#include <string>

#include "lower_onnx.hpp"
#include "onnx_model.hpp"
#include "onnx_reader.hpp"
#include "simplify.hpp"

namespace onnx_tests {

/// The message with which `bytes` are refused; empty if they are not. It must be one line of printable text
/// that begins with the file.
inline std::string refusal(std::span<const std::byte> bytes,
                           const edgenn::import::onnx_options& options = {}) {
  try {
    edgenn::import::simplify(
        edgenn::import::lower_onnx(edgenn::import::read_onnx(bytes, "model.onnx", options)).net);
    return {};
  } catch (const edgenn::import::import_error& e) {
    const std::string message = e.what();
    CHECK(message.rfind("model.onnx: ", 0) == 0);
    CHECK(message.size() < 1000);
    for (const char c : message) CHECK_MESSAGE((c >= ' ' && c <= '~'), message);
    return message;
  }
}
inline std::string refusal(const ModelProto& m, const edgenn::import::onnx_options& options = {}) {
  return refusal(bytes_of(m), options);
}

/// Checks that `m` is refused with a message that has all of `parts`.
inline void check_refused(const ModelProto& m, std::initializer_list<const char*> parts,
                          const edgenn::import::onnx_options& options = {}) {
  const std::string message = refusal(m, options);
  for (const char* part : parts)
    CHECK_MESSAGE(message.find(part) != std::string::npos, message, " lacks ", std::string{part});
}
inline void check_accepted(const ModelProto& m, const edgenn::import::onnx_options& options = {}) {
  CHECK(refusal(m, options) == "");
}

}  // namespace onnx_tests
