#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>  // reads photos

#include <cstdio>
#include <edgenn.hpp>
#include <edgenn/person_detector.hpp>

#include "networks.hpp"  // which variants the weights are of
#include "person_far_weights.hpp"
#include "person_medium_weights.hpp"
#include "person_near_weights.hpp"
using namespace edgenn;
constexpr person_config config{
    .height = 480, .width = 640, .far = far_trained, .medium = medium_trained, .near = near_trained};
static float of_far[far_network.weight_count], of_medium[medium_network.weight_count],
    of_near[near_network.weight_count];

int main(int count, char** arguments) {
  weights_file<far_network>::open(person_far_weights)->copy_to(of_far);
  weights_file<medium_network>::open(person_medium_weights)->copy_to(of_medium);
  weights_file<near_network>::open(person_near_weights)->copy_to(of_near);
  static const person_weights<native, config> weights{of_far, of_medium, of_near};
  static person_detector<native, config> detector{weights};
  static person_box boxes[100];
  int width = 0, height = 0;
  const unsigned char* photo = stbi_load(arguments[count - 1], &width, &height, nullptr, 3);
  const auto found = detector.detect({photo, height, width, 3}, boxes);
  if (!found) return std::puts(found.error().message().c_str()), 2;
  for (const auto& [where, score, scale] : *found)
    std::printf("%.0f x %.0f at %.0f, %.0f: %.1f\n", double(where.width()), double(where.height()),
                double(where.x1), double(where.y1), double(score));
}
