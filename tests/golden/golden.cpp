#include "golden.hpp"

#include <iterator>

namespace edgenn::tests {

namespace {

struct entry {
  const char* name;
  shape extents;
  int offset;
};
#include "golden.inc"

}  // namespace

int golden_count() { return static_cast<int>(std::size(entries)); }

golden_output golden(int i) {
  const entry& e = entries[i];
  return {e.name, e.extents, {values + e.offset, static_cast<std::size_t>(e.extents.size())}};
}

golden_output golden(std::string_view name) {
  for (int i = 0; i < golden_count(); ++i)
    if (golden(i).name == name) return golden(i);
  return {};
}

}  // namespace edgenn::tests
