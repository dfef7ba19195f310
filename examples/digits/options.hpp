#pragma once
#include <optional>
#include <string>
#include <vector>

struct cell_size {
  int width, height;
};

/// What the command line says.
struct options {
  std::vector<std::string> images;
  std::optional<cell_size> cell;  ///< without it the program finds the digits by itself
  std::optional<std::string> labels;
  std::string network = "lenet5";
  std::string weights;  ///< a file; empty: the weights in the program
  std::string picture;  ///< empty: none
  bool verbose = false;
  bool quiet = false;
};

/// The options, or none where the command line asked for help and got it.
std::optional<options> parse_options(int count, char** arguments);
