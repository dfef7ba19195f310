// TFLite files whose operators are wrong, or wrongly connected: each is refused with one line that names
// file, node and what was found.
#include <flatbuffers/flexbuffers.h>

#include <cmath>
#include <limits>
#include <map>

#include "tflite_refusal.hpp"

using namespace edgenn::tests;

TEST_CASE("a kernel larger than its padded input") {
  tflite_file f = convolution_file();
  f.tensor(image).shape = {1, 1, 4, 2};
  check_refused(f, "node \"map\" (CONV_2D): kernel is larger than its padded input: 2, 1");
}

TEST_CASE("strides, dilations and windows") {
  const std::pair<std::int32_t tflite::Conv2DT::*, const char*> options[] = {
      {&tflite::Conv2DT::stride_h, "stride_h"},
      {&tflite::Conv2DT::stride_w, "stride_w"},
      {&tflite::Conv2DT::dilation_h, "dilation_h"},
      {&tflite::Conv2DT::dilation_w, "dilation_w"}};
  for (const auto& [member, name] : options)
    for (const int v : {0, -1, std::numeric_limits<int>::min()}) {
      tflite_file f = convolution_file();
      options_of<tflite::Conv2DT>(f, 0).*member = v;
      check_refused(f, std::string{name} + ": found " + std::to_string(v) + ", expected 1 or more");
    }
  tflite_file f = convolution_file();
  options_of<tflite::Conv2DT>(f, 0).dilation_h = std::numeric_limits<int>::max();
  check_refused(f, "kernel is larger than its padded input");
}

TEST_CASE("options of another operator, and none") {
  tflite_file f = convolution_file();
  f.op(0).options.Set(tflite::SoftmaxT{});
  check_refused(f, "node \"map\" (CONV_2D): it lacks the option");
  f.op(0).options.Reset();
  check_refused(f, "it lacks the option");
}

TEST_CASE("enumerators that are unknown") {
  tflite_file f = convolution_file();
  options_of<tflite::Conv2DT>(f, 0).padding = static_cast<tflite::Padding>(2);
  check_refused(f, "padding: found 2");
  options_of<tflite::Conv2DT>(f, 0).padding = tflite::Padding::SAME;
  options_of<tflite::Conv2DT>(f, 0).activation = static_cast<tflite::Activation>(-7);
  check_refused(f, "activation: found -7");
  options_of<tflite::Conv2DT>(f, 0).activation = tflite::Activation::SIGN_BIT;
  check_refused(f, "the fused activation SIGN_BIT is not supported");
}

TEST_CASE("channels that do not fit the kernel, and a bias that does not") {
  tflite_file f = convolution_file();
  f.tensor(image).shape = {1, 4, 4, 3};
  check_refused(f, "its kernel has 2 channels, expected a divisor of the input's 3");
  f = convolution_file();
  f.tensor(bias).shape = {1, 3, 1};
  CHECK(message_of(f.bytes()) == "");
  f.tensor(bias).shape = {2};
  f.model.buffers[2]->data.resize(8);
  check_refused(f, "its bias has the shape 2, expected 3");
}

TEST_CASE("a depth multiplier of zero") {
  tflite_file f = convolution_file();
  f.model.operator_codes[0]->code = tflite::BuiltinOperator::DEPTHWISE_CONV_2D;
  f.model.operator_codes[0]->old_code = 4;
  tflite::DepthwiseConv2DT options;
  options.stride_h = options.stride_w = 1;
  for (const int multiplier : {0, -2}) {
    options.multiplier = multiplier;
    f.op(0).options.Set(tflite::DepthwiseConv2DT{options});
    check_refused(f, "multiplier: found " + std::to_string(multiplier) + ", expected 1 or more");
  }
}

TEST_CASE("a reshape that leaves two extents open, or does not fit") {
  const auto with_shape = [](std::vector<std::int32_t> shape) {
    tflite_file f = convolution_file();
    f.tensor(shape_tensor).shape = {static_cast<int>(shape.size())};
    f.model.buffers[3]->data.resize(4 * shape.size());
    std::memcpy(f.model.buffers[3]->data.data(), shape.data(), 4 * shape.size());
    return f;
  };
  check_refused(with_shape({-1, -1}), "leaves more than one extent of [-1, -1] open");
  check_refused(with_shape({1, 26}), "asks for the shape [1, 26] of 27 elements");
  check_refused(with_shape({0, 27}), "asks for the shape [0, 27]");
  check_refused(with_shape({-2, 27}), "asks for the shape [-2, 27]");
  check_refused(with_shape({65536, 65536, 65536, 65536}), "of 27 elements");
  check_refused(with_shape({1, 27, 1}), "the file states 1x27");
}

