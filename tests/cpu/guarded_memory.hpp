#pragma once
// Memory between two pages that nobody may touch.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <stdexcept>
#if defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define EDGENN_TESTS_POISON
#  endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#  define EDGENN_TESTS_POISON
#endif
#if defined(EDGENN_TESTS_POISON)
#  include <sanitizer/asan_interface.h>
#endif

namespace edgenn::tests {

/// Where in its pages a buffer lies.
enum class flush { with_start, with_end };

/// `bytes` that touch the forbidden page after them, or before them, as closely as `alignment` allows. What
/// remains of the pages, and the buffer itself, is filled with 0xFF, which is NaN.
class guarded_memory {
 public:
  guarded_memory(std::size_t bytes, std::size_t alignment, flush where) : bytes_{bytes} {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    inside_ = (bytes + page - 1) / page * page;
    all_ = inside_ + 2 * page;
    void* pages = mmap(nullptr, all_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::runtime_error{"mmap: no memory"};
    pages_ = static_cast<std::byte*>(pages);
    if (inside_ > 0 && mprotect(first(), inside_, PROT_READ | PROT_WRITE) != 0)
      throw std::runtime_error{"mprotect: cannot open the pages"};
    std::memset(first(), filler, inside_);
    data_ = first() + (where == flush::with_start ? 0 : (inside_ - bytes) / alignment * alignment);
    allow(false);
  }
  ~guarded_memory() {
    allow(true);
    munmap(pages_, all_);
  }
  guarded_memory(const guarded_memory&) = delete;
  guarded_memory& operator=(const guarded_memory&) = delete;

  template <class T = std::byte>
  T* data() {
    return reinterpret_cast<T*>(data_);
  }
  /// Whether nobody wrote into the pages before and behind the buffer.
  bool surroundings_untouched() {
    allow(true);
    bool untouched = true;
    for (const std::byte* b = first(); b != first() + inside_; ++b)
      if ((b < data_ || b >= data_ + bytes_) && *b != std::byte{filler}) untouched = false;
    allow(false);
    return untouched;
  }

 private:
  static constexpr unsigned char filler = 0xFF;

  std::byte* first() { return pages_ + (all_ - inside_) / 2; }
  /// Has the address sanitizer report, or not, who touches what lies between the buffer and the guards.
  void allow([[maybe_unused]] bool yes) {
#if defined(EDGENN_TESTS_POISON)
    const auto set = [yes](std::byte* from, std::byte* to) {
      if (yes)
        ASAN_UNPOISON_MEMORY_REGION(from, static_cast<std::size_t>(to - from));
      else
        ASAN_POISON_MEMORY_REGION(from, static_cast<std::size_t>(to - from));
    };
    set(first(), data_);
    set(data_ + bytes_, first() + inside_);
#endif
  }

  std::size_t bytes_, inside_, all_;
  std::byte *pages_, *data_;
};

}  // namespace edgenn::tests
