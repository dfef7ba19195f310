#pragma once
// ONNX's own tests of its operators (Debian's libonnx-testdata): a model, its inputs and what must come out.
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "lower_onnx.hpp"

namespace onnx_tests {

/// One run of the network, in the order of its memory.
struct run {
  std::vector<std::vector<float>> inputs;
  std::vector<std::vector<float>> expected;  ///< of the outputs that the network returns
};

/// A test whose model has been imported.
struct imported_case {
  edgenn::import::target net;
  std::vector<run> runs;  ///< one, or one for each image of a batch
  std::string how;        ///< which inputs became constants, for the table
};

/// Imports the test in `folder`. In most tests the weights are inputs of the model. So all inputs are tried
/// as such first, then those of one number as constants, then all but the first, then with a batch of one.
/// Throws edgenn::import::import_error with the importer's reason, or if an output that is a constant is not
/// the expected one.
imported_case import_case(const std::filesystem::path& folder);

/// A test of the list onnx_tests.txt.
struct listed {
  std::string group, name;  ///< "convolution", "node/test_basic_conv_with_padding"
};
std::vector<listed> read_list(const std::filesystem::path& list);
/// The C++ name of a test's network.
std::string network_name(const std::string& test);

/// All bytes of a file.
std::vector<std::byte> contents(const std::filesystem::path& file);
/// Slice `image` of `images` of the first axis of `t` in the order of the port's memory.
std::vector<float> in_memory_order(edgenn::import::tensor t, const edgenn::import::port& p,
                                   std::size_t image = 0, std::size_t images = 1);

/// Empty, or the first element of `found` that is not `expected` within ONNX's tolerances: rtol 1e-3, atol
/// 1e-7.
std::string difference(std::span<const float> found, std::span<const float> expected);

}  // namespace onnx_tests
