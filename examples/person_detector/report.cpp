#include "report.hpp"

#include <cstdint>
#include <cstdio>

#include "text.hpp"

namespace {

/// How many bytes the UTF-8 character at `at` has; 0 if it is none.
std::size_t utf8_length(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
  };
  const unsigned first = byte(at);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  std::uint32_t code = length < 2 ? first : first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0u) != 0x80) return 0;
    code = code << 6 | (byte(at + i) & 0x3fu);
  }
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  const bool is_overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  return is_surrogate || is_overlong || code > 0x10ffff ? 0 : length;
}

/// `text` in quotes. Bytes that are no UTF-8 become U+FFFD: JSON has no others.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    const char c = text[i];
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (length > 1) {
      out.append(text, i, length);
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < ' ') {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      out += code;
    } else {
      out += c;
    }
    i += length == 0 ? 1 : length;
  }
  return out + '"';
}

template <class... Numbers>
std::string printed(const char* format, Numbers... numbers) {
  char text[256];
  std::snprintf(text, sizeof text, format, numbers...);
  return text;
}

}  // namespace

std::string as_json(const picture_name& name, const std::vector<person>& persons,
                    std::optional<double> milliseconds) {
  std::string line = "{\"image\": " + quoted(name.path);
  if (name.frame >= 0) line += ", \"frame\": " + std::to_string(name.frame);
  line += ", \"boxes\": [";
  for (std::size_t i = 0; i < persons.size(); ++i) {
    const person& p = persons[i];
    line += printed(R"(%s{"x": %.2f, "y": %.2f, "w": %.2f, "h": %.2f, "score": %.4f})", i == 0 ? "" : ", ",
                    static_cast<double>(p.where.x1), static_cast<double>(p.where.y1),
                    static_cast<double>(p.where.width()), static_cast<double>(p.where.height()),
                    static_cast<double>(p.score));
  }
  line += ']';
  if (milliseconds) line += printed(", \"ms\": %.3f", *milliseconds);
  return line + "}\n";
}

std::string as_table(const picture_name& name, const std::vector<person>& persons) {
  std::string text = name.path;
  if (name.frame >= 0) text += ", frame " + std::to_string(name.frame);
  text += ": " + (persons.empty() ? std::string{"no person"} : count_of(persons.size(), "person")) + '\n';
  if (!persons.empty()) text += "        x       y   width  height   score\n";
  for (const person& p : persons)
    text += printed("  %7.1f %7.1f %7.1f %7.1f %7.2f\n", static_cast<double>(p.where.x1),
                    static_cast<double>(p.where.y1), static_cast<double>(p.where.width()),
                    static_cast<double>(p.where.height()), static_cast<double>(p.score));
  return text;
}
