#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// The size of a file. What is none, such as a folder, a pipe or a device, is an input_error.
std::uintmax_t regular_file_size(const std::string& path);

/// The whole file.
std::vector<std::byte> read_file(const std::string& path);

/// Writes a temporary file beside the file that `path` leads to and renames it, so that nobody ever sees half
/// a file. What is there and no file is an input_error and stays as it is.
void write_file(const std::string& path, std::span<const std::byte> content);
