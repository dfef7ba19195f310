#include "class_names.hpp"

#include "error.hpp"
#include "files.hpp"

class_names::class_names(const std::string& path) {
  if (path.empty()) return;
  names_.emplace_back();
  for (const std::byte byte : read_file(path)) {
    const char c = static_cast<char>(byte);
    if (c == '\0') throw input_error{path, "found a byte 0, expected text: a class name on each line"};
    if (c == '\n')
      names_.emplace_back();
    else if (c != '\r')
      names_.back() += c;
  }
  while (!names_.empty() && names_.back().empty()) names_.pop_back();
  if (names_.empty()) throw input_error{path, "found no text, expected a class name on each line"};
}

std::string class_names::operator[](int number) const {
  const bool named = number >= 0 && static_cast<std::size_t>(number) < names_.size()
                     && !names_[static_cast<std::size_t>(number)].empty();
  return named ? names_[static_cast<std::size_t>(number)] : "class " + std::to_string(number);
}
