#include "code.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "../source.hpp"

namespace edgenn::import {

std::string code(int v) { return std::to_string(v); }

std::string code(float v) {
  if (std::isnan(v)) throw import_error{"found NaN as a parameter of a layer, expected a number"};
  if (std::isinf(v))
    return v < 0 ? "-std::numeric_limits<float>::infinity()" : "std::numeric_limits<float>::infinity()";
  std::array<char, 40> text{};
  const char* end = std::to_chars(text.data(), text.data() + text.size() - 1, v).ptr;
  std::string number(text.data(), static_cast<std::size_t>(end - text.data()));
  // Read as a double first, a number may round the other way.
  if (static_cast<float>(std::strtod(number.c_str(), nullptr)) != v)
    number += number.find_first_of(".e") == std::string::npos ? ".0f" : "f";
  return number;
}

std::string code(real v) { return code(v.value()); }
std::string code(flag v) { return v ? "true" : "false"; }

std::string code(extent e) { return e.h == e.w ? code(e.h) : '{' + code(e.h) + ", " + code(e.w) + '}'; }

std::string code(extent3 e) {
  return e == extent3{e.d} ? code(e.d) : '{' + code(e.d) + ", " + code(e.h) + ", " + code(e.w) + '}';
}

std::string code(const padding& p) {
  if (p == same) return "same";
  if (p == same_lower) return "same_lower";
  if (p == padding{p.top}) return code(p.top);
  if (p == padding{p.top, p.left}) return '{' + code(p.top) + ", " + code(p.left) + '}';
  return initialiser{"sides"}
      .add("top", p.top, 0)
      .add("left", p.left, 0)
      .add("bottom", p.bottom, 0)
      .add("right", p.right, 0)
      .done();
}

std::string code(const padding3& p) {
  if (p == padding3{same}) return "same";
  if (p == padding3{same_lower}) return "same_lower";
  if (p == padding3{p.depth}) return code(p.depth);
  return '{' + code(p.depth) + ", " + code(p.vertical) + ", " + code(p.horizontal) + '}';
}

std::string code(rounding r) { return r == rounding::up ? "rounding::up" : "rounding::down"; }

std::string code(const activation& a) {
  const auto with_one = [&](const char* name) { return std::string{name} + '(' + code(a.a) + ')'; };
  const auto with_both = [&](const char* name) {
    return std::string{name} + '(' + code(a.a) + ", " + code(a.b) + ')';
  };
  if (a == relu6) return "relu6";
  switch (a.kind) {
    case activation_kind::leaky_relu:
      return with_one("leaky_relu");
    case activation_kind::clip:
      return with_both("clip");
    case activation_kind::hard_sigmoid:
      return with_both("hard_sigmoid");
    case activation_kind::tanh:
      return "activations::tanh";
    default:
      return name_of(a.kind);
  }
}

std::string code(shape s) {
  std::string text = '{' + code(s.h) + ", " + code(s.w) + ", " + code(s.c);
  if (s.d != 1) text += ", " + code(s.d);
  return text + '}';
}

}  // namespace edgenn::import
