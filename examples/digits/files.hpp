#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// The whole file.
std::vector<std::byte> read_file(const std::string& path);

/// Writes a temporary file beside `path` and renames it, so that nobody ever sees half a file.
void write_file(const std::string& path, std::span<const std::byte> content);
