// Attributes that make no sense: refused with the node, the attribute and what was found.
#include <cmath>
#include <limits>

#include "evaluate.hpp"
#include "refusal.hpp"

using namespace onnx_tests;

namespace {

/// x -> Conv with 2 filters of 3 x 3 -> y, changed by `change`.
template <class F>
ModelProto conv(F change, std::initializer_list<std::int64_t> input = {1, 4, 8, 8}) {
  ModelProto m = model_of(input);
  add_floats(m, "kernel", {2, 4, 3, 3}, std::vector<float>(72, 0.5f));
  change(add_node(m, "Conv", {"x", "kernel"}, {"y"}));
  return m;
}
template <class F>
ModelProto pool(F change) {
  ModelProto m = model_of({1, 4, 8, 8});
  change(add_node(m, "MaxPool", {"x"}, {"y"}));
  return m;
}
/// x, of the shape 2x3x4, -> one node of one operand -> y.
template <class F>
ModelProto unary(const char* op, F change) {
  ModelProto m = model_of({2, 3, 4});
  change(add_node(m, op, {"x"}, {"y"}));
  return m;
}

}  // namespace

TEST_CASE("what the cases change is accepted as it is") {
  check_accepted(conv([](NodeProto&) {}));
  check_accepted(pool([](NodeProto& n) { add_ints(n, "kernel_shape", {2, 2}); }));
  check_accepted(unary("Softmax", [](NodeProto& n) { add_int(n, "axis", -3); }));
}

TEST_CASE("strides, dilations, kernels and blocks of zero or less") {
  for (const std::int64_t v : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 40}) {
    check_refused(conv([v](NodeProto& n) { add_ints(n, "strides", {v, 1}); }), {"the_Conv", "strides"});
    check_refused(conv([v](NodeProto& n) { add_ints(n, "dilations", {1, v}); }), {"the_Conv", "dilations"});
    check_refused(conv([v](NodeProto& n) { add_ints(n, "kernel_shape", {v, 3}); }), {"the_Conv", "kernel"});
    check_refused(pool([v](NodeProto& n) {
                    add_ints(n, "kernel_shape", {v, 2});
                  }),
                  {"the_MaxPool", "kernel_shape"});
    ModelProto blocks = model_of({1, 4, 8, 8});
    add_int(add_node(blocks, "DepthToSpace", {"x"}, {"y"}), "blocksize", v);
    check_refused(blocks, {"the_DepthToSpace", "blocksize"});
  }
  check_refused(conv([](NodeProto& n) { add_ints(n, "strides", {1}); }), {"strides is [1], expected 2"});
  check_refused(pool([](NodeProto&) {}), {"the_MaxPool", "kernel_shape"});
}

TEST_CASE("groups that do not divide") {
  for (const std::int64_t group : {0, -1, 3, 5})
    check_refused(conv([group](NodeProto& n) { add_int(n, "group", group); }), {"the_Conv", "group"});
  check_refused(conv([](NodeProto& n) { add_int(n, "group", std::int64_t{1} << 40); }),
                {"the_Conv", "group"});
  check_refused(conv([](NodeProto& n) { add_int(n, "group", 2); }),
                {"the_Conv", "its kernel has the shape 2x4x3x3"});
}

TEST_CASE("pads that are negative or larger than a pooling window") {
  check_refused(conv([](NodeProto& n) { add_ints(n, "pads", {0, -1, 0, 0}); }), {"the_Conv", "pads"});
  check_refused(conv([](NodeProto& n) { add_ints(n, "pads", {0, 0}); }), {"the_Conv", "pads"});
  check_refused(conv([](NodeProto& n) {
                  add_ints(n, "pads", {0, 0, std::int64_t{1} << 40, 0});
                }),
                {"the_Conv", "pads"});
  check_refused(conv([](NodeProto& n) {
                  add_ints(n, "pads", {2147483647, 2147483647, 2147483647, 2147483647});
                }),
                {"the_Conv"});
  check_refused(pool([](NodeProto& n) {
                  add_ints(n, "kernel_shape", {2, 2});
                  add_ints(n, "pads", {2, 0, 0, 0});
                }),
                {"the_MaxPool", "padding must be smaller than the window"});
}

