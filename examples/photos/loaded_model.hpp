#pragma once
#include <array>
#include <cstddef>
#include <edgenn.hpp>
#include <span>
#include <string>

#include "error.hpp"

/// The model of `Net` on the CPU backend with the weights in `file`. `name` is for messages.
template <const auto& Net>
edgenn::model<Net, edgenn::native>& loaded_model(std::span<const std::byte> file, const std::string& name) {
  static std::array<float, Net.weight_count> weights;
  const auto opened = edgenn::weights_file<Net>::open(file);
  if (!opened) throw input_error{name, std::string{opened.error().message().view()}};
  opened->copy_to(weights);  // fp16 in the file becomes float
  static edgenn::packed_weights<Net, edgenn::native> packed{weights};
  static edgenn::model<Net, edgenn::native> m{packed};
  return m;
}
