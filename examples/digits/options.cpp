#include "options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>
#include <iostream>

#include "error.hpp"

namespace {

cell_size parse_cell(const std::string& text) {
  cell_size cell{};
  const char* end = text.data() + text.size();
  const auto [x, bad_width] = std::from_chars(text.data(), end, cell.width);
  if (bad_width == std::errc{} && x != end && *x == 'x') {
    const auto [rest, bad_height] = std::from_chars(x + 1, end, cell.height);
    if (bad_height == std::errc{} && rest == end && cell.width >= 8 && cell.height >= 8) return cell;
  }
  throw input_error{"--cell",
                    "found " + text + ", expected a width and height of at least 8x8, such as 20x20"};
}

}  // namespace

std::optional<options> parse_options(int count, char** arguments) {
  options o;
  std::string cell, labels;
  CLI::App app{
      "Reads handwritten digits from images: one digit, or a sheet of digits that do not touch each other.",
      "digits"};
  app.add_option("IMAGE", o.images, "PNG, JPEG, BMP, GIF or PNM files")->required();
  app.add_option("--cell", cell, "the sheet is a grid of cells of this size in pixels")->type_name("WxH");
  app.add_option("--labels", labels,
                 "the true digits in reading order, or a file of them; runs may be written as 0*500,1*500")
      ->type_name("TEXT|FILE");
  app.add_option("--picture", o.picture, "write a PNG picture of the confusions; needs --labels")
      ->type_name("FILE");
  app.add_option("--network", o.network, "lenet5 or lenet_300_100")->type_name("NAME")->capture_default_str();
  app.add_option("--weights", o.weights, "weights to use instead of those in the program")->type_name("FILE");
  auto* verbose = app.add_flag("--verbose,-v", o.verbose, "print each digit with its probabilities");
  app.add_flag("--quiet,-q", o.quiet, "print the sums only, not the digits")->excludes(verbose);
  try {
    app.parse(count, arguments);
  } catch (const CLI::CallForHelp&) {
    if (!(std::cout << app.help()).flush()) throw input_error{"standard output", "cannot be written"};
    return std::nullopt;
  } catch (const CLI::ParseError& e) {
    throw input_error{"command line", e.what()};
  }
  if (!cell.empty() || app.count("--cell") > 0) o.cell = parse_cell(cell);
  if (app.count("--labels") > 0) o.labels = labels;
  if (!o.picture.empty() && !o.labels)
    throw input_error{"--picture", "found no --labels, expected them: the picture compares with them"};
  for (const std::string& image : o.images) {
    std::error_code missing;
    if (!o.picture.empty() && std::filesystem::equivalent(image, o.picture, missing))
      throw input_error{"--picture", "found " + image + ", which is an image to read"};
  }
  return o;
}
