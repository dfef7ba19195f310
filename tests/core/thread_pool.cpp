#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <edgenn/executors/thread_pool.hpp>
#include <thread>
#include <vector>

namespace {

template <int Threads>
void every_share_once(int spins) {
  edgenn::thread_pool<Threads> pool{spins};
  static_assert(edgenn::executor<decltype(pool)>);
  for (int round = 0; round < 500; ++round)
    for (const int count : {0, 1, 2, Threads, Threads + 1, 3 * Threads + 2}) {
      std::vector<int> calls(static_cast<std::size_t>(count), 0);
      auto task = [&](int i) { ++calls[static_cast<std::size_t>(i)]; };
      pool.run(
          count, [](void* f, int i) noexcept { (*static_cast<decltype(task)*>(f))(i); }, &task);
      REQUIRE(calls == std::vector<int>(static_cast<std::size_t>(count), 1));
    }
}

TEST_CASE("every share is computed once, and all are when run returns") {
  SUBCASE("one thread") { every_share_once<1>(100); }
  SUBCASE("two threads") { every_share_once<2>(100); }
  SUBCASE("five threads") { every_share_once<5>(100); }
  SUBCASE("that never spin") { every_share_once<3>(0); }
}

TEST_CASE("shares run at the same time") {
  edgenn::thread_pool<2> pool;
  std::atomic<int> arrived{0};
  // Each share waits for the other: one thread alone would never return.
  pool.run(
      2,
      [](void* context, int) noexcept {
        auto& here = *static_cast<std::atomic<int>*>(context);
        ++here;
        while (here.load() < 2) std::this_thread::yield();
      },
      &arrived);
  CHECK(arrived.load() == 2);
}

TEST_CASE("threads that have gone to sleep wake up, and a pool that never worked ends") {
  edgenn::thread_pool<3> idle;
  edgenn::thread_pool<3> pool{0};
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::atomic<int> sum{0};
    pool.run(
        3, [](void* context, int i) noexcept { *static_cast<std::atomic<int>*>(context) += i + 1; }, &sum);
    CHECK(sum.load() == 6);
  }
}

TEST_CASE("what a thread that sleeps has not begun, the caller computes") {
  edgenn::thread_pool<2> pool{0};
  struct {
    std::thread::id caller = std::this_thread::get_id();
    int shares = 0;
  } taken;
  // To wake the thread takes far longer than the caller's own share, but once in a while it may be awake.
  for (int round = 0; round < 1000 && taken.shares == 0; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    auto task = [&](int i) {
      if (i == 1 && std::this_thread::get_id() == taken.caller) ++taken.shares;
    };
    pool.run(
        2, [](void* f, int i) noexcept { (*static_cast<decltype(task)*>(f))(i); }, &task);
  }
  CHECK(taken.shares > 0);
}

}  // namespace
