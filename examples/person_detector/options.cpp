#include "options.hpp"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "error.hpp"
#include "inputs.hpp"

std::optional<options> parse_options(int count, char** arguments) {
  options o;
  CLI::App app{
      "Finds people in photos and videos and prints where they are, in pixels from the upper left corner.",
      "person_detector"};
  app.add_option("INPUT", o.inputs,
                 "photos (PNG, JPEG, BMP, GIF, PNM), folders of photos, videos that ffmpeg reads");
  app.add_option("-o,--output", o.output,
                 "write the input with boxes drawn: a picture, a video, or a folder for all inputs")
      ->type_name("PATH");
  app.add_option("--sheet", o.sheet, "write a picture of six of the pictures with boxes drawn")
      ->type_name("FILE");
  auto* json = app.add_flag("--json", o.json, "print a line of JSON for each picture instead of a table");
  app.add_flag("--quiet,-q", o.quiet, "print no boxes")->excludes(json);
  app.add_flag("--times", o.times, "print how long each stage takes");
  app.add_option("--threshold", o.threshold,
                 "the lowest score of what is shown; scores are logits of a person less those of none")
      ->capture_default_str()
      ->type_name("Z");
  app.add_option("--threads", o.threads, "how many threads detect")->capture_default_str()->type_name("N");
  app.add_option("--every", o.every, "take each Nth frame of a video only")
      ->capture_default_str()
      ->type_name("N");
  app.add_option(
         "--camera", o.camera,
         "any: people of any size anywhere; vtest: people standing on the ground before the camera of "
         "OpenCV's vtest.avi")
      ->capture_default_str()
      ->type_name("NAME")
      ->check(CLI::IsMember({"any", "vtest"}));
  app.add_option("--weights", o.weights, "weights of the three networks, instead of those in the program")
      ->expected(3)
      ->allow_extra_args(false)
      ->type_name("FAR MEDIUM NEAR");
  try {
    app.parse(count, arguments);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return std::nullopt;
  } catch (const CLI::ParseError& e) {
    throw input_error{"command line", e.what()};
  }
  // CLI11 would keep back one of --weights for a required INPUT.
  if (o.inputs.empty())
    throw input_error{"command line", "INPUT is required. Run with --help for more information."};
  if (std::isnan(o.threshold)) throw input_error{"--threshold", "found nan, expected a number"};
  if (o.threads < 1 || o.threads > 256)
    throw input_error{"--threads", "found " + std::to_string(o.threads) + ", expected 1 to 256"};
  if (o.every < 1) throw input_error{"--every", "found " + std::to_string(o.every) + ", expected at least 1"};
  if (app.count("--output") > 0 && o.output.empty())
    throw input_error{"-o", "found an empty name, expected that of a file or folder"};
  if (!o.sheet.empty() && !is_picture_name(o.sheet))
    throw input_error{"--sheet", "found " + o.sheet + ", expected a name that ends with .png or .jpg"};
  return o;
}
