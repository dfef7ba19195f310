// Whoever calls an allocating function gets this text from the linker, with the place of the call: GNU ld
// warns where the symbol named after ".gnu.warning." is used, and --fatal-warnings makes that an error. There
// is no heap behind these functions either: nothing defines _sbrk.
#define NO_HEAP(symbol, name)                                                                    \
  [[gnu::section(".gnu.warning." #symbol), gnu::used]] static const char warning_of_##symbol[] = \
      "the firmware must not use the heap: " name

NO_HEAP(malloc, "malloc");
NO_HEAP(calloc, "calloc");
NO_HEAP(realloc, "realloc");
NO_HEAP(memalign, "memalign");
NO_HEAP(aligned_alloc, "aligned_alloc");
NO_HEAP(_malloc_r, "_malloc_r");  // as newlib's own functions call them
NO_HEAP(_calloc_r, "_calloc_r");
NO_HEAP(_realloc_r, "_realloc_r");
NO_HEAP(_sbrk, "_sbrk");
NO_HEAP(_Znwj, "operator new");
NO_HEAP(_Znaj, "operator new[]");
NO_HEAP(_ZnwjRKSt9nothrow_t, "operator new (nothrow)");
NO_HEAP(_ZnajRKSt9nothrow_t, "operator new[] (nothrow)");
NO_HEAP(_ZnwjSt11align_val_t, "operator new (aligned)");
NO_HEAP(_ZnajSt11align_val_t, "operator new[] (aligned)");
