#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

bool progress::is_wanted() { return ::isatty(STDERR_FILENO) == 1; }

progress::progress(long total) : total_{total} {}

void progress::show(long done) {
  const auto now = clock::now();
  const double seconds = std::chrono::duration<double>(now - start_).count();
  if (!is_wanted() || seconds < 1 || std::chrono::duration<double>(now - last_).count() < 0.1) return;
  last_ = now;
  const double rate = static_cast<double>(done) / seconds;
  std::string bar;
  if (total_ > 0) {
    constexpr int width = 30;
    const double share = std::min(static_cast<double>(done) / static_cast<double>(total_), 1.0);
    const auto full = static_cast<std::size_t>(share * width);
    bar = '[' + std::string(full, '#') + std::string(width - full, ' ') + "] ";
  }
  std::fprintf(stderr, "\r\033[K%s%ld", bar.c_str(), done);
  if (total_ > 0) std::fprintf(stderr, " of %ld", total_);
  std::fprintf(stderr, " pictures, %.1f a second", rate);
  if (total_ > done && rate > 0)
    std::fprintf(stderr, ", %.0f s left", static_cast<double>(total_ - done) / rate);
  std::fflush(stderr);
  is_shown_ = true;
}

void progress::clear() {
  if (!is_shown_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  is_shown_ = false;
}
