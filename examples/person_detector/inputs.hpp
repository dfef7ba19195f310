#pragma once
#include <string>
#include <vector>

/// A photo or a video to look at.
struct input {
  std::string path;
  bool is_video = false;
  std::string output;  ///< the picture or video to write; empty: none
};

/// The photos and videos that the command line names: files as they are, of folders all photos in the order
/// of their names. `output` is the name of a picture or a video, of the same kind as the only input, or of a
/// folder, where each input keeps its name: photos as JPEG or PNG, videos as MP4. An input_error if there is
/// nothing to look at, if two inputs would have one output, or if an output or `sheet`, another file that
/// will be written, is an input.
std::vector<input> listed_inputs(const std::vector<std::string>& paths, const std::string& output,
                                 const std::string& sheet);

/// Whether `write_photo` can write a file of this name: .png, .jpg or .jpeg.
bool is_picture_name(const std::string& path);
