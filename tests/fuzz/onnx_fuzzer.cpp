// libFuzzer on the reader of ONNX and on what makes layers of it. Half of the mutations change bytes, half
// change the meaning: operators, attributes, extents, names.
#include <onnx/onnx_pb.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

#include "emit.hpp"
#include "lower_onnx.hpp"
#include "onnx_reader.hpp"
#include "simplify.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using namespace edgenn::import;

void require(bool holds, const char* what, std::string_view text = {}) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s: %.*s\n", what, static_cast<int>(text.size()), text.data());
  std::abort();
}

void check_message(std::string_view message) {
  require(message.starts_with("model.onnx: "), "the message begins with the file", message);
  require(message.size() < 2000, "the message is short", message);
  for (const char c : message) require(c >= ' ' && c <= '~', "the message is one line of text", message);
}

/// Changes one thing that the protobuf says.
class mutator {
 public:
  mutator(onnx::ModelProto& m, unsigned seed) : graph_{*m.mutable_graph()}, model_{m}, random_{seed} {}

  void change() {
    if (graph_.node_size() == 0) return;
    auto& node = *graph_.mutable_node(static_cast<int>(below(graph_.node_size())));
    switch (below(9)) {
      case 0:
        node.set_op_type(std::string{operators_[below(operators_.size())]});
        break;
      case 1:
      case 2:
        change_attribute(node);
        break;
      case 3:
        change_input(node);
        break;
      case 4:
        change_initializer();
        break;
      case 5:
        change_shape();
        break;
      case 6:
        copy_node(node);
        break;
      case 7:
        graph_.mutable_node()->DeleteSubrange(static_cast<int>(below(graph_.node_size())), 1);
        break;
      default:
        for (auto& set : *model_.mutable_opset_import())
          set.set_version(static_cast<std::int64_t>(below(26)));
    }
  }

 private:
  template <class N>
  std::size_t below(N count) {
    return random_() % static_cast<std::size_t>(count);
  }

  std::int64_t number() {
    constexpr std::int64_t odd[] = {0,
                                    1,
                                    2,
                                    3,
                                    4,
                                    5,
                                    7,
                                    8,
                                    16,
                                    255,
                                    65536,
                                    2147483647,
                                    4294967296,
                                    -1,
                                    -2,
                                    -3,
                                    std::numeric_limits<std::int64_t>::min(),
                                    std::numeric_limits<std::int64_t>::max()};
    return odd[below(std::size(odd))];
  }

  void copy_node(onnx::NodeProto node) {
    if (node.output_size() > 0) node.set_output(0, "copy" + std::to_string(below(4)));
    *graph_.add_node() = std::move(node);
  }

  void change_attribute(onnx::NodeProto& node) {
    if (node.attribute_size() == 0) return;
    auto& a = *node.mutable_attribute(static_cast<int>(below(node.attribute_size())));
    if (a.ints_size() > 0)
      a.set_ints(static_cast<int>(below(a.ints_size())), number());
    else if (a.has_i())
      a.set_i(number());
    else if (a.has_f())
      a.set_f(static_cast<float>(number()) * 0.5f);
  }

  void change_input(onnx::NodeProto& node) {
    if (node.input_size() == 0) return;
    auto& other = *graph_.mutable_node(static_cast<int>(below(graph_.node_size())));
    std::vector<std::string> names{""};
    for (const auto& n : other.output()) names.push_back(n);
    for (const auto& n : other.input()) names.push_back(n);
    node.set_input(static_cast<int>(below(node.input_size())), names[below(names.size())]);
  }

  void change_initializer() {
    if (graph_.initializer_size() == 0) return;
    auto& t = *graph_.mutable_initializer(static_cast<int>(below(graph_.initializer_size())));
    if (t.int64_data_size() > 0)
      t.set_int64_data(static_cast<int>(below(t.int64_data_size())), number());
    else if (t.raw_data().size() >= 8 && t.data_type() == onnx::TensorProto::INT64)
      t.mutable_raw_data()->replace(8 * below(t.raw_data().size() / 8), 1, 1, static_cast<char>(number()));
    else if (t.dims_size() > 1)
      std::swap((*t.mutable_dims())[0], (*t.mutable_dims())[static_cast<int>(below(t.dims_size()))]);
  }

  void change_shape() {
    if (graph_.input_size() == 0) return;
    auto& input = *graph_.mutable_input(static_cast<int>(below(graph_.input_size())));
    auto& shape = *input.mutable_type()->mutable_tensor_type()->mutable_shape();
    if (shape.dim_size() == 0 || below(8) == 0)
      shape.add_dim()->set_dim_value(number());
    else
      shape.mutable_dim(static_cast<int>(below(shape.dim_size())))->set_dim_value(number());
  }

  onnx::GraphProto& graph_;
  onnx::ModelProto& model_;
  std::mt19937 random_;
  std::vector<std::string_view> operators_ = [] {
    std::vector<std::string_view> all = onnx_operators();
    for (const std::string_view name : folded_onnx_operators()) all.push_back(name);
    return all;
  }();
};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  onnx::ModelProto m;
  if (seed % 2 == 0 || !m.ParseFromArray(data, static_cast<int>(size)))
    return LLVMFuzzerMutate(data, size, max_size);
  mutator{m, seed}.change();
  const std::string bytes = m.SerializeAsString();
  if (bytes.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::vector<std::byte> bytes{reinterpret_cast<const std::byte*>(data),
                                       reinterpret_cast<const std::byte*>(data) + size};
    lowered l = lower_onnx(read_onnx(bytes, "model.onnx", {}));
    require(l.inputs.size() == static_cast<std::size_t>(l.net.input_count()), "each input has a port");
    target t = with_file_named("model.onnx", [&] { return simplify(std::move(l.net)); });
    if (t.weight_count() > 1000000) return 0;
    const products made = with_file_named("model.onnx", [&] {
      return emit(std::move(t), {.name = "fuzzed", .source = "model.onnx", .golden = false});
    });
    require(made.header.find("fuzzed") != std::string::npos, "the header names the network");
  } catch (const import_error& e) {
    check_message(e.what());
  }
  return 0;
}
