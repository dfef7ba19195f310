#pragma once
#include <cstdint>
#include <string_view>

namespace edgenn::detail {

/// A line of text built without heap and without printf. What does not fit is cut off.
template <int Capacity>
class text {
 public:
  constexpr text& operator<<(std::string_view s) {
    for (const char c : s)
      if (size_ < Capacity) chars_[size_++] = c;
    return *this;
  }
  constexpr text& operator<<(std::uint64_t v) {
    char digits[20] = {};
    int n = 0;
    do digits[n++] = static_cast<char>('0' + v % 10);
    while ((v /= 10) != 0);
    while (n > 0 && size_ < Capacity) chars_[size_++] = digits[--n];
    return *this;
  }
  constexpr text& hex(std::uint64_t v) {
    *this << "0x";
    bool leading = true;
    for (int shift = 60; shift >= 0; shift -= 4) {
      const auto digit = (v >> shift) & 15u;
      leading = leading && digit == 0 && shift > 0;
      if (!leading) *this << std::string_view{&"0123456789abcdef"[digit], 1};
    }
    return *this;
  }
  /// Spaces up to column `column`.
  constexpr text& fill_to(int column) {
    while (size_ < column && size_ < Capacity) chars_[size_++] = ' ';
    return *this;
  }
  /// Makes room so that `s` ends at column `column`, then appends it.
  constexpr text& right(int column, std::string_view s) {
    return fill_to(column - static_cast<int>(s.size())) << s;
  }
  constexpr text& right(int column, std::uint64_t v) {
    text<20> number;
    number << v;
    return right(column, number.view());
  }
  constexpr std::string_view view() const { return {chars_, static_cast<std::size_t>(size_)}; }

 private:
  char chars_[Capacity] = {};
  int size_ = 0;
};

}  // namespace edgenn::detail
