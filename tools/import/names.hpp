#pragma once
// Names of the source in C++: as identifiers and in comments. They may be any bytes whatever.
#include <set>
#include <string>
#include <string_view>

namespace edgenn::import {

/// A C++ identifier made of any text: letters, digits and single underscores of ASCII, no keyword, no name
/// that the header uses, no more than `longest` characters; the end of a longer text stays. `otherwise` if
/// nothing is left.
std::string identifier(std::string_view text, std::size_t longest, std::string_view otherwise);

/// The same, in lower case and different from all names it gave before.
class local_names {
 public:
  explicit local_names(std::size_t longest) : longest_{longest} {}
  std::string next(std::string_view text, std::string_view otherwise);

 private:
  std::size_t longest_;
  std::set<std::string> taken_;
};

/// `text` for a comment to the end of the line: printable ASCII that neither continues the line nor starts a
/// trigraph, no more than `longest` characters; the end of a longer text stays.
std::string comment(std::string_view text, std::size_t longest);

}  // namespace edgenn::import
