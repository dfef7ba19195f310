#include "shape_rules.hpp"

#include <algorithm>
#include <tuple>

#include "constant.hpp"

namespace edgenn::import {

std::optional<extents> broadcast_extents(std::span<const std::int64_t> a, std::span<const std::int64_t> b) {
  if (a.size() < b.size()) std::swap(a, b);
  extents to(a.begin(), a.end());
  const std::size_t missing = a.size() - b.size();
  for (std::size_t i = 0; i < b.size(); ++i) {
    std::int64_t& d = to[missing + i];
    if (d != b[i] && d != 1 && b[i] != 1) return std::nullopt;
    if (d == 1) d = b[i];
  }
  return to;
}

extents aligned_extents(const operation& o, const extents& a, extents b) {
  if (o.version() >= 7) return b;
  o.ignore("consumed_inputs");
  const bool broadcast = o.integer("broadcast", 0) != 0;
  const std::int64_t stated = o.integer("axis", -1);
  if (!broadcast || !o.has_attribute("axis")) return b;
  const auto axis = static_cast<std::size_t>(o.axis(stated, static_cast<int>(a.size())));
  if (axis + b.size() > a.size())
    o.refuse("its second operand does not fit the first from axis " + std::to_string(axis));
  b.resize(a.size() - axis, 1);
  return b;
}

extents reshaped_extents(const operation& o, const extents& from, std::vector<std::int64_t> wanted,
                         bool allow_zero) {
  const std::int64_t count = element_count(from, o.where());
  std::size_t open = wanted.size();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0 && !allow_zero) {
      if (i >= from.size()) o.refuse("the shape " + list_text(wanted) + " copies an axis that is not there");
      wanted[i] = from[i];
    } else if (wanted[i] == -1) {
      if (open < wanted.size()) o.refuse("the shape " + list_text(wanted) + " leaves two axes open");
      open = i;
    } else if (wanted[i] < 0) {
      o.refuse("the shape " + list_text(wanted) + " has a negative extent");
    }
  }
  extents to = wanted;
  if (open < to.size()) {
    to[open] = 1;
    const std::int64_t others = element_count(to, o.where());
    to[open] = others == 0 ? 0 : count / others;
  }
  if (element_count(to, o.where()) != count)
    o.refuse("the shape " + list_text(wanted) + " does not fit the " + std::to_string(count) + " elements of "
             + shape_text(from));
  return to;
}

std::vector<std::int64_t> stated_axes(const operation& o) {
  if (o.version() < 13) return o.integers("axes");
  return o.has(1) ? o.constant_integers(1, "axes") : std::vector<std::int64_t>{};
}

extents squeezed_extents(const operation& o, const extents& from) {
  const auto axes = o.axes(stated_axes(o), static_cast<int>(from.size()));
  extents to;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool named = std::count(axes.begin(), axes.end(), static_cast<int>(i)) > 0;
    if (named && from[i] != 1)
      o.refuse("axis " + std::to_string(i) + " of " + shape_text(from) + " has not the extent 1");
    if (!(named || (axes.empty() && from[i] == 1))) to.push_back(from[i]);
  }
  return to;
}

extents unsqueezed_extents(const operation& o, const extents& from) {
  const auto stated = stated_axes(o);
  const auto axes = o.axes(stated, static_cast<int>(from.size() + stated.size()));
  extents to = from;
  for (const int a : axes) to.insert(to.begin() + a, 1);
  return to;
}

std::vector<slice_range> slice_ranges(const operation& o, const extents& from) {
  std::vector<std::int64_t> starts, ends, axes, steps;
  if (o.version() < 10) {
    starts = o.integers("starts");
    ends = o.integers("ends");
    axes = o.integers("axes");
  } else {
    starts = o.constant_integers(1, "starts");
    ends = o.constant_integers(2, "ends");
    if (o.has(3)) axes = o.constant_integers(3, "axes");
    if (o.has(4)) steps = o.constant_integers(4, "steps");
  }
  if (axes.empty())
    for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    o.refuse("its starts, ends, axes and steps differ in number");
  std::ignore = o.axes(axes, static_cast<int>(from.size()));

  std::vector<slice_range> ranges;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const int axis = o.axis(axes[i], static_cast<int>(from.size()));
    const std::int64_t extent = from[static_cast<std::size_t>(axis)];
    if (steps[i] == 0) o.refuse("found the step 0");
    const std::int64_t step = std::clamp(steps[i], -extent - 1, extent + 1);
    const std::int64_t least = step > 0 ? 0 : -1, most = step > 0 ? extent : extent - 1;
    const auto clamped = [&](std::int64_t v) {
      if (v < 0) v = v < -extent ? -1 : v + extent;
      return std::clamp(v, least, most);
    };
    const std::int64_t begin = clamped(starts[i]);
    const std::int64_t end = ends[i] < -extent ? least : clamped(ends[i]);
    const std::int64_t room = step > 0 ? end - begin : begin - end, width = step > 0 ? step : -step;
    ranges.push_back({axis, begin, room <= 0 ? 0 : 1 + (room - 1) / width, step});
  }
  return ranges;
}

}  // namespace edgenn::import
