#include "files.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "error.hpp"
#include "text.hpp"

namespace fs = std::filesystem;

namespace {

input_error not_written(const std::string& path, const std::string& reason) {
  return input_error{path, "cannot be written: " + reason};
}

/// The file that `path` leads to, or will. Renaming would replace a symbolic link instead of what it leads
/// to, and a device or a pipe by a file.
fs::path destination(const std::string& path) {
  std::error_code failed;
  fs::path file = fs::weakly_canonical(path, failed);
  if (failed) throw not_written(path, failed.message());
  const fs::file_status status = fs::symlink_status(file, failed);
  if (fs::is_symlink(status)) throw input_error{path, "found a symbolic link to nothing, expected a file"};
  if (fs::exists(status) && !fs::is_regular_file(status))
    throw input_error{path, "found no regular file, expected one or none"};
  return file;
}

/// A new file beside `file`.
struct temporary_file {
  std::string name;
  std::FILE* stream = nullptr;

  explicit temporary_file(const fs::path& file) {
    for (int n = 0; stream == nullptr && n < 1000; ++n) {
      name = file.string() + ".part" + (n == 0 ? "" : std::to_string(n));
      stream = std::fopen(name.c_str(), "wbx");  // x: fails where something has that name
      if (stream == nullptr && errno != EEXIST) return;
    }
  }
};

}  // namespace

std::uintmax_t regular_file_size(const std::string& path) {
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (status.type() == fs::file_type::not_found) throw input_error{path, "found no such file"};
  if (failed) throw input_error{path, "cannot be read: " + failed.message()};
  if (!fs::is_regular_file(status)) throw input_error{path, "found no regular file, expected one"};
  const std::uintmax_t size = fs::file_size(path, failed);
  if (failed) throw input_error{path, "cannot be read: " + failed.message()};
  return size;
}

std::vector<std::byte> read_file(const std::string& path) {
  constexpr std::uintmax_t limit = 256u << 20;
  const std::uintmax_t size = regular_file_size(path);
  if (size > limit)
    throw input_error{path, "found " + grouped(size) + " bytes, expected at most " + grouped(limit)};
  std::vector<std::byte> content(static_cast<std::size_t>(size));
  std::ifstream file{path, std::ios::binary};
  file.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(size));
  if (!file) throw input_error{path, std::string{"cannot be read: "} + std::strerror(errno)};
  return content;
}

void write_file(const std::string& path, std::span<const std::byte> content) {
  const fs::path file = destination(path);
  const temporary_file temporary{file};
  if (temporary.stream == nullptr) throw not_written(path, std::strerror(errno));
  const auto fail = [&](const std::string& reason) {
    std::error_code ignored;
    fs::remove(temporary.name, ignored);
    throw not_written(path, reason);
  };
  const bool whole = std::fwrite(content.data(), 1, content.size(), temporary.stream) == content.size();
  const int reason = errno;
  if (std::fclose(temporary.stream) != 0) fail(std::strerror(errno));
  if (!whole) fail(std::strerror(reason));
  std::error_code failed;
  fs::rename(temporary.name, file, failed);
  if (failed) fail(failed.message());
}
