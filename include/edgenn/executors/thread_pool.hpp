#pragma once
// An executor on std::thread. Not part of edgenn.hpp: the core knows nothing of threads.
#include <atomic>
#include <edgenn/policy.hpp>
#include <thread>

namespace edgenn {

/// `Threads` threads, one of which is the caller of `run`; the others wait in between. A thread that waits
/// looks for work for a short while, `spins` times, before it sleeps: layers follow each other within
/// microseconds, and to wake a thread takes longer than many a layer. With 0 it sleeps at once. While it
/// looks it lets other threads of its core go first.
///
/// Nobody waits for a thread that sleeps or has no core to run on: what it has not begun when the caller is
/// done with its own part, the caller computes.
///
/// The constructor throws std::system_error if threads cannot be started; `run` never throws. One thread at a
/// time may call `run`. Link with the platform's thread library (CMake: Threads::Threads).
template <int Threads>
class thread_pool {
  static_assert(Threads >= 1, "edgenn: a thread pool has at least one thread, its caller");

 public:
  /// The default lasts about 65 microseconds on a Zen 4 core.
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
    count_ = count;
    task_ = task;
    context_ = context;
    const int helpers = (count < Threads ? count : Threads) - 1;
    busy_.store(helpers, std::memory_order_relaxed);
    for (int i = 0; i < helpers; ++i) offer(helpers_[i]);
    compute(0);
    for (int i = 0; i < helpers; ++i) compute_if_offered(helpers_[i], i + 1);
    for (int busy = busy_.load(std::memory_order_acquire); busy > 0;) busy = changed(busy_, busy);
  }

 private:
  /// A thread, and whether there is work for it: `step` is odd from when the caller offers it until somebody
  /// takes it. Apart from each other: threads that wait for one must not be disturbed by another.
  struct alignas(64) helper {
    std::atomic<unsigned> step{0};
    std::thread thread;
  };

  static bool is_offered(unsigned step) { return step % 2 == 1; }

  static void offer(helper& h) noexcept {
    h.step.fetch_add(1, std::memory_order_release);
    h.step.notify_one();
  }

  /// Takes the work of helper number `thread`, unless it is taken.
  void compute_if_offered(helper& h, int thread) noexcept {
    unsigned step = h.step.load(std::memory_order_relaxed);
    if (!is_offered(step)
        || !h.step.compare_exchange_strong(step, step + 1, std::memory_order_acquire,
                                           std::memory_order_relaxed))
      return;
    compute(thread);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }

  void compute(int thread) noexcept {
    for (int i = thread; i < count_; i += Threads) task_(context_, i);
  }

  void work(int thread) noexcept {
    helper& h = helpers_[thread - 1];
    for (unsigned step = 0;;) {
      step = changed(h.step, step);
      if (stopping_.load(std::memory_order_relaxed)) return;
      compute_if_offered(h, thread);
    }
  }

  void start() {
    for (int i = 0; i < Threads - 1; ++i) helpers_[i].thread = std::thread([this, i] { work(i + 1); });
  }

  void stop() noexcept {
    stopping_.store(true, std::memory_order_relaxed);
    for (helper& h : helpers_) {
      h.step.fetch_add(2, std::memory_order_release);  // offers nothing
      h.step.notify_one();
    }
    for (helper& h : helpers_)
      if (h.thread.joinable()) h.thread.join();
  }

  /// The value of `a` once it is no longer `old`.
  template <class T>
  T changed(const std::atomic<T>& a, T old) const noexcept {
    constexpr int patience = 200, interval = 50;
    for (int i = 0;; ++i) {
      const T now = a.load(std::memory_order_acquire);
      if (now != old) return now;
      if (i >= spins_)
        a.wait(old, std::memory_order_acquire);
      else if (i < patience || i % interval > 0)
        pause();
      else
        std::this_thread::yield();
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
  // What is to be done: written before it is offered, read after it is taken.
  int count_ = 0;
  share_task task_ = nullptr;
  void* context_ = nullptr;
  alignas(64) std::atomic<int> busy_{0};  // threads whose work is not done, without the caller
  std::atomic<bool> stopping_{false};
  helper helpers_[Threads > 1 ? Threads - 1 : 1];
};

}  // namespace edgenn
