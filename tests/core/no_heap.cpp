// Proof that inference, reading weights and reporting use no heap: while the trap is set, any use of it ends
// the program. Forked children show that the trap works for every way to use the heap.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/profile.hpp>
#include <edgenn/prove.hpp>
#include <edgenn/summary.hpp>
#include <edgenn/weights_writer.hpp>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "random_numbers.hpp"

#if defined(__SANITIZE_ADDRESS__)
#  define HEAP_IS_ASANS 1
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define HEAP_IS_ASANS 1
#  endif
#endif

namespace {

constexpr int trapped = 86;  // exit status
volatile bool armed = false;

void heap_is_used() {
  if (!armed) return;
  constexpr std::string_view message = "the heap is used while that is forbidden\n";
  static_cast<void>(!write(2, message.data(), message.size()));
  _exit(trapped);
}

/// Sets the trap for its lifetime.
struct no_heap {
  no_heap() { armed = true; }
  ~no_heap() { armed = false; }
};

}  // namespace

#if defined(HEAP_IS_ASANS)  // its allocator calls hooks
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                                         void (*)(const volatile void*));
namespace {
[[maybe_unused]] const int hooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { heap_is_used(); }, [](const volatile void*) { heap_is_used(); });
}
#else  // the program's own definitions stand before those of glibc
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t n) noexcept {
  heap_is_used();
  return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t size) noexcept {
  heap_is_used();
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t n) noexcept {
  heap_is_used();
  return __libc_realloc(p, n);
}
void* aligned_alloc(std::size_t alignment, std::size_t n) noexcept {
  heap_is_used();
  return __libc_memalign(alignment, n);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t n) noexcept {
  heap_is_used();
  *p = __libc_memalign(alignment, n);
  return *p == nullptr ? 12 : 0;  // ENOMEM
}
void free(void* p) noexcept {
  heap_is_used();
  __libc_free(p);
}
}
#endif

namespace {

using namespace edgenn;

void* volatile sink;  // keeps the compiler from removing allocations

/// The exit status of a child that does `what` while the trap is set; 0 if it survives.
template <class What>
int status_of_child(What what) {
  const pid_t child = fork();
  if (child == 0) {
    close(2);
    {
      const no_heap trap;
      what();
    }
    _exit(0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct alignas(64) wide {
  char bytes[64];
};

TEST_CASE("the trap springs for every way to use the heap") {
  CHECK(status_of_child([] {}) == 0);
  CHECK(status_of_child([] { sink = std::malloc(8); }) == trapped);
  CHECK(status_of_child([] { sink = std::calloc(2, 8); }) == trapped);
  sink = std::malloc(8);
  CHECK(status_of_child([] { sink = std::realloc(sink, 1000); }) == trapped);
  CHECK(status_of_child([] { std::free(sink); }) == trapped);
  std::free(sink);
  CHECK(status_of_child([] { sink = std::aligned_alloc(64, 64); }) == trapped);
  CHECK(status_of_child([] { sink = new int; }) == trapped);
  CHECK(status_of_child([] { sink = new int[10]; }) == trapped);
  CHECK(status_of_child([] { sink = new wide; }) == trapped);
  CHECK(status_of_child([] { sink = new (std::nothrow) int; }) == trapped);
  CHECK(status_of_child([] { sink = std::make_unique<int>(1).release(); }) == trapped);
  CHECK(status_of_child([] { sink = std::string(100, 'x').data(); }) == trapped);
}

constexpr const auto& net = networks::lenet5;
using file_type = weights_file<net>;
using lenet = model<net, reference>;

struct ticks {
  static std::uint32_t now() { return count += 3; }
  static inline std::uint32_t count = 0;
};

/// Where the reports go.
struct page {
  std::array<char, 4096> text{};
  std::size_t size = 0;
  void put(std::string_view line) {
    if (size + line.size() > text.size()) return;
    std::memcpy(text.data() + size, line.data(), line.size());
    size += line.size();
  }
};

// What inference needs is static, as in firmware.
alignas(64) std::array<std::byte, file_type::file_bytes(storage::fp32, true)> file;
std::array<float, lenet::weight_count> weights;
std::array<float, 28 * 28> image;
alignas(reference::alignment) std::array<std::byte, lenet::arena_bytes> arena;
page report;

TEST_CASE("a model reads its weights, runs, proves itself and reports without the heap") {
  const std::vector<float> w = random_floats(1, lenet::weight_count), x = random_floats(2, 28 * 28);
  const auto canonical = std::span<const float, lenet::weight_count>{w.data(), w.size()};
  std::array<float, 10> y{};
  {
    static lenet writer{canonical};
    const auto result = writer.run(std::span<const float, 28 * 28>{x.data(), x.size()});
    std::copy(result.begin(), result.end(), y.begin());
  }
  bool opened = false, borrowed = false, wrong_is_refused = false;
  proof first, second;
  std::size_t written = 0;
  {
    const no_heap trap;
    written = write_weights<net>(file, storage::fp32, canonical, x, y);
    const auto checked = file_type::open(file);
    opened = static_cast<bool>(checked);
    if (opened) {
      checked->copy_to(weights);
      static lenet owner{weights};
      first = prove(owner, *checked, image);
      profile<lenet, ticks> times;
      owner.run_observed(times, image);
      times.report([](std::string_view line) { report.put(line); });
    }
    const auto in_flash = read_weights<net, float>(file);
    borrowed = static_cast<bool>(in_flash);
    if (borrowed) {
      model<net, reference, borrowed_arena> guest{*in_flash, arena};
      second = prove(guest, *checked, image);
    }
    summary<lenet>([](std::string_view line) { report.put(line); });
    const auto wrong = file_type::open(std::span{file}.first(100));
    wrong_is_refused = !wrong;
    if (wrong_is_refused) report.put(wrong.error().message().view());
  }
  CHECK(written == file.size());
  CHECK(opened);
  CHECK(borrowed);
  CHECK(wrong_is_refused);
  CHECK(first.holds(0));
  CHECK(second.holds(0));
  CHECK(std::string_view{report.text.data(), report.size}.find("431080") != std::string_view::npos);
  CHECK(std::string_view{report.text.data(), report.size}.find("found 100, expected")
        != std::string_view::npos);
}

}  // namespace
