#pragma once
// The parameters of TFLite's operators.
#include <map>
#include <string>

#include "source.hpp"

namespace edgenn::tflite {
struct Operator;
}

namespace edgenn::import {

/// The options of an operator under the names they have in tflite.fbs; enumerators as text. Those of a custom
/// operator are one text, "custom_options". Throws import_error that begins with `where`.
std::map<std::string, attribute> tflite_attributes(const tflite::Operator& from, const std::string& where);

}  // namespace edgenn::import
