#pragma once
// An executor on std::thread. Not part of edgenn.hpp: the core knows nothing of threads.
#include <atomic>
#include <edgenn/policy.hpp>
#include <thread>

namespace edgenn {

/// `Threads` threads, one of which is the caller of `run`; the others wait in between. A thread that waits
/// looks for work for a short while, `spins` times, before it sleeps: layers follow each other within
/// microseconds, and to wake a thread takes longer than many a layer. With 0 it sleeps at once.
///
/// The constructor throws std::system_error if threads cannot be started; `run` never throws. One thread at
/// a time may call `run`. Link with the platform's thread library (CMake: Threads::Threads).
template <int Threads>
class thread_pool {
  static_assert(Threads >= 1, "edgenn: a thread pool has at least one thread, its caller");

 public:
  /// The default lasts about 50 microseconds.
  static constexpr int default_spins = 2000;

  /// Starts the threads.
  explicit thread_pool(int spins = default_spins) : spins_{spins} {
#if defined(__cpp_exceptions)
    try {
      start();
    } catch (...) {
      stop();
      throw;
    }
#else
    start();
#endif
  }
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;
  ~thread_pool() { stop(); }

  /// See the concept `executor`.
  void run(int count, share_task task, void* context) noexcept {
    if (count <= 1 || Threads == 1) {
      for (int i = 0; i < count; ++i) task(context, i);
      return;
    }
    count_ = count;
    task_ = task;
    context_ = context;
    busy_.store(Threads - 1, std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    compute(0);
    for (int busy = busy_.load(std::memory_order_acquire); busy != 0;) busy = changed(busy_, busy);
  }

 private:
  void compute(int thread) noexcept {
    for (int i = thread; i < count_; i += Threads) task_(context_, i);
  }

  void work(int thread) noexcept {
    for (int round = 0;;) {
      round = changed(round_, round);
      if (stopping_.load(std::memory_order_relaxed)) return;
      compute(thread);
      if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
    }
  }

  void start() {
    for (int i = 1; i < Threads; ++i) threads_[i - 1] = std::thread([this, i] { work(i); });
  }

  void stop() noexcept {
    stopping_.store(true, std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    for (std::thread& t : threads_)
      if (t.joinable()) t.join();
  }

  /// The value of `a` once it is no longer `old`.
  int changed(const std::atomic<int>& a, int old) const noexcept {
    for (int i = 0;; ++i) {
      const int now = a.load(std::memory_order_acquire);
      if (now != old) return now;
      if (i < spins_)
        pause();
      else
        a.wait(old, std::memory_order_acquire);
    }
  }

  /// Tells the processor that it is in a loop that waits.
  static void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb");
#endif
  }

  int spins_;
  // What is to be done in this round: written before round_ changes, read after.
  int count_ = 0;
  share_task task_ = nullptr;
  void* context_ = nullptr;
  // Apart from each other: threads that wait for one must not be disturbed by the other.
  alignas(64) std::atomic<int> round_{0};
  alignas(64) std::atomic<int> busy_{0};  // threads that still compute, without the caller
  std::atomic<bool> stopping_{false};
  std::thread threads_[Threads > 1 ? Threads - 1 : 1];
};

}  // namespace edgenn
