// Finds objects in a photo with SSD-MobileNet, prints them and draws them into a picture. The network is in
// detector.hpp, which edgenn-import wrote or, without a model, builtin/detector.hpp.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <new>
#include <string>

#include "class_names.hpp"
#include "drawing.hpp"
#include "error.hpp"
#include "object_detector.hpp"
#include "text.hpp"

namespace {

struct options {
  std::string photo, picture, labels, weights;
  float threshold = 0.5f;
};

void run(const options& o) {
  const class_names names{o.labels};
  photo image = read_photo(o.photo);
  object_detector net{o.weights};
  for (const edgenn::detection& d : net.detect(image, o.threshold)) {
    const std::string text = names[d.label] + ' ' + percent(static_cast<double>(d.score));
    std::printf("%-28s x %.0f to %.0f, y %.0f to %.0f\n", text.c_str(), static_cast<double>(d.where.x1),
                static_cast<double>(d.where.x2), static_cast<double>(d.where.y1),
                static_cast<double>(d.where.y2));
    draw_box(image, d.where, text, d.label);
  }
  if (!o.picture.empty()) write_photo(o.picture, image);
}

/// Fills `o`; false if the command line asked for help and got it.
bool parse(int count, char** arguments, options& o) {
  CLI::App app{"Finds objects in a photo.", "detect"};
  app.add_option("PHOTO", o.photo, "a PNG, JPEG, BMP, GIF or PNM file")->required();
  app.add_option("PICTURE", o.picture, "a PNG or JPEG file to write: the photo with boxes");
  app.add_option("--labels", o.labels, "a text file with the name of a class on each line")
      ->type_name("FILE");
  app.add_option("--threshold", o.threshold, "the lowest score of what is shown")->capture_default_str();
  auto* weights = app.add_option("--weights", o.weights, "weights to use instead of those in the program");
  weights->type_name("FILE");
  if (!object_detector::has_weights) weights->required()->description("the weights of the network");
  try {
    app.parse(count, arguments);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return false;
  } catch (const CLI::ParseError& e) {
    throw input_error{"command line", e.what()};
  }
  std::error_code missing;
  if (std::filesystem::equivalent(o.photo, o.picture, missing))
    throw input_error{o.picture, "found the photo to read, expected another file to write"};
  return true;
}

}  // namespace

int main(int count, char** arguments) try {
  options o;
  if (parse(count, arguments, o)) run(o);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw input_error{"standard output", "cannot be written"};
  return 0;
} catch (const input_error& e) {
  std::fflush(stdout);
  std::fprintf(stderr, "detect: %s\n", e.what());
  return 2;
} catch (const std::bad_alloc&) {
  std::fprintf(stderr, "detect: found too little memory\n");
  return 2;
}
