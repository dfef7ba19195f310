#include "placement.hpp"

#include <algorithm>

namespace edgenn::import {

std::int64_t product_of(const arrangement& a, std::size_t first, std::size_t last) {
  std::int64_t product = 1;
  for (std::size_t i = first; i < last; ++i) product *= a.factors()[static_cast<std::size_t>(a.memory()[i])];
  return product;
}

shape natural_shape(std::span<const std::int64_t> dims) {
  shape s;
  int* const axes[] = {&s.c, &s.w, &s.h, &s.d};
  for (std::size_t i = 0; i < dims.size(); ++i)
    *axes[std::min<std::size_t>(i, 3)] *= extent_of(dims[dims.size() - 1 - i]);
  return s;
}

shape image_shape(std::span<const std::int64_t> nchw) {
  return {extent_of(nchw[2]), extent_of(nchw[3]), extent_of(nchw[1]), extent_of(nchw[0])};
}

int placer::viewed(int node, shape to) {
  if (net_->shape_of(node) == to) return node;
  const auto [entry, is_new] = views_.try_emplace({node, to.h, to.w, to.c, to.d}, -1);
  if (is_new) entry->second = net_->append(reshape{to.h, to.w, to.c, to.d}, node, comment_);
  return entry->second;
}

/// Runs of factors that keep together on the way from `from` to `to`, as extents in the order of `from` and
/// as the order in which `to` has them.
static std::pair<std::vector<std::int64_t>, std::vector<int>> blocks(const arrangement& from,
                                                                     const std::vector<int>& to) {
  std::vector<std::size_t> position(to.size());
  for (std::size_t i = 0; i < to.size(); ++i) position[static_cast<std::size_t>(to[i])] = i;
  std::vector<std::int64_t> extents;
  std::vector<std::size_t> starts;  // of the blocks, in `to`
  std::size_t previous = to.size();
  for (const int f : from.memory()) {
    const std::size_t p = position[static_cast<std::size_t>(f)];
    if (extents.empty() || p != previous + 1) {
      extents.push_back(1);
      starts.push_back(p);
    }
    extents.back() *= from.factors()[static_cast<std::size_t>(f)];
    previous = p;
  }
  std::vector<int> order(starts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    return starts[static_cast<std::size_t>(a)] < starts[static_cast<std::size_t>(b)];
  });
  return {extents, order};
}

/// Block `order[i]` of memory becomes block i. A transpose moves four blocks at once, so more of them take
/// several: each brings one block to its place.
int placer::transposed(int node, std::vector<std::int64_t> extents, std::vector<int> order) {
  const auto transpose_four = [&](const std::vector<std::int64_t>& four, const std::vector<int>& from) {
    constexpr axis axes[] = {axis::depth, axis::height, axis::width, axis::channels};
    const auto of = [&](std::size_t i) { return axes[static_cast<std::size_t>(from[i])]; };
    const int view =
        viewed(node, {extent_of(four[1]), extent_of(four[2]), extent_of(four[3]), extent_of(four[0])});
    return net_->append(transpose{.h = of(1), .w = of(2), .c = of(3), .d = of(0)}, view, comment_);
  };
  while (extents.size() > 4) {
    // The first block that is not in its place: the blocks before the wanted one go behind it.
    std::size_t done = 0;
    while (order[done] == static_cast<int>(done)) ++done;
    const auto wanted = static_cast<std::size_t>(order[done]);
    const auto product = [&](std::size_t first, std::size_t last) {
      std::int64_t p = 1;
      for (std::size_t i = first; i < last; ++i) p *= extents[i];
      return p;
    };
    node = transpose_four(
        {product(0, done), product(done, wanted), extents[wanted], product(wanted + 1, extents.size())},
        {0, 2, 1, 3});
    std::rotate(extents.begin() + static_cast<std::ptrdiff_t>(done),
                extents.begin() + static_cast<std::ptrdiff_t>(wanted),
                extents.begin() + static_cast<std::ptrdiff_t>(wanted) + 1);
    for (int& o : order) {
      const auto at = static_cast<std::size_t>(o);
      o = at == wanted ? static_cast<int>(done) : at >= done && at < wanted ? o + 1 : o;
    }
    // Neighbours that stay neighbours become one block.
    for (std::size_t i = 0; i + 1 < order.size();) {
      if (order[i + 1] != order[i] + 1) {
        ++i;
        continue;
      }
      const auto at = static_cast<std::size_t>(order[i]);
      extents[at] *= extents[at + 1];
      extents.erase(extents.begin() + static_cast<std::ptrdiff_t>(at) + 1);
      order.erase(order.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      for (int& o : order)
        if (static_cast<std::size_t>(o) > at) --o;
    }
  }
  while (extents.size() < 4) {
    extents.insert(extents.begin(), 1);
    for (int& o : order) ++o;
    order.insert(order.begin(), 0);
  }
  return std::is_sorted(order.begin(), order.end()) ? node : transpose_four(extents, order);
}

placed placer::arranged(const placed& v, const std::vector<int>& factors) {
  if (v.at.memory() == factors) return v;
  const auto [extents, order] = blocks(v.at, factors);
  std::vector<int> key(order);
  for (const std::int64_t e : extents) key.push_back(extent_of(e));
  const auto [entry, is_new] = arrangements_.try_emplace({v.node, key}, -1);
  if (is_new) entry->second = transposed(v.node, extents, order);
  return {entry->second, v.at.rearranged(factors), v.type};
}

placed placer::plain(const placed& v) {
  std::vector<int> factors = v.at.memory();
  std::sort(factors.begin(), factors.end());
  return arranged(v, factors);
}

placed placer::in_order(const placed& v, std::span<const int> axes) {
  return arranged(v, v.at.axes_in_order(axes));
}

placed placer::with_innermost(const placed& v, std::span<const int> axes) {
  const std::vector<int> inner = v.at.axes_in_order(axes);
  std::vector<int> factors;
  for (const int f : v.at.memory())
    if (std::count(inner.begin(), inner.end(), f) == 0) factors.push_back(f);
  factors.insert(factors.end(), inner.begin(), inner.end());
  return arranged(v, factors);
}

placed placer::with_axis_together(const placed& v, int axis) {
  const auto [first, last] = v.at.factors_of(axis);
  std::vector<int> factors;
  bool inserted = false;
  for (const int f : v.at.memory()) {
    const bool of_axis = f >= first && f < last;
    if (!of_axis) factors.push_back(f);
    if (!of_axis || inserted) continue;
    for (int own = first; own < last; ++own) factors.push_back(own);
    inserted = true;
  }
  return arranged(v, factors);
}

}  // namespace edgenn::import
