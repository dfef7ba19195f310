#pragma once
// The header of an imported network: C++ as a person would write it, formatted as clang-format would.
#include <string>

#include "emit.hpp"

namespace edgenn::import {

std::string header_text(const target& t, const emit_options& options);

}  // namespace edgenn::import