TEST_CASE("tensors that there are not") {
  for (const int index : {-2, 6, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    tflite_file f = convolution_file();
    f.op(0).inputs[1] = index;
    check_refused(f, "operator 0 (CONV_2D), inputs: found tensor " + std::to_string(index));
    f = convolution_file();
    f.op(0).outputs[0] = index;
    check_refused(f, "outputs: found tensor " + std::to_string(index));
    f = convolution_file();
    f.graph().inputs = {index};
    check_refused(f, "graph inputs: found tensor " + std::to_string(index));
  }
}

TEST_CASE("minus one, absent, where an operand must be there") {
  tflite_file f = convolution_file();
  f.op(0).inputs = {-1, weights, bias};
  check_refused(f, "node \"map\" (CONV_2D): input 0 is missing");
  f.op(0).inputs = {image, -1, bias};
  check_refused(f, "it has no kernel");
  f.op(0).inputs = {image, weights, -1};
  CHECK(message_of(f.bytes()) == "");
  f.graph().outputs = {-1};
  check_refused(f, "graph outputs: found tensor -1");
}

TEST_CASE("operators without inputs or outputs") {
  tflite_file f = convolution_file();
  f.op(0).inputs.clear();
  check_refused(f, "node \"map\" (CONV_2D): input 0 is missing");
  f = convolution_file();
  f.op(1).outputs.clear();
  check_refused(f, "operator 1 (RESHAPE): it has no outputs");
}

TEST_CASE("an operator code that there is not") {
  tflite_file f = convolution_file();
  f.op(1).opcode_index = 2;
  check_refused(f, "operator 1: opcode_index 2 of 2");
}

TEST_CASE("a tensor that is read and written by one node, cycles, two writers") {
  tflite_file f = convolution_file();
  f.op(1).outputs = {map};
  check_refused(f, "node \"map\" (RESHAPE): it writes tensor 3 \"map\"");
  f = convolution_file();
  f.op(0).inputs[0] = reshaped;
  check_refused(f, "node \"map\" (CONV_2D): it reads tensor 5 \"result\" before anything has written it");
  f = convolution_file();
  f.op(0).outputs = {image};
  check_refused(f, "which is an input, a constant or another node's result");
  f = convolution_file();
  f.op(0).outputs = {weights};
  check_refused(f, "which is an input, a constant or another node's result");
  f = convolution_file();
  f.graph().inputs = {image, image};
  check_refused(f, "graph inputs: tensor 0 \"image\" is a constant or there twice");
}

TEST_CASE("an output that nothing writes, and one that is a constant") {
  tflite_file f = convolution_file();
  f.graph().operators.pop_back();
  check_refused(f, "graph outputs: nothing writes tensor 5");
  f = convolution_file();
  f.graph().outputs = {bias};
  check_refused(f, "output \"bias\" is a constant");
}

TEST_CASE("names of any kind") {
  for (const std::string& name : {std::string{}, std::string(1'000'000, 'n'), std::string{"a\0b", 3},
                                  std::string{"\xFF\xFE\x80"}, std::string{"line\nline\\\r*/ #error"}}) {
    tflite_file f = convolution_file();
    for (int i = 0; i <= reshaped; ++i) f.tensor(i).name = name;
    CHECK(message_of(f.bytes()) == "");
    f.tensor(image).shape = {1, 1, 4, 2};
    const std::string message = message_of(f.bytes());
    check_refused(message, "(CONV_2D): kernel is larger");
    CHECK(message.size() < 1500);
  }
}

TEST_CASE("tensors with a state, and sparse ones") {
  tflite_file f = convolution_file();
  f.tensor(map).is_variable = true;
  check_refused(f, "keeps its value between inferences");
  f = convolution_file();
  f.tensor(weights).sparsity = std::make_unique<tflite::EmptyT>();
  check_refused(f, "stored sparsely");
}

TEST_CASE("axes out of range") {
  tflite_file f = convolution_file();
  tflite::ConcatenationT options;
  for (const int axis : {4, -5, std::numeric_limits<int>::max()}) {
    options.axis = axis;
    f = convolution_file();
    f.model.operator_codes[1]->code = tflite::BuiltinOperator::CONCATENATION;
    f.model.operator_codes[1]->old_code = 2;
    f.op(1).inputs = {map, map};
    f.op(1).options.Set(tflite::ConcatenationT{options});
    check_refused(f, "axis " + std::to_string(axis) + " of a tensor of 4 axes");
  }
}

TEST_CASE("a hundred thousand operators are refused in little time") {
  tflite_file f;
  int last = f.value("image", {1, 1, 1, 1});
  f.graph().inputs = {last};
  for (int i = 0; i < 100'000; ++i) {
    const int next = f.value("v", {1, 1, 1, 1});
    f.append(tflite::BuiltinOperator::RELU, {last}, {next});
    last = next;
  }
  f.graph().outputs = {last};
  const std::vector<std::byte> file = f.bytes();
  check_refused(message_of(file), "network has more nodes than its capacity: 2048");
}

namespace {

using options_map = std::map<std::string, double>;

/// Two boxes, two classes and the operator that makes detections of them.
tflite_file detection_file(const options_map& options) {
  tflite_file f;
  const int boxes = f.value("boxes", {1, 2, 4}), scores = f.value("scores", {1, 2, 2}),
            anchors = f.constant("anchors", {2, 4}, std::vector<float>(8, 0.5f)),
            found = f.value("found", {1, 10, 4});
  f.append(tflite::BuiltinOperator::CUSTOM, {boxes, scores, anchors}, {found});
  f.model.operator_codes[0]->custom_code = "TFLite_Detection_PostProcess";
  flexbuffers::Builder b;
  b.Map([&] {
    for (const auto& [name, v] : options) {
      if (v == std::floor(v) && std::abs(v) < 1e9)
        b.Int(name.c_str(), static_cast<std::int64_t>(v));
      else
        b.Float(name.c_str(), static_cast<float>(v));
    }
  });
  b.Finish();
  f.op(0).custom_options = b.GetBuffer();
  f.graph().inputs = {boxes, scores};
  f.graph().outputs = {found};
  return f;
}

const options_map good_options{{"max_detections", 10},
                               {"max_classes_per_detection", 1},
                               {"num_classes", 1},
                               {"nms_score_threshold", 0.25},
                               {"nms_iou_threshold", 0.5},
                               {"x_scale", 10},
                               {"y_scale", 10},
                               {"w_scale", 5},
                               {"h_scale", 5}};

}  // namespace

TEST_CASE("options of TFLite_Detection_PostProcess") {
  CHECK(message_of(detection_file(good_options).bytes()) == "");
  for (const auto& [name, v] : good_options) {
    options_map lacking = good_options;
    lacking.erase(name);
    check_refused(detection_file(lacking), "it lacks the option " + name);
  }
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinite = std::numeric_limits<double>::infinity();
  const std::map<std::string, std::vector<double>> bad{{"max_detections", {0, -1, 1e8}},
                                                       {"max_classes_per_detection", {0, 2}},
                                                       {"num_classes", {0, -1, 3}},
                                                       {"x_scale", {0, -1, nan, infinite}},
                                                       {"h_scale", {0, -1, nan, infinite}},
                                                       {"nms_score_threshold", {nan}},
                                                       {"nms_iou_threshold", {-0.5, 1.5, nan}}};
  for (const auto& [name, values] : bad)
    for (const double v : values) {
      options_map changed = good_options;
      changed[name] = v;
      check_refused(detection_file(changed), "(TFLite_Detection_PostProcess): ");
    }
}

TEST_CASE("damaged options of TFLite_Detection_PostProcess, and anchors that do not fit") {
  const std::vector<std::uint8_t> whole = detection_file(good_options).op(0).custom_options;
  tflite_file f = detection_file(good_options);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    f.op(0).custom_options.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    check_refused(f, "(TFLite_Detection_PostProcess): ");
  }
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const int change : {0x01, 0x80, 0xFF}) {  // an error or a network, never anything else
      f.op(0).custom_options = whole;
      f.op(0).custom_options[i] ^= static_cast<std::uint8_t>(change);
      const std::string message = message_of(f.bytes());
      if (!message.empty()) check_refused(message, "(TFLite_Detection_PostProcess): ");
    }
  f = detection_file(good_options);
  f.tensor(2).shape = {1, 4};
  f.model.buffers[1]->data.resize(16);
  check_refused(f, "its anchors 1x4");
}
