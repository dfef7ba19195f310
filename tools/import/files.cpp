#include <cstdio>
#include <fstream>
#include <system_error>

#include "emit.hpp"

namespace edgenn::import {

namespace {

/// A file under a temporary name. Removed unless it has been given its own.
class temporary {
 public:
  explicit temporary(const file& f) : to_{f.path}, path_{f.path.string() + ".part"} {
    remove();  // a link of this name is not followed
    std::ofstream out{path_, std::ios::binary | std::ios::trunc};
    out.write(reinterpret_cast<const char*>(f.bytes.data()), static_cast<std::streamsize>(f.bytes.size()));
    out.close();
    if (!out) {
      remove();
      throw import_error{to_.string() + " cannot be written"};
    }
  }
  temporary(temporary&& other) noexcept : to_{std::move(other.to_)}, path_{std::move(other.path_)} {
    other.path_.clear();
  }
  temporary& operator=(temporary&&) = delete;
  ~temporary() { remove(); }

  void keep() {
    std::error_code error;
    std::filesystem::rename(path_, to_, error);
    if (error) throw import_error{to_.string() + " cannot be written: " + error.message()};
    path_.clear();
  }

 private:
  void remove() noexcept {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove(path_, error);
  }

  std::filesystem::path to_, path_;
};

}  // namespace

void write_files(std::span<const file> files) {
  std::error_code error;
  for (const file& f : files)
    if (std::filesystem::is_directory(f.path, error))
      throw import_error{f.path.string() + " cannot be written: it is a folder"};
  std::vector<temporary> written;
  for (const file& f : files) written.emplace_back(f);
  for (temporary& t : written) t.keep();
}

}  // namespace edgenn::import
