#pragma once
#include <type_traits>

namespace edgenn {

/// A value or an error, without exceptions. Read the value only if it tests true, `error()` only if false.
template <class T, class Error>
class result {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_copyable_v<Error>);

 public:
  /// Success.
  constexpr result(const T& value) : value_{value}, ok_{true} {}
  /// Failure.
  constexpr result(const Error& error) : error_{error}, ok_{false} {}

  /// Whether it holds a value.
  constexpr explicit operator bool() const { return ok_; }
  /// The value.
  /// @{
  constexpr const T& operator*() const { return value_; }
  constexpr const T* operator->() const { return &value_; }
  /// @}
  /// The error.
  constexpr const Error& error() const { return error_; }

 private:
  union {
    T value_;
    Error error_;
  };
  bool ok_;
};

}  // namespace edgenn
