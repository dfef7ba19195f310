#pragma once
// From TFLite's operators to edgenn's layers.
#include <optional>
#include <string_view>
#include <vector>

#include "emit.hpp"
#include "source.hpp"
#include "target.hpp"

namespace edgenn::import {

struct tflite_options {
  bool dequantize = false;  ///< take quantised weights and values as the real numbers they stand for
};

/// The network that `m`, a model of `read_tflite`, states. Throws import_error that names node and operator.
target lower_tflite(model m, const tflite_options& options);

/// What a quantised model says about its input, if that is an image: which real number a pixel stands for.
/// The order of the channels is taken to be red, green, blue, as is usual.
std::optional<preprocessing> preprocessing_of(const model& m);

/// The operators it knows, for the documentation.
std::vector<std::string_view> tflite_operators();

}  // namespace edgenn::import
