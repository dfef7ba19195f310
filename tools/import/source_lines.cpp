#include "source_lines.hpp"

#include <algorithm>

namespace edgenn::import {

bool source_lines::line::behind() const {
  return !comment.empty() && code.size() + 2 + 3 + comment.size() <= columns;
}

void source_lines::add_list(std::string start, std::string_view list) {
  const std::string indent(start.size(), ' ');
  int depth = 0;
  for (const char c : list) {
    if (c == ' ' && start == indent) continue;
    start += c;
    depth += (c == '{' || c == '(') - (c == '}' || c == ')');
    if (c == ',' && depth == 0) {
      add(start);
      start = indent;
    }
  }
  add(start);
}

std::string source_lines::text() const {
  std::string text;
  for (std::size_t first = 0; first < lines_.size();) {
    // Comments of following lines stand in one column as long as there is one for all of them.
    std::size_t end = first, column = 0, limit = columns;
    for (; end < lines_.size() && lines_[end].behind(); ++end) {
      const std::size_t least = lines_[end].code.size() + 2, most = columns - 3 - lines_[end].comment.size();
      if (least > limit || most < column) break;
      column = std::max(column, least);
      limit = std::min(limit, most);
    }
    for (std::size_t i = first; i < std::max(end, first + 1); ++i) {
      const line& l = lines_[i];
      const std::size_t indent = std::min(l.code.find_first_not_of(' '), l.code.size());
      if (!l.comment.empty() && !l.behind()) text += std::string(indent, ' ') + "// " + l.comment + '\n';
      text += l.code;
      if (l.behind()) text += std::string(column - l.code.size(), ' ') + "// " + l.comment;
      text += '\n';
    }
    first = std::max(end, first + 1);
  }
  return text;
}

}  // namespace edgenn::import
