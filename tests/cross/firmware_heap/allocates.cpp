#include <cstdio>
#include <cstdlib>
#include <new>

int main() {
  void* volatile memory = ALLOCATE;
  return memory != nullptr;
}
