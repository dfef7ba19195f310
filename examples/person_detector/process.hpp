#pragma once
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

/// A program that runs beside this one, with a pipe to its standard input or from its standard output. Its
/// messages are kept. No shell is asked: arguments may hold any character.
class process {
 public:
  enum class pipe { to_it, from_it };

  /// Starts `arguments[0]`, looked up on PATH. An input_error about `arguments[0]` if there is no such
  /// program.
  process(const std::vector<std::string>& arguments, pipe direction);
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  /// Stops it if it still runs.
  ~process();

  /// Reads up to `size` bytes, less only at the end of its output.
  std::size_t read(void* to, std::size_t size);
  /// Writes `size` bytes; false if it has closed its input.
  bool write(const void* from, std::size_t size);
  /// Closes the pipe and waits. Whether it ended with status 0.
  bool finish();
  /// What it wrote to standard error: the last line that says something.
  std::string last_message();

 private:
  pid_t id_ = -1;
  int pipe_ = -1;
  int messages_ = -1;
};

/// Whether there is such a program on PATH.
bool is_installed(const std::string& program);
