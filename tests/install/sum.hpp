#pragma once
#include <edgenn.hpp>

inline constexpr auto sum =
    edgenn::network({1, 1, 2}, [](edgenn::value x) { return x | edgenn::dense{.units = 1}; });
