#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string percent(double share) {
  double hundredths = std::round(share * 1e4);
  if (share < 1) hundredths = std::min(hundredths, 9999.0);
  char text[16];
  std::snprintf(text, sizeof text, "%.2f %%", hundredths / 100);
  return text;
}

std::string count_of(std::uint64_t number, const std::string& singular) {
  return grouped(number) + " " + singular + (number == 1 ? "" : "s");
}
