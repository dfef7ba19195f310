#pragma once
// Lines of C++ with comments, laid out as clang-format lays them out.
#include <string>
#include <string_view>
#include <vector>

namespace edgenn::import {

inline constexpr std::size_t columns = 110;

/// Lines of code, each with a comment that stands behind it if there is room, in one column with those above
/// and below, and before it otherwise.
class source_lines {
 public:
  void add(std::string code, std::string comment = {}) {
    lines_.push_back({std::move(code), std::move(comment)});
  }
  /// Adds `start` and behind it the parts of `list`, which commas outside of brackets divide: a line each,
  /// aligned.
  void add_list(std::string start, std::string_view list);
  std::string text() const;

 private:
  struct line {
    std::string code, comment;
    bool behind() const;
  };
  std::vector<line> lines_;
};

}  // namespace edgenn::import
