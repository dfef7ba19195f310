// TFLite files that are damaged, or whose tensors are wrong: each is refused with one line that names file,
// place and what was found.
#include <limits>

#include "tflite_refusal.hpp"

using namespace edgenn::tests;
using bytes = std::vector<std::byte>;

TEST_CASE("the files that are spoiled here are good ones") {
  CHECK(message_of(convolution_file().bytes()) == "");
  CHECK(message_of(quantized_file().bytes()) == "");
}

TEST_CASE("empty and short files") {
  check_refused(message_of({}), "the file is empty");
  check_refused(message_of(bytes(7)), "too few");
  check_refused(message_of(bytes(100)), "expected \"TFL3\"");
}

TEST_CASE("a file cut off at any byte") {
  const bytes whole = convolution_file().bytes();
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(message_of(bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))) != "");
}

TEST_CASE("any byte changed: an error or a network, never anything else") {
  const bytes whole = convolution_file().bytes();
  int refused = 0;
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const int change : {0x01, 0x80, 0xFF}) {
      bytes changed = whole;
      changed[i] ^= static_cast<std::byte>(change);
      const std::string message = message_of(changed);
      refused += !message.empty();
      if (!message.empty()) CHECK(message.starts_with("bad.tflite"));
    }
  CHECK(refused > 0);
}

TEST_CASE("bytes behind the flatbuffer are ignored") {
  bytes longer = convolution_file().bytes();
  longer.insert(longer.end(), 1000, std::byte{0xFF});
  CHECK(message_of(longer) == "");
}

TEST_CASE("a file at any address") {
  const bytes whole = convolution_file().bytes();
  for (std::size_t offset = 0; offset < 16; ++offset) {
    bytes shifted(offset);
    shifted.insert(shifted.end(), whole.begin(), whole.end());
    CHECK(edgenn::import::read_tflite(std::span{shifted}.subspan(offset), "good.tflite").nodes.size() == 2);
  }
}

TEST_CASE("offsets of a flatbuffer: root, table, vector") {
  const bytes whole = convolution_file().bytes();
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
    bytes changed = whole;
    changed[at] = std::byte{0xF7};
    check_refused(message_of(changed), "damaged");
  }
  bytes to_itself = whole;  // a root table that lies on the root offset
  for (std::size_t i = 0; i < 4; ++i) to_itself[i] = std::byte{0};
  check_refused(message_of(to_itself), "damaged");
}

TEST_CASE("versions") {
  tflite_file f = convolution_file();
  f.model.version = 4;
  check_refused(f, "version: found 4, expected 3");
}

TEST_CASE("no graph, and an empty one") {
  tflite_file f;
  check_refused(f, "graph outputs: found none");
  f.model.subgraphs.clear();
  check_refused(f, "subgraphs: found none");
}

TEST_CASE("types of elements that are unknown") {
  for (const int type : {5, 8, 17, 40, -1}) {
    tflite_file f = convolution_file();
    f.tensor(weights).type = static_cast<tflite::TensorType>(type);
    check_refused(f, "tensor 1 \"kernel\": type " + std::to_string(type) + " is not supported");
  }
}

TEST_CASE("operators that are unknown, custom or not supported") {
  tflite_file f = convolution_file();
  f.model.operator_codes[1]->code = static_cast<tflite::BuiltinOperator>(9999);
  check_refused(f, "node \"result\" (operator code 9999): the operator is not supported");
  f.model.operator_codes[1]->code = tflite::BuiltinOperator::WHILE;
  check_refused(f, "(WHILE): the operator is not supported");
  f.model.operator_codes[1]->code = tflite::BuiltinOperator::CUSTOM;
  f.model.operator_codes[1]->old_code = 32;
  check_refused(f, "without a name");
  f.model.operator_codes[1]->custom_code = "Mine\n*/";
  check_refused(f, "(Mine_*/): the operator is not supported");
  for (const char c : {'\0', '\n', '\x1B', 'a'})
    f.op(1).custom_options.push_back(static_cast<std::uint8_t>(c));
  check_refused(f, "custom_options = \?\?\?a");
}

TEST_CASE("weights of a type that does not belong there") {
  tflite_file f = convolution_file();
  f.tensor(weights).type = tflite::TensorType::INT32;
  check_refused(f, "its kernel is of type int32 without a scale");
}

TEST_CASE("scales") {
  for (const float scale :
       {0.0f, -1.0f, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::denorm_min()}) {
    tflite_file f = quantized_file();
    f.tensor(weights).quantization->scale = {scale};
    check_refused(f, "tensor 1 \"kernel\": scale 0: found");
  }
}

