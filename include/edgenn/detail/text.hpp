#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace edgenn::detail {

/// std::string_view and the like.
template <class T>
concept made_of_chars =
    std::is_trivially_copyable_v<T> && std::constructible_from<T, const char*, std::size_t>;

/// Characters that lie elsewhere. It becomes a std::string_view wherever one is wanted; <string_view> itself
/// would be a quarter of what the core costs to compile.
class text_view {
 public:
  constexpr text_view(const char* s) : data_{s}, size_{__builtin_strlen(s)} {}
  constexpr text_view(const char* data, std::size_t size) : data_{data}, size_{size} {}

  constexpr const char* data() const { return data_; }
  constexpr std::size_t size() const { return size_; }
  constexpr const char* begin() const { return data_; }
  constexpr const char* end() const { return data_ + size_; }

  template <made_of_chars View>
  constexpr operator View() const {
    return View(data_, size_);
  }
  friend constexpr bool operator==(text_view a, text_view b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t i = 0; i < a.size_; ++i)
      if (a.data_[i] != b.data_[i]) return false;
    return true;
  }

 private:
  const char* data_;
  std::size_t size_;
};

/// To a std::ostream.
template <class Stream>
auto operator<<(Stream& s, text_view t) -> decltype(s.write(t.data(), std::ptrdiff_t{}), s) {
  s.write(t.data(), static_cast<std::ptrdiff_t>(t.size()));
  return s;
}

/// A line of text built without heap and without printf. What does not fit is cut off.
template <int Capacity>
class text {
 public:
  constexpr text& operator<<(text_view s) {
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
      if (!leading) *this << text_view{&"0123456789abcdef"[digit], 1};
    }
    return *this;
  }
  /// Spaces up to column `column`.
  constexpr text& fill_to(int column) {
    while (size_ < column && size_ < Capacity) chars_[size_++] = ' ';
    return *this;
  }
  /// Makes room so that `s` ends at column `column`, then appends it. A space parts it from what is there.
  constexpr text& right(int column, text_view s) {
    const int start = column - static_cast<int>(s.size());
    if (size_ > 0 && start <= size_) *this << " ";
    return fill_to(start) << s;
  }
  constexpr text& right(int column, std::uint64_t v) {
    text<20> number;
    number << v;
    return right(column, number.view());
  }
  constexpr text_view view() const { return {chars_, static_cast<std::size_t>(size_)}; }
  /// The line with a terminating zero.
  constexpr const char* c_str() const { return chars_; }

 private:
  char chars_[Capacity + 1] = {};
  int size_ = 0;
};

}  // namespace edgenn::detail
