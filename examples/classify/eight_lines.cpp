#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>  // reads photos

#include <cstdio>
#include <edgenn/vision/top.hpp>
#include <fstream>

#include "classifier.hpp"  // made by edgenn-import
using namespace edgenn;
alignas(64) static std::byte file[weights_file<classifier>::file_bytes(storage::fp32, true)];
static float image[classifier_preprocessing.size()];
static int width, height;

int main(int count, char** arguments) {
  std::ifstream{"classifier.edgenn", std::ios::binary}.read(reinterpret_cast<char*>(file), sizeof file);
  const auto weights = read_weights<classifier, float>(file);
  const unsigned char* photo = stbi_load(arguments[count - 1], &width, &height, nullptr, 3);
  if (!weights || !photo) return std::puts("expected classifier.edgenn here and the name of a photo"), 2;
  static packed_weights<classifier, native> packed{*weights};
  static model<classifier, native> net{packed};
  preprocess(classifier_preprocessing, {photo, width, height}, image);
  for (const auto& [label, score] : top<5>(net.run(image)))
    std::printf("%.3f class %d\n", double(score), label);
}
