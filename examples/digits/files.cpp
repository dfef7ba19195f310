#include "files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "error.hpp"
#include "text.hpp"

namespace fs = std::filesystem;

std::vector<std::byte> read_file(const std::string& path) {
  constexpr std::uintmax_t limit = 256u << 20;
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (!fs::exists(status)) throw input_error{path, "found no such file"};
  if (!fs::is_regular_file(status)) throw input_error{path, "found no regular file, expected one"};
  const std::uintmax_t size = fs::file_size(path, failed);
  if (failed) throw input_error{path, failed.message()};
  if (size > limit)
    throw input_error{path, "found " + grouped(size) + " bytes, expected at most " + grouped(limit)};
  std::vector<std::byte> content(static_cast<std::size_t>(size));
  std::ifstream file{path, std::ios::binary};
  file.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(size));
  if (!file) throw input_error{path, std::string{"cannot be read: "} + std::strerror(errno)};
  return content;
}

void write_file(const std::string& path, std::span<const std::byte> content) {
  const std::string temporary = path + ".part";
  const auto fail = [&](const std::string& reason) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw input_error{path, "cannot be written: " + reason};
  };
  std::ofstream file{temporary, std::ios::binary};
  if (!file) throw input_error{path, std::string{"cannot be written: "} + std::strerror(errno)};
  file.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) fail(std::strerror(errno));
  std::error_code failed;
  fs::rename(temporary, path, failed);
  if (failed) fail(failed.message());
}
