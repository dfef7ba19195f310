// Two translation units with all headers make one program, in which both see the same things.
#include <cstdio>

#include "units.hpp"

int main() {
  const seen a = look(), b = look_from_second();
  const bool same = a.fingerprint == b.fingerprint && a.arena_bytes == b.arena_bytes && a.plan == b.plan
                    && a.first == b.first;
  std::printf("fingerprint %llx, arena %d bytes, first result %g: %s\n",
              static_cast<unsigned long long>(a.fingerprint), a.arena_bytes, static_cast<double>(a.first),
              same ? "the same in both units" : "not the same in both units");
  return same && a.first > 0 ? 0 : 1;
}
