#pragma once
#include <stdexcept>
#include <string>

/// A mistake in what the user gave, told in one line: what, found, expected. `main` prints it and exits with
/// status 2.
struct input_error : std::runtime_error {
  input_error(const std::string& where, const std::string& what) : std::runtime_error{where + ": " + what} {}
};
