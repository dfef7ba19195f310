#pragma once
// Parameters of layers as C++ source.
#include <edgenn.hpp>
#include <string>
#include <string_view>

namespace edgenn::import {

/// The shortest text that reads as this number.
/// @{
std::string code(int v);
std::string code(float v);
std::string code(real v);
std::string code(flag v);
/// @}
std::string code(extent e);
std::string code(extent3 e);
std::string code(const padding& p);
std::string code(const padding3& p);
std::string code(rounding r);
std::string code(const activation& a);
/// The extents of a shape, in the braces of `shape` or `expect`.
std::string code(shape s);

/// Builds a designated initialiser: `conv2d{.filters = 20, .kernel = 5}`.
class initialiser {
 public:
  explicit initialiser(std::string_view type) : text_{type} { text_ += '{'; }

  template <class T>
  initialiser& add(std::string_view member, const T& v) {
    return add_text(member, code(v));
  }
  /// Adds it unless it has the default.
  template <class T>
  initialiser& add(std::string_view member, const T& v, const T& by_default) {
    return v == by_default ? *this : add(member, v);
  }
  initialiser& add_text(std::string_view member, std::string_view v) {
    text_ += separator_;
    separator_ = ", ";
    text_ += '.';
    text_ += member;
    text_ += " = ";
    text_ += v;
    return *this;
  }
  std::string done() const { return text_ + '}'; }

 private:
  std::string text_;
  std::string_view separator_;
};

}  // namespace edgenn::import
