#pragma once
#include <array>
#include <string>
#include <vector>

#include "normalization.hpp"

/// A digit that was read and whose label is known.
struct labelled_digit {
  mnist_digit image;
  int label = 0;
  int read_as = 0;
  float probability = 0;
};

/// How often each digit (first index) was read as each digit (second index).
using confusion_matrix = std::array<std::array<int, 10>, 10>;
confusion_matrix count_confusions(const std::vector<labelled_digit>& digits);

/// Draws the matrix and the misread digits, those read with the greatest confidence first, into a PNG file.
void draw_confusions(const std::string& path, const std::string& title, const std::string& subtitle,
                     const std::vector<labelled_digit>& digits);
