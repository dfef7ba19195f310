#pragma once
// None in the program: they are read from a file.
#include <cstddef>
#include <span>

inline constexpr std::span<const std::byte> detector_weights{};
