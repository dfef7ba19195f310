#pragma once
#include <edgenn/vision/box.hpp>
#include <optional>
#include <string>
#include <vector>

/// A person in a picture.
struct person {
  edgenn::box where;  ///< in pixels of the input
  float score = 0;    ///< logit of "person" less that of "something else"
};

/// The picture that boxes belong to.
struct picture_name {
  std::string path;
  long frame = -1;  ///< of a video, from 0 on; -1: a photo
};

/// `{"image": name, "boxes": [{"x", "y", "w", "h", "score"}]}` and an end of line. Frames of a video have a
/// member "frame" after "image"; `milliseconds`, the time that detection took, is a member "ms" at the end.
std::string as_json(const picture_name& name, const std::vector<person>& persons,
                    std::optional<double> milliseconds);

/// A heading with the name and the number of persons, and a line for each.
std::string as_table(const picture_name& name, const std::vector<person>& persons);
