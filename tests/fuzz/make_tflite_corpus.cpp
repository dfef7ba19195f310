// Writes the files that the fuzzer of the TFLite reader starts from: make_tflite_corpus FOLDER.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "import/tflite_file.hpp"

namespace {

using edgenn::tests::tflite_file;
namespace tflite = edgenn::tflite;
using builtin = tflite::BuiltinOperator;

/// Every operator that takes one value and constants.
tflite_file operators_file() {
  tflite_file f;
  int last = f.value("image", {1, 4, 4, 2});
  f.graph().inputs = {last};
  const auto next = [&](builtin code, std::vector<int> shape, auto options, std::vector<int> others = {}) {
    const int y = f.value("value", std::move(shape));
    others.insert(others.begin(), last);
    f.append(code, others, {y}, std::move(options));
    last = y;
  };
  tflite::DepthwiseConv2DT depthwise;
  depthwise.stride_h = depthwise.stride_w = depthwise.multiplier = 1;
  next(builtin::DEPTHWISE_CONV_2D, {1, 4, 4, 2}, depthwise,
       {f.constant("kernel", {1, 3, 3, 2}, std::vector<float>(18, 1.0f)),
        f.constant("bias", {2}, std::vector<float>(2, 1.0f))});
  tflite::Pool2DT pool;
  pool.stride_h = pool.stride_w = pool.window_h = pool.window_w = 2;
  next(builtin::MAX_POOL_2D, {1, 2, 2, 2}, pool);
  next(builtin::PADV2, {1, 3, 3, 2}, tflite::SqueezeT{},
       {f.constant("border", {4, 2}, std::vector<std::int32_t>{0, 0, 1, 0, 0, 1, 0, 0},
                   tflite::TensorType::INT32),
        f.constant("v", {}, std::vector<float>{1})});
  next(builtin::RESIZE_BILINEAR, {1, 4, 4, 2}, tflite::ResizeBilinearT{}, {f.integers("size", {4, 4})});
  next(builtin::RESIZE_NEAREST_NEIGHBOR, {1, 2, 2, 2}, tflite::ResizeNearestT{},
       {f.integers("size", {2, 2})});
  next(builtin::MUL, {1, 2, 2, 2}, tflite::MulT{}, {f.constant("factor", {2}, std::vector<float>{1, 2})});
  next(builtin::PRELU, {1, 2, 2, 2}, tflite::SqueezeT{},
       {f.constant("slope", {1, 1, 2}, std::vector<float>{1, 2})});
  tflite::ConcatenationT concat;
  concat.axis = 1;
  next(builtin::CONCATENATION, {1, 4, 2, 2}, concat, {last});
  tflite::LocalResponseNormalizationT lrn;
  lrn.radius = 2;
  next(builtin::LOCAL_RESPONSE_NORMALIZATION, {1, 4, 2, 2}, lrn);
  tflite::ReducerT mean;
  mean.keep_dims = true;
  next(builtin::MEAN, {1, 1, 1, 2}, mean, {f.integers("axes", {1, 2})});
  next(builtin::SQUEEZE, {1, 2}, tflite::SqueezeT{{}});
  next(builtin::FULLY_CONNECTED, {1, 3}, tflite::FullyConnectedT{},
       {f.constant("kernel", {3, 2}, std::vector<float>(6, 1.0f))});
  tflite::SoftmaxT softmax;
  softmax.beta = 1;
  next(builtin::SOFTMAX, {1, 3}, softmax);
  f.graph().outputs = {last};
  return f;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: make_tflite_corpus FOLDER\n");
    return 2;
  }
  std::filesystem::create_directories(arguments[1]);
  const tflite_file files[] = {edgenn::tests::convolution_file(), edgenn::tests::quantized_file(),
                               operators_file()};
  int number = 0;
  for (const tflite_file& f : files) {
    const std::vector<std::byte> bytes = f.bytes();
    std::ofstream out{std::filesystem::path{arguments[1]} / ("seed" + std::to_string(++number)),
                      std::ios::binary};
    out.put('\1');  // with --dequantize
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!out) return 2;
  }
}
