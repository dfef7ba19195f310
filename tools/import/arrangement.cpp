#include "arrangement.hpp"

#include <algorithm>
#include <numeric>

namespace edgenn::import {

arrangement::arrangement(std::vector<std::int64_t> dims) : dims_{std::move(dims)} {
  make_factors();
  memory_.resize(factors_.size());
  std::iota(memory_.begin(), memory_.end(), 0);
}

arrangement::arrangement(std::vector<std::int64_t> dims, std::span<const int> order)
    : dims_{std::move(dims)} {
  make_factors();
  memory_ = axes_in_order(order);
}

void arrangement::make_factors() {
  for (const std::int64_t d : dims_)
    if (d > 1) factors_.push_back(d);
}

std::int64_t arrangement::size() const {
  return std::accumulate(dims_.begin(), dims_.end(), std::int64_t{1}, std::multiplies<>{});
}

arrangement::range arrangement::factors_of(int axis) const {
  std::size_t factor = 0;
  const auto skip = [&](std::int64_t extent) {
    for (std::int64_t product = 1; product < extent; ++factor) product *= factors_[factor];
  };
  for (int a = 0; a < axis; ++a) skip(extent(a));
  const auto first = static_cast<int>(factor);
  skip(extent(axis));
  return {first, static_cast<int>(factor)};
}

bool arrangement::is_plain() const { return std::is_sorted(memory_.begin(), memory_.end()); }

std::vector<int> arrangement::axes_in_order(std::span<const int> axes) const {
  std::vector<int> order;
  for (const int axis : axes) {
    const range r = factors_of(axis);
    for (int f = r.first; f < r.last; ++f) order.push_back(f);
  }
  return order;
}

std::optional<arrangement> arrangement::reshaped(std::vector<std::int64_t> dims) const {
  if (is_plain()) return arrangement{std::move(dims)};
  // Both go through the factors from the innermost. A new extent takes whole factors, and splits the last
  // one.
  std::vector<std::int64_t> split;                          // new factors, innermost first
  std::vector<std::pair<int, int>> parts(factors_.size());  // of each old factor: [first, last) of `split`
  auto left = static_cast<int>(factors_.size()) - 1;
  std::int64_t rest = left < 0 ? 1 : factors_[static_cast<std::size_t>(left)];
  if (left >= 0) parts[static_cast<std::size_t>(left)].first = 0;
  for (auto d = dims.rbegin(); d != dims.rend(); ++d) {
    for (std::int64_t wanted = *d; wanted > 1;) {
      const std::int64_t taken = wanted % rest == 0 ? rest : rest % wanted == 0 ? wanted : 0;
      if (taken == 0) return std::nullopt;
      split.push_back(taken);
      wanted /= taken;
      rest /= taken;
      if (rest > 1) continue;
      parts[static_cast<std::size_t>(left)].second = static_cast<int>(split.size());
      if (--left < 0) break;
      rest = factors_[static_cast<std::size_t>(left)];
      parts[static_cast<std::size_t>(left)].first = static_cast<int>(split.size());
    }
  }
  arrangement to;
  to.dims_ = std::move(dims);
  to.factors_.assign(split.rbegin(), split.rend());
  const auto count = static_cast<int>(split.size());
  for (const int f : memory_) {
    const auto [first, last] = parts[static_cast<std::size_t>(f)];
    for (int part = last - 1; part >= first; --part) to.memory_.push_back(count - 1 - part);
  }
  return to;
}

arrangement arrangement::transposed(std::span<const int> order) const {
  arrangement to;
  std::vector<int> moved(factors_.size());
  for (const int axis : order) {
    to.dims_.push_back(extent(axis));
    const range r = factors_of(axis);
    for (int f = r.first; f < r.last; ++f) {
      moved[static_cast<std::size_t>(f)] = static_cast<int>(to.factors_.size());
      to.factors_.push_back(factors_[static_cast<std::size_t>(f)]);
    }
  }
  for (const int f : memory_) to.memory_.push_back(moved[static_cast<std::size_t>(f)]);
  return to;
}

arrangement arrangement::resized(int axis, std::int64_t extent) const {
  const auto [first, last] = factors_of(axis);
  const int removed = last - first, added = extent > 1 ? 1 : 0;
  arrangement to;
  to.dims_ = dims_;
  to.dims_[static_cast<std::size_t>(axis)] = extent;
  to.factors_.assign(factors_.begin(), factors_.begin() + first);
  if (added == 1) to.factors_.push_back(extent);
  to.factors_.insert(to.factors_.end(), factors_.begin() + last, factors_.end());
  if (removed == 0 && added == 1) to.memory_.push_back(first);
  for (const int f : memory_) {
    if (f < first) to.memory_.push_back(f);
    if (f >= last) to.memory_.push_back(f - removed + added);
    if (f == first && removed > 0 && added == 1) to.memory_.push_back(first);
  }
  return to;
}

arrangement arrangement::with_one_element(int axis) const {
  std::vector<int> factors = memory_;
  const auto [first, last] = factors_of(axis);
  std::erase_if(factors, [first = first, last = last](int f) { return f >= first && f < last; });
  for (int f = first; f < last; ++f) factors.push_back(f);
  return rearranged(std::move(factors)).resized(axis, 1);
}

arrangement arrangement::rearranged(std::vector<int> factors) const {
  arrangement to = *this;
  to.memory_ = std::move(factors);
  return to;
}

}  // namespace edgenn::import
