#pragma once
#include <optional>
#include <string>
#include <vector>

/// What the command line says.
struct options {
  std::vector<std::string> inputs;
  std::string output, sheet;         ///< empty: none
  std::vector<std::string> weights;  ///< far, medium, near; empty: those in the program
  std::string camera = "any";
  float threshold = 1;
  int threads = 1;
  long every = 1;
  bool json = false;
  bool times = false;
  bool quiet = false;
};

/// The options, or none where the command line asked for help and got it.
std::optional<options> parse_options(int count, char** arguments);
