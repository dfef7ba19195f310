#pragma once
#include <cstddef>
#include <string>
#include <vector>

/// The names of classes.
class class_names {
 public:
  /// Reads a text file that has the name of a class on each line, from class 0 on. No file: no names.
  explicit class_names(const std::string& path);

  /// Names in the file.
  std::size_t size() const { return names_.size(); }
  /// The name of class `number`; "class 17" where there is none.
  std::string operator[](int number) const;

 private:
  std::vector<std::string> names_;
};
