#pragma once
#include <string>
#include <vector>

/// The digits that `text_or_file` states: "0123", with runs as in "0*500,1*500". Spaces, line ends and commas
/// separate. Anything else is taken for the name of a file that holds such text.
std::vector<int> read_labels(const std::string& text_or_file);
