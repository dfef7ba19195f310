#include "labels.hpp"

#include <charconv>
#include <string_view>

#include "error.hpp"
#include "files.hpp"
#include "text.hpp"

namespace {

constexpr std::string_view digits = "0123456789", separators = ", \t\r\n";

std::vector<int> parse(std::string_view text, const std::string& where) {
  constexpr std::size_t most = 10'000'000;
  std::vector<int> labels;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (separators.find(text[at]) != text.npos) continue;
    const std::string position = " at character " + grouped(at + 1);
    if (digits.find(text[at]) == text.npos)
      throw input_error{where, "found '" + std::string{text[at]} + "'" + position
                                   + ", expected digits, or runs such as 0*500"};
    const int label = text[at] - '0';
    std::size_t run = 1;
    if (at + 1 < text.size() && text[at + 1] == '*') {
      const char* first = text.data() + at + 2;
      const auto [last, error] = std::from_chars(first, text.data() + text.size(), run);
      if (error != std::errc{} || run < 1 || run > most)
        throw input_error{where, "found a run without a length from 1 to " + grouped(most) + position
                                     + ", expected one such as 0*500"};
      at = static_cast<std::size_t>(last - text.data()) - 1;
    }
    if (labels.size() + run > most)
      throw input_error{where, "found more than " + grouped(most) + " labels" + position};
    labels.insert(labels.end(), run, label);
  }
  return labels;
}

}  // namespace

std::vector<int> read_labels(const std::string& text_or_file) {
  const std::string in_text = std::string{digits} + std::string{separators} + "*";
  if (text_or_file.find_first_not_of(in_text) == text_or_file.npos) return parse(text_or_file, "--labels");
  const std::vector<std::byte> file = read_file(text_or_file);
  return parse({reinterpret_cast<const char*>(file.data()), file.size()}, text_or_file);
}
