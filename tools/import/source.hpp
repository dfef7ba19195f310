#pragma once
// A model as its file states it: what the readers of ONNX and TFLite produce, before anything is understood.
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace edgenn::import {

/// What is wrong with a model: one line that names file, node and field. Programs end with status 2.
struct import_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What `f` returns; the message of its import_error begins with `file`.
template <class F>
auto with_file_named(const std::string& file, F f) {
  try {
    return f();
  } catch (const import_error& e) {
    if (std::string_view{e.what()}.starts_with(file + ": ")) throw;
    throw import_error{file + ": " + e.what()};
  }
}

/// Element types of tensors.
enum class element { f32, f16, bf16, f64, u8, i8, u16, i16, u32, i32, u64, i64, boolean };

/// real = scale * (stored - zero_point), for all of a tensor or for each slice along `axis`.
struct quantization {
  std::vector<float> scales;
  std::vector<std::int64_t> zero_points;
  int axis = 0;  ///< of the slices, if there is more than one scale
};

/// A value of the model: a constant, an input or what a node computes.
struct tensor {
  std::string name;
  element type = element::f32;
  std::vector<std::int64_t> dims;  ///< extents, outermost first; -1: not known
  bool known_shape = false;        ///< whether `dims` has been stated or found
  bool constant = false;
  std::vector<std::byte> data;  ///< of a constant: row-major, little-endian
  quantization scaling;         ///< no scales: not quantised
};

/// A parameter of a node.
using attribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>,
                               std::vector<float>, std::vector<std::string>, tensor>;

/// One operator with its operands.
struct node {
  std::string name;          ///< as the file has it, or made of its first output
  std::string op;            ///< ONNX's operator, for example "Conv", or TFLite's, for example "CONV_2D"
  std::vector<int> inputs;   ///< of `model::tensors`; -1: an optional one that is absent
  std::vector<int> outputs;  ///< likewise
  std::map<std::string, attribute> attributes;
  int version = 1;  ///< ONNX: of the operator set; TFLite: of the operator
};

/// Where the channels of an image lie in tensors of rank 4.
enum class layout { nchw, nhwc };

/// A model. Nodes are in an order in which each follows what it reads: readers see to that, and that there is
/// no cycle, no name twice, no index out of range.
struct model {
  std::string file;  ///< for messages
  layout images = layout::nchw;
  std::vector<tensor> tensors;
  std::vector<node> nodes;
  std::vector<int> inputs;   ///< of `tensors`; constants are not among them
  std::vector<int> outputs;  ///< of `tensors`
};

}  // namespace edgenn::import