TEST_CASE("auto_pad together with pads, or of no known kind") {
  check_refused(conv([](NodeProto& n) {
                  add_text(n, "auto_pad", "SAME_UPPER");
                  add_ints(n, "pads", {1, 1, 1, 1});
                }),
                {"the_Conv", "both auto_pad = SAME_UPPER and pads = [1, 1, 1, 1]"});
  check_refused(conv([](NodeProto& n) { add_text(n, "auto_pad", "SAME\nUPPER"); }),
                {"the_Conv", "auto_pad is SAME?UPPER"});
}

TEST_CASE("a kernel larger than its padded input") {
  check_refused(conv([](NodeProto&) {}, {1, 4, 2, 8}),
                {"the_Conv", "kernel is larger than its padded input"});
}

TEST_CASE("axes out of range") {
  for (const char* op : {"Softmax", "Concat", "Split"})
    for (const std::int64_t axis :
         {std::int64_t{3}, std::int64_t{-4}, std::numeric_limits<std::int64_t>::min()})
      check_refused(unary(op, [axis](NodeProto& n) { add_int(n, "axis", axis); }),
                    {"the_", "of a tensor of 3 axes"});
  check_refused(unary("Flatten", [](NodeProto& n) { add_int(n, "axis", 4); }), {"the_Flatten", "axis 4"});
  check_refused(unary("Transpose",
                      [](NodeProto& n) {
                        add_ints(n, "perm", {0, 1, 3});
                      }),
                {"the_Transpose", "axis 3"});
  check_refused(unary("Transpose",
                      [](NodeProto& n) {
                        add_ints(n, "perm", {0, 1, 1});
                      }),
                {"the_Transpose", "name one twice"});
  check_refused(unary("Transpose",
                      [](NodeProto& n) {
                        add_ints(n, "perm", {0, 1});
                      }),
                {"the_Transpose", "perm"});
  ModelProto squeeze = model_of({2, 1, 4});
  add_integers(squeeze, "axes", {0});
  add_node(squeeze, "Squeeze", {"x", "axes"}, {"y"});
  check_refused(squeeze, {"the_Squeeze", "has not the extent 1"});
  ModelProto gather = model_of({2, 3});
  add_integers(gather, "indices", {-3});
  add_node(gather, "Gather", {"x", "indices"}, {"y"});
  check_refused(gather, {"the_Gather", "index -3 lies outside"});
}

TEST_CASE("reshapes that do not fit") {
  const auto reshaped = [](std::initializer_list<std::int64_t> to) {
    ModelProto m = model_of({2, 3, 4});
    add_integers(m, "shape", to);
    add_node(m, "Reshape", {"x", "shape"}, {"y"});
    return m;
  };
  check_accepted(reshaped({-1, 0}));
  check_refused(reshaped({-1, -1}), {"the_Reshape", "leaves two axes open"});
  check_refused(reshaped({5, 5}), {"the_Reshape", "does not fit the 24 elements"});
  check_refused(reshaped({5, -1}), {"the_Reshape", "does not fit the 24 elements"});
  check_refused(reshaped({-2, 12}), {"the_Reshape", "negative"});
  check_refused(reshaped({2, 3, 4, 0}), {"the_Reshape", "copies an axis that is not there"});
  check_refused(reshaped({std::int64_t{1} << 42, std::int64_t{1} << 42, -1}),
                {"the_Reshape", "more than 2147483647 elements"});
}

