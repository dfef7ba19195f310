#pragma once
#include <cstdint>
#include <string>

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

/// 0.98765 as "98.77 %". A share below one never rounds up to "100.00 %".
std::string percent(double share);

/// "1 digit", "2 digits".
std::string count_of(std::uint64_t number, const std::string& singular);
