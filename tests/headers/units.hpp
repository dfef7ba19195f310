#pragma once
// What both translation units share: a network, and what each unit makes of it.
#include <library.hpp>

inline constexpr auto shared = edgenn::network({4, 4, 2}, [](edgenn::value x) {
  using namespace edgenn;
  const value a = x | conv2d{.filters = 2, .kernel = 3, .pad = same, .act = relu};
  return concat(a, x) | global_average_pool{} | softmax{};
});
using shared_model = edgenn::model<shared, edgenn::reference>;

struct seen {
  std::uint64_t fingerprint;
  int arena_bytes;
  const void* plan;  ///< where the linker put it: one copy for the program
  float first;
};

// Static: each unit compiles its own.
static seen look() {
  static float weights[shared_model::weight_count];
  for (int i = 0; i < shared_model::weight_count; ++i) weights[i] = static_cast<float>(i % 7) - 2;
  static shared_model net{weights};
  static const float image[32] = {1, 2, 3};
  const auto result = net.run(image);
  return {edgenn::fingerprint(shared), shared_model::arena_bytes, &shared_model::plan, result[0]};
}

seen look_from_second();
