#pragma once
// The expected outputs of the cases of cases.hpp, which make_golden.py computed with ONNX Runtime.
#include <edgenn/shape.hpp>
#include <span>
#include <string_view>

namespace edgenn::tests {

struct golden_output {
  std::string_view name;
  shape extents;
  std::span<const float> values;
};

int golden_count();
/// Number `i` of `golden_count()`.
golden_output golden(int i);
/// That of the case `name`. If there is none, the result has no values.
golden_output golden(std::string_view name);

}  // namespace edgenn::tests
