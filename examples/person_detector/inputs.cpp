#include "inputs.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <system_error>

#include "error.hpp"
#include "files.hpp"
#include "image_file.hpp"

namespace fs = std::filesystem;

namespace {

std::string ending(const fs::path& path) {
  std::string text = path.extension().string();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

template <class... Endings>
bool ends_with_one_of(const fs::path& path, const Endings&... endings) {
  const std::string its = ending(path);
  return ((its == endings) || ...);
}

bool is_photo_name(const fs::path& path) {
  return ends_with_one_of(path, ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".ppm", ".pgm", ".pnm");
}

bool is_video_name(const fs::path& path) {
  return ends_with_one_of(path, ".mp4", ".avi", ".mkv", ".mov", ".webm", ".m4v", ".mpg", ".mpeg", ".ogv",
                          ".wmv", ".flv", ".ts", ".y4m", ".mjpeg", ".mjpg");
}

std::vector<input> photos_of(const std::string& folder) {
  std::vector<input> photos;
  std::error_code failed;
  for (fs::directory_iterator entry{folder, failed}, end; !failed && entry != end; entry.increment(failed)) {
    std::error_code unknown;
    if (is_photo_name(entry->path()) && !entry->is_directory(unknown))
      photos.push_back({entry->path().string(), false, {}});
  }
  if (failed) throw input_error{folder, "cannot be read: " + failed.message()};
  if (photos.empty())
    throw input_error{folder,
                      "found a folder without photos, expected PNG, JPEG, BMP, GIF or PNM files in it"};
  std::sort(photos.begin(), photos.end(), [](const input& a, const input& b) { return a.path < b.path; });
  return photos;
}

std::string name_in_folder(const std::string& folder, const input& in) {
  fs::path name = fs::path{in.path}.filename();
  if (in.is_video)
    name.replace_extension(".mp4");
  else if (!is_picture_name(in.path))
    name.replace_extension(".png");
  return (fs::path{folder} / name).string();
}

/// Paths that lead to one file are equal.
std::string identity(const std::string& path) {
  std::error_code failed;
  const fs::path real = fs::weakly_canonical(path, failed);
  return failed ? path : real.string();
}

void set_outputs(std::vector<input>& inputs, bool is_one_file, const std::string& output) {
  std::error_code failed;
  const bool is_folder = fs::is_directory(output, failed);
  if (!is_folder && (is_photo_name(output) || is_video_name(output))) {
    const input& first = inputs.front();
    if (!is_one_file)
      throw input_error{"-o", "found " + output + " for several inputs, expected the name of a folder"};
    if (first.is_video && !is_video_name(output))
      throw input_error{"-o",
                        "found " + output + " for a video, expected the name of a video or of a folder"};
    if (!first.is_video && !is_picture_name(output))
      throw input_error{"-o",
                        "found " + output + " for a photo, expected .png or .jpg, or the name of a folder"};
    inputs.front().output = output;
  } else {
    fs::create_directories(output, failed);
    if (!fs::is_directory(output))
      throw input_error{output, "cannot be made a folder" + (failed ? ": " + failed.message() : "")};
    for (input& in : inputs) in.output = name_in_folder(output, in);
  }
}

void check_outputs(const std::vector<input>& inputs, const std::string& sheet) {
  std::map<std::string, std::string> sources, taken;
  for (const input& in : inputs) sources.emplace(identity(in.path), in.path);
  const auto check = [&](const std::string& output, const std::string& what) {
    const std::string target = identity(output);
    if (const auto source = sources.find(target); source != sources.end())
      throw input_error{output,
                        "found " + source->second + ", which is to be read, expected another file to write"};
    const auto [other, is_new] = taken.emplace(target, what);
    if (!is_new)
      throw input_error{output, "found two pictures that would be written there, of " + other->second
                                    + " and " + what + ", expected one"};
  };
  for (const input& in : inputs)
    if (!in.output.empty()) check(in.output, in.path);
  if (!sheet.empty()) check(sheet, "--sheet");
}

}  // namespace

bool is_picture_name(const std::string& path) { return ends_with_one_of(path, ".png", ".jpg", ".jpeg"); }

std::vector<input> listed_inputs(const std::vector<std::string>& paths, const std::string& output,
                                 const std::string& sheet) {
  std::vector<input> inputs;
  bool is_one_file = paths.size() == 1;
  for (const std::string& path : paths) {
    std::error_code failed;
    if (fs::is_directory(path, failed)) {
      const std::vector<input> photos = photos_of(path);
      inputs.insert(inputs.end(), photos.begin(), photos.end());
      is_one_file = false;
      continue;
    }
    // Other files are what their first bytes say: photos, or something for ffmpeg to find a video in.
    const bool is_video =
        !is_photo_name(path)
        && (is_video_name(path) || (fs::is_regular_file(path, failed) && !is_image_file(path)));
    inputs.push_back({path, is_video, {}});
  }
  if (!output.empty()) set_outputs(inputs, is_one_file, output);
  check_outputs(inputs, sheet);
  return inputs;
}
