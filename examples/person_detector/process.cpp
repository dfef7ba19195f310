#include "process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "error.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): not every unistd.h has it

namespace {

void close_if_open(int& file) {
  if (file >= 0) ::close(file);
  file = -1;
}

/// A file without a name, so that a program with much to say never waits for a reader.
int nameless_file() {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) return -1;
  const int copy = ::fcntl(::fileno(file), F_DUPFD_CLOEXEC, 0);
  std::fclose(file);
  return copy;
}

[[noreturn]] void fail(const std::string& program, int reason) {
  throw input_error{program, reason == ENOENT ? "found no such program, expected it on PATH"
                                              : std::string{"cannot be started: "} + std::strerror(reason)};
}

}  // namespace

process::process(const std::vector<std::string>& arguments, pipe direction) {
  std::signal(SIGPIPE, SIG_IGN);  // a write to a program that has ended fails instead
  int ends[2];                    // to read from, to write to
  if (::pipe2(ends, O_CLOEXEC) != 0) fail(arguments[0], errno);
  const bool writes = direction == pipe::to_it;
  pipe_ = writes ? ends[1] : ends[0];
  int theirs = writes ? ends[0] : ends[1];
  messages_ = nameless_file();

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, theirs, writes ? STDIN_FILENO : STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, writes ? STDOUT_FILENO : STDIN_FILENO, "/dev/null",
                                   writes ? O_WRONLY : O_RDONLY, 0);
  if (messages_ >= 0)
    posix_spawn_file_actions_adddup2(&files, messages_, STDERR_FILENO);
  else
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const int failed = ::posix_spawnp(&id_, argv[0], &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  close_if_open(theirs);
  if (failed != 0) {
    id_ = -1;
    close_if_open(pipe_);
    close_if_open(messages_);
    fail(arguments[0], failed);
  }
}

process::~process() {
  close_if_open(pipe_);
  if (id_ > 0) {
    ::kill(id_, SIGTERM);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close_if_open(messages_);
}

std::size_t process::read(void* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::read(pipe_, static_cast<char*>(to) + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

bool process::write(const void* from, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t n = ::write(pipe_, static_cast<const char*>(from) + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

bool process::finish() {
  close_if_open(pipe_);
  if (id_ <= 0) return false;
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0)
    if (errno != EINTR) return false;
  id_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string process::last_message() {
  std::string text, line, last;
  char buffer[4096];
  if (messages_ < 0 || ::lseek(messages_, 0, SEEK_SET) < 0) return {};
  for (ssize_t n; (n = ::read(messages_, buffer, sizeof buffer)) > 0 && text.size() < 1'000'000;)
    text.append(buffer, static_cast<std::size_t>(n));
  for (const char c : text + '\n') {
    if (c != '\n' && c != '\r') {
      line += c >= ' ' || static_cast<unsigned char>(c) >= 0x80 ? c : ' ';
      continue;
    }
    if (line.find_first_not_of(" \t") != std::string::npos) last = line;
    line.clear();
  }
  return last.substr(0, 300);
}

bool is_installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string folder;
  for (const char c : std::string{path == nullptr ? "/usr/bin:/bin" : path} + ':') {
    if (c != ':') {
      folder += c;
      continue;
    }
    if (::access((folder + '/' + program).c_str(), X_OK) == 0) return true;
    folder.clear();
  }
  return false;
}
