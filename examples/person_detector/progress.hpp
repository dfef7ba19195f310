#pragma once
#include <chrono>
#include <string>

/// A bar on standard error that says how far long work is. Only on a terminal, and not in the first second.
class progress {
 public:
  /// Whether standard error is a terminal.
  static bool is_wanted();

  /// `total` pictures; 0: nobody knows.
  explicit progress(long total);
  ~progress() { clear(); }
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// Shows that `done` pictures are done.
  void show(long done);
  /// Takes the bar away, before other text.
  void clear();

 private:
  using clock = std::chrono::steady_clock;
  bool is_shown_ = false;
  long total_;
  clock::time_point start_ = clock::now(), last_ = start_;
};