TEST_CASE("normalisations without meaning") {
  for (const std::int64_t size : {0, 4, -3}) {
    ModelProto m = model_of({1, 5, 2, 2});
    add_int(add_node(m, "LRN", {"x"}, {"y"}), "size", size);
    check_refused(m, {"the_LRN", "size"});
  }
  const auto batch_norm = [](float variance, float epsilon, std::size_t channels) {
    ModelProto m = model_of({1, 2, 2, 2});
    for (const char* name : {"scale", "offset", "mean"}) add_floats(m, name, {2}, {1, 1});
    add_floats(m, "variance", {static_cast<std::int64_t>(channels)}, std::vector<float>(channels, variance));
    add_float(add_node(m, "BatchNormalization", {"x", "scale", "offset", "mean", "variance"}, {"y"}),
              "epsilon", epsilon);
    return m;
  };
  check_accepted(batch_norm(1, 1e-5f, 2));
  check_refused(batch_norm(-1, 1e-5f, 2), {"the_BatchNormalization", "variance"});
  check_refused(batch_norm(std::nanf(""), 1e-5f, 2), {"the_BatchNormalization", "variance"});
  check_refused(batch_norm(0, 0, 2), {"the_BatchNormalization", "variance"});
  check_refused(batch_norm(1, 0, 2), {"the_BatchNormalization", "epsilon"});
  check_refused(batch_norm(1, 1e-5f, 3),
                {"the_BatchNormalization", "its variance has 3 elements, expected 2"});
  // Until version 14 further results mean training, read or not.
  ModelProto training = batch_norm(1, 1e-5f, 2);
  training.mutable_opset_import(0)->set_version(9);
  check_accepted(training);
  for (const char* name : {"m", "v", "sm", "sv"}) training.mutable_graph()->mutable_node(0)->add_output(name);
  check_refused(training, {"the_BatchNormalization", "training mode"});
}

TEST_CASE("resizing by or to impossible numbers") {
  const auto resized = [](std::vector<float> scales) {
    ModelProto m = model_of({1, 1, 4, 4});
    add_floats(m, "scales", {static_cast<std::int64_t>(scales.size())}, scales);
    add_node(m, "Resize", {"x", "", "scales"}, {"y"});
    return m;
  };
  check_accepted(resized({1, 1, 2, 2}));
  for (const float s : {0.0f, -1.0f, std::numeric_limits<float>::infinity(), std::nanf(""), 1e30f, 1e-30f})
    check_refused(resized({1, 1, s, 2}), {"the_Resize", "scale"});
  check_refused(resized({1, 2, 2, 2}), {"the_Resize", "last two axes"});
  check_refused(resized({2, 2}), {"the_Resize", "do not fit 4 axes"});
  check_refused(resized({1, 1, 4e4f, 4e4f}), {"the_Resize", "2147483647"});
  for (const std::int64_t size : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 40}) {
    ModelProto m = model_of({1, 1, 4, 4});
    add_integers(m, "sizes", {1, 1, size, 4});
    add_node(m, "Resize", {"x", "", "", "sizes"}, {"y"});
    check_refused(m, {"the_Resize"});
  }
}

TEST_CASE("suppressing with impossible thresholds, counts and shapes") {
  struct stated {
    std::int64_t most = 3;
    float overlap = 0.5f, score = 0;
    std::int64_t boxes = 6, centers = 0;
  };
  const auto suppressed = [](stated s) {
    ModelProto m = model_of({1, 2, 6});  // scores
    set_dims(*m.mutable_graph()->add_input(), "boxes", {1, s.boxes, 4});
    add_integers(m, "most", {s.most});
    add_floats(m, "overlap", {1}, {s.overlap});
    add_floats(m, "score", {1}, {s.score});
    const std::vector<std::string> inputs = {"boxes", "x", "most", "overlap", "score"};
    add_int(add_node(m, "NonMaxSuppression", inputs, {"y"}), "center_point_box", s.centers);
    return m;
  };
  check_accepted(suppressed({}));
  for (const std::int64_t most : {std::int64_t{0}, std::int64_t{-1}})
    check_refused(suppressed({.most = most}), {"the_NonMaxSuppression", "max_output_boxes_per_class"});
  for (const float overlap : {std::nanf(""), -0.1f, 1.1f})
    check_refused(suppressed({.overlap = overlap}), {"the_NonMaxSuppression", "iou threshold"});
  check_refused(suppressed({.score = std::nanf("")}), {"the_NonMaxSuppression", "score threshold"});
  check_refused(suppressed({.boxes = 5}), {"the_NonMaxSuppression", "scores have the shape 1x2x6"});
  check_refused(suppressed({.centers = 2}), {"the_NonMaxSuppression", "center_point_box is 2"});
}

