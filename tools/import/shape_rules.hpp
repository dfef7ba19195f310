#pragma once
// What operators make of extents, at import and at run time alike.
#include <optional>
#include <span>
#include <vector>

#include "operation.hpp"

namespace edgenn::import {

/// The shape that `a` and `b` broadcast to, or nothing.
std::optional<extents> broadcast_extents(std::span<const std::int64_t> a, std::span<const std::int64_t> b);

/// The extents `b` of a second operand as broadcasting with `a` sees them: until version 7 an attribute says
/// which axis of `a` they begin at.
extents aligned_extents(const operation& o, const extents& a, extents b);

/// Reshape's rule for 0 and -1 in `wanted`.
extents reshaped_extents(const operation& o, const extents& from, std::vector<std::int64_t> wanted,
                         bool allow_zero);
/// The axes of Squeeze and Unsqueeze: an attribute, since version 13 an input.
std::vector<std::int64_t> stated_axes(const operation& o);
extents squeezed_extents(const operation& o, const extents& from);
extents unsqueezed_extents(const operation& o, const extents& from);

/// Slice along one axis: elements at begin, begin + step, ...
struct slice_range {
  int axis;
  std::int64_t begin, count, step;
};
std::vector<slice_range> slice_ranges(const operation& o, const extents& from);

}  // namespace edgenn::import
