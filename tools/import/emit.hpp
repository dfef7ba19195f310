#pragma once
// What an import writes: the header, the weights file and the report.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "target.hpp"

namespace edgenn::import {

/// How a program turns pixels into the network's input: input = (pixel - mean) * scale for each channel, with
/// pixels from 0 to 255.
struct preprocessing {
  std::string channels = "rgb";    ///< their order: "rgb", "bgr" or "grey"
  std::vector<float> mean = {0};   ///< one number, or one for each channel
  std::vector<float> scale = {1};  ///< likewise
};

struct emit_options {
  std::string name = {};                         ///< of the network; `network_name` has made it
  std::string source = {};                       ///< file name of the model, for a comment
  storage stored = storage::fp32;                ///< of the weights
  std::optional<preprocessing> preprocess = {};  ///< if stated, becomes a part of the header
  bool golden = true;                            ///< whether the weights file holds an input with its output
  float low = -1, high = 1;                      ///< range of the golden input
  std::uint32_t seed = 1;                        ///< of the golden input
  /// The source's extents of each input, for a comment in the header where an input is no image.
  std::vector<std::vector<std::int64_t>> input_axes = {};
};

/// The three products of an import, complete in memory, so that nothing is written if one fails.
struct products {
  std::string header;              ///< <name>.hpp
  std::vector<std::byte> weights;  ///< <name>.edgenn
  std::string report;              ///< for people
};

/// A C++ identifier of up to `longest` characters made of any text whatever, no keyword and no name of
/// edgenn.
std::string network_name(std::string_view text, std::size_t longest = 40);

/// Emits `t` as it stands. Throws import_error where weights are not finite, too large for fp16, or where the
/// network is too large to be run for its golden output.
products emit(target t, const emit_options& options);

/// A file to be written.
struct file {
  std::filesystem::path path;
  std::span<const std::byte> bytes;
};
/// Writes all files or none: under temporary names first. Throws import_error.
void write_files(std::span<const file> files);

}  // namespace edgenn::import