TEST_CASE("scales are numbers of single precision") {
  const auto resized = [](std::int64_t version, float scale, std::initializer_list<std::int64_t> in) {
    ModelProto m = model_of(in, version);
    add_floats(m, "scales", {4}, {1, 1, scale, scale});
    const bool since_11 = version >= 11;
    NodeProto& n = add_node(
        m, version < 10 ? "Upsample" : "Resize",
        since_11 ? std::vector<std::string>{"x", "", "scales"} : std::vector<std::string>{"x", "scales"},
        {"y"});
    add_text(n, "mode", "nearest");
    return m;
  };
  const auto lowered = [](const ModelProto& m) {
    return edgenn::import::lower_onnx(edgenn::import::read_onnx(bytes_of(m), "model.onnx", {}));
  };
  // 0.7f and 0.9f are less than 0.7 and 0.9, but the products of floats are 7 and 9.
  CHECK(lowered(resized(13, 0.7f, {1, 1, 10, 10})).outputs[0].dims == std::vector<std::int64_t>{1, 1, 7, 7});
  CHECK(lowered(resized(13, 0.9f, {1, 1, 10, 10})).outputs[0].dims == std::vector<std::int64_t>{1, 1, 9, 9});
  check_accepted(resized(9, 1, {1, 1, 4, 4}));
  check_refused(resized(13, 1.05f, {1, 1, 4, 4}), {"the_Resize", "changes no extent"});
  // Until version 11 the nearest pixel of a smaller image is the one behind.
  const auto smaller = lowered(resized(10, 0.6f, {1, 1, 2, 4}));
  const std::vector<std::vector<float>> image{{1, 2, 3, 4, 5, 6, 7, 8}};
  CHECK(edgenn::import::evaluate(smaller.net, image).at(0) == std::vector<float>{1, 3});
}

TEST_CASE("cuts that leave nothing or reach too far") {
  const auto sliced = [](std::int64_t start, std::int64_t end, std::int64_t axis, std::int64_t step) {
    ModelProto m = model_of({2, 3, 4});
    add_integers(m, "starts", {start});
    add_integers(m, "ends", {end});
    add_integers(m, "axes", {axis});
    add_integers(m, "steps", {step});
    add_node(m, "Slice", {"x", "starts", "ends", "axes", "steps"}, {"y"});
    return m;
  };
  constexpr auto least = std::numeric_limits<std::int64_t>::min(),
                 most = std::numeric_limits<std::int64_t>::max();
  check_accepted(sliced(-2, most, 2, 1));
  check_accepted(sliced(most, least, 2, -1));
  check_accepted(sliced(0, most, 2, most));
  check_accepted(sliced(most, least, 2, least));
  check_refused(sliced(2, 2, 2, 1), {"the_Slice", "no elements"});
  check_refused(sliced(0, 2, 2, 0), {"the_Slice", "step 0"});
  check_refused(sliced(0, 2, 3, 1), {"the_Slice", "axis 3"});
  ModelProto split = model_of({2, 6});
  add_integers(split, "split", {4, 4});
  add_int(add_node(split, "Split", {"x", "split"}, {"y", "z"}), "axis", 1);
  check_refused(split, {"the_Split", "[4, 4]"});
  ModelProto pad = model_of({1, 1, 4, 4});
  add_integers(pad, "pads", {0, 0, -2, 0, 0, 0, -2, 0});
  add_node(pad, "Pad", {"x", "pads"}, {"y"});
  check_refused(pad, {"the_Pad", "leave nothing"});
}

