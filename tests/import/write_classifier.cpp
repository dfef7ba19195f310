// Writes a small quantised TFLite file that says whether a photo is red, green or blue: write_classifier
// FILE.
#include <cstdio>
#include <fstream>

#include "tflite_file.hpp"

namespace {

using edgenn::tests::tflite_file;
namespace tflite = edgenn::tests::tflite;

tflite_file classifier() {
  tflite_file f;
  using type = tflite::TensorType;
  const int image = f.value("image", {1, 8, 8, 3}, type::UINT8);
  const int average = f.value("average", {1, 1, 1, 3}, type::UINT8);
  const int weights = f.constant(
      "weights", {3, 3}, std::vector<std::uint8_t>{160, 128, 128, 128, 160, 128, 128, 128, 160}, type::UINT8);
  const int logits = f.value("logits", {1, 3}, type::UINT8);
  const int probabilities = f.value("probabilities", {1, 3}, type::UINT8);
  f.quantize(image, {1 / 128.0f}, {128});
  f.quantize(average, {1 / 128.0f}, {128});
  f.quantize(weights, {0.125f}, {128});
  f.quantize(logits, {0.0625f}, {128});
  f.quantize(probabilities, {1 / 256.0f}, {0});
  tflite::Pool2DT pool;
  pool.padding = tflite::Padding::VALID;
  pool.window_h = pool.window_w = 8;
  pool.stride_h = pool.stride_w = 1;
  f.append(tflite::BuiltinOperator::AVERAGE_POOL_2D, {image}, {average}, pool);
  f.append(tflite::BuiltinOperator::FULLY_CONNECTED, {average, weights, -1}, {logits},
           tflite::FullyConnectedT{});
  tflite::SoftmaxT softmax;
  softmax.beta = 1;
  f.append(tflite::BuiltinOperator::SOFTMAX, {logits}, {probabilities}, softmax);
  f.graph().inputs = {image};
  f.graph().outputs = {probabilities};
  return f;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: write_classifier FILE\n");
    return 2;
  }
  const std::vector<std::byte> bytes = classifier().bytes();
  std::ofstream out{arguments[1], std::ios::binary};
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return out ? 0 : 2;
}
