#pragma once

namespace edgenn {

/// One of `count` parts of a kernel's work: the threads of an executor compute one part each. A kernel that
/// can be divided computes, of its output, only what belongs to its share; shares read the same input and
/// weights, write different outputs and have scratch memory of their own.
struct share {
  int index = 0;  ///< from 0
  int count = 1;  ///< of all parts

  /// Units of work, [first, end).
  struct range {
    int first;  ///< the first one
    int end;    ///< past the last one
  };

  /// This share's part of `units` units: parts are disjoint, follow each other and differ by at most `step`
  /// units; all but the last begin and end at multiples of `step`.
  constexpr range of(int units, int step = 1) const {
    const long long steps = (0LL + units + step - 1) / step;
    const auto at = [&](int i) {
      const long long unit = steps * i / count * step;
      return unit < units ? static_cast<int>(unit) : units;
    };
    return {at(index), at(index + 1)};
  }
};

}  // namespace edgenn