TEST_CASE("constants of real numbers where most are whole") {
  const auto scaled = [](const char* op, std::vector<float> first, std::vector<float> second) {
    ModelProto m = model_of({2}, 18);
    auto& a = add_floats(m, "a", {static_cast<std::int64_t>(first.size())}, first);
    if (!second.empty()) {
      a.set_data_type(onnx::TensorProto::INT32);
      for (const float v : first) a.add_int32_data(static_cast<int>(v));
      a.clear_float_data();
      add_floats(m, "b", {static_cast<std::int64_t>(second.size())}, second);
    }
    NodeProto& n = add_node(
        m, op, second.empty() ? std::vector<std::string>{"a"} : std::vector<std::string>{"a", "b"}, {"c"});
    if (second.empty()) add_int(n, "noop_with_empty_axes", first.size() == 2 ? 1 : 0);
    add_int(add_node(m, "Cast", {"c"}, {"d"}), "to", onnx::TensorProto::FLOAT);
    add_node(m, "Mul", {"x", "d"}, {"y"});
    const auto net = edgenn::import::lower_onnx(edgenn::import::read_onnx(bytes_of(m), "model.onnx", {})).net;
    return edgenn::import::evaluate(net, std::vector<std::vector<float>>{{1, 1}}).at(0);
  };
  CHECK(scaled("ReduceProd", {0.5f, 3, 1.5f}, {}) == std::vector<float>{2.25f, 2.25f});
  CHECK(scaled("ReduceProd", {0.5f, 3}, {}) == std::vector<float>{0.5f, 3});
  CHECK(scaled("Pow", {4, 9}, {0.5f, 1.5f}) == std::vector<float>{2, 27});
}

TEST_CASE("attributes of the wrong type, unknown ones and operators that are not known") {
  check_refused(conv([](NodeProto& n) { add_float(n, "group", 1); }),
                {"the_Conv", "attribute group is not a whole number"});
  check_refused(conv([](NodeProto& n) { add_int(n, "strides", 1); }),
                {"the_Conv", "attribute strides is not a list"});
  check_refused(conv([](NodeProto& n) { add_int(n, "magic", 1); }),
                {"the_Conv", "attribute magic is not known"});
  check_refused(unary("Einsum", [](NodeProto& n) { add_text(n, "equation", "ij->ji"); }),
                {"the_Einsum", "does not know this operator", "equation = ij->ji", "docs/importing.md"});
  ModelProto other = unary("FusedConv", [](NodeProto& n) { n.set_domain("com.microsoft"); });
  check_refused(other, {"com.microsoft.FusedConv", "does not know this operator"});
}

TEST_CASE("an attribute that is there twice") {
  check_refused(conv([](NodeProto& n) {
                  add_int(n, "group", 1);
                  add_int(n, "group", 1);
                }),
                {"the_Conv", "attribute \"group\": it is there twice"});
}

TEST_CASE("whole constants wrap; real ones that a type lacks are not cast") {
  const auto scaled = [](std::vector<std::int64_t> numbers, int type, const char* op) {
    ModelProto m = model_of({static_cast<std::int64_t>(numbers.size())});
    auto& a = *m.mutable_graph()->add_initializer();
    a.set_name("a");
    a.set_data_type(onnx::TensorProto::INT64);
    a.add_dims(static_cast<std::int64_t>(numbers.size()));
    for (const std::int64_t v : numbers) a.add_int64_data(v);
    add_int(add_node(m, "Cast", {"a"}, {"b"}), "to", type);
    add_node(m, op, {"b", "b"}, {"c"});
    add_int(add_node(m, "Cast", {"c"}, {"d"}), "to", onnx::TensorProto::FLOAT);
    add_node(m, "Mul", {"x", "d"}, {"y"});
    const auto net = edgenn::import::lower_onnx(edgenn::import::read_onnx(bytes_of(m), "model.onnx", {})).net;
    return edgenn::import::evaluate(net,
                                    std::vector<std::vector<float>>{std::vector<float>(numbers.size(), 1)})
        .at(0);
  };
  CHECK(scaled({300, -1}, onnx::TensorProto::UINT8, "Max") == std::vector<float>{44, 255});
  CHECK(scaled({4294967301, -1}, onnx::TensorProto::INT32, "Max") == std::vector<float>{5, -1});
  CHECK(scaled({2000000000, 100}, onnx::TensorProto::INT32, "Add") == std::vector<float>{-294967296, 200});
  CHECK(scaled({65536, 3}, onnx::TensorProto::INT32, "Mul") == std::vector<float>{0, 9});
  for (const float v : {3e10f, -2.0f, 256.0f, std::nanf(""), std::numeric_limits<float>::infinity()}) {
    ModelProto m = model_of({1});
    add_floats(m, "a", {1}, {v});
    add_int(add_node(m, "Cast", {"a"}, {"y"}), "to", onnx::TensorProto::UINT8);
    check_refused(m, {"the_Cast", "it casts ", " to uint8, which has no such number"});
  }
}