TEST_CASE("zero points") {
  for (const std::int64_t zero :
       {std::int64_t{-1}, std::int64_t{256}, std::numeric_limits<std::int64_t>::max()}) {
    tflite_file f = quantized_file();
    f.tensor(weights).quantization->zero_point = {zero};
    check_refused(f, "zero point 0: found " + std::to_string(zero) + ", expected 0 to 255");
  }
  tflite_file f = quantized_file();
  f.tensor(bias).quantization->zero_point = {1};
  check_refused(f, "expected 0 to 0");
}

TEST_CASE("scales along an axis") {
  tflite_file f = quantized_file();
  f.quantize(weights, {0.25f, 0.25f}, {128, 128}, 0);
  check_refused(f, "found 2 scales, expected 1 or 3");
  f.quantize(weights, {0.25f, 0.25f, 0.25f}, {128}, 0);
  check_refused(f, "found 1 zero points, expected 3");
  for (const int axis : {-1, 4, 1000000}) {
    f.quantize(weights, {0.25f, 0.25f, 0.25f}, {128, 128, 128}, axis);
    check_refused(f, "quantized_dimension " + std::to_string(axis) + " of 4 axes");
  }
}

TEST_CASE("a bias of rank 1 may name axis 3, as some converters write it; others may not") {
  tflite_file f = quantized_file();
  f.quantize(weights, {0.25f, 0.25f, 0.25f}, {128, 128, 128}, 0);
  f.quantize(bias, {0.125f, 0.125f, 0.125f}, {0, 0, 0}, 3);
  CHECK(message_of(f.bytes()) == "");
}

TEST_CASE("a bias of another scale than the input's times the kernel's") {
  tflite_file f = quantized_file();
  f.tensor(bias).quantization->scale = {0.25f};
  check_refused(f, "scale 0 of its bias: found 0.25");
  f.quantize(bias, {0.125f, 0.125f, 0.125f}, {0, 0, 0});
  check_refused(f, "its bias has 3 scales, expected 1");
}

TEST_CASE("a quantised model without --dequantize") {
  const bytes file = quantized_file().bytes();
  CHECK_THROWS_WITH_AS(
      edgenn::import::lower_tflite(edgenn::import::read_tflite(file, "q.tflite"), {}),
      "q.tflite: input \"image\" is quantised: --dequantize takes the model's numbers as real ones",
      edgenn::import::import_error);
}

TEST_CASE("extents that are negative, zero or huge") {
  const auto with_image = [](std::vector<int> shape) {
    tflite_file f = convolution_file();
    f.tensor(image).shape = std::move(shape);
    return f;
  };
  check_refused(with_image({1, -4, 4, 2}), "found the extent -4");
  check_refused(with_image({1, 0, 4, 2}), "has no elements");
  check_refused(with_image({1, 2147483647, 2147483647, 2}), "more than 2147483647 elements");
  check_refused(with_image({1, 65536, 65536, 65536}), "more than 2147483647 elements");  // 2^48: wraps to 0
  check_refused(with_image({}), "expected 1 x height x width x channels");
  check_refused(with_image({4, 4, 2}), "expected 1 x height x width x channels");
  check_refused(with_image({2, 4, 4, 2}), "expected 1 x height x width x channels");
  check_refused(with_image(std::vector<int>(17, 1)), "found 17 axes, expected at most 16");
}

TEST_CASE("data of another size than the shape says") {
  tflite_file f = convolution_file();
  f.model.buffers[1]->data.pop_back();
  check_refused(f, "tensor 1 \"kernel\": found 95 bytes of data, expected 96 for its shape 3x2x2x2");
}

TEST_CASE("buffers that there are not, or that lie elsewhere") {
  tflite_file f = convolution_file();
  f.tensor(weights).buffer = 1000;
  check_refused(f, "buffer 1000 of 4");
  f = convolution_file();
  f.model.buffers[1]->offset = 4096;
  check_refused(f, "behind the flatbuffer");
}

TEST_CASE("a small file whose parts share their data cannot become a large model") {
  tflite_file f = convolution_file();
  f.model.buffers[1]->data.resize(1'000'000);
  f.tensor(weights).shape = {250'000};
  for (int i = 0; i < 2000; ++i) {
    const int t = f.value("copy", {250'000});
    f.tensor(t).buffer = 1;
  }
  check_refused(f, "share their data");
}
