// The weights of an imported model prove themselves, and the network has the shape of the model.
#include <cstdio>
#include <edgenn/prove.hpp>

#include "corners.hpp"
#include "corners_weights.hpp"

int main() {
  static_assert(corners[corners.output(0)].out == edgenn::shape{1, 1, 27});
  const auto file = edgenn::weights_file<corners>::open(corners_weights);
  if (!file) return 1;
  static edgenn::model<corners, edgenn::reference> net{*file->in_place<float>()};
  static float input[32];
  std::puts(edgenn::prove(net, *file, input).holds(1e-5f) ? "proved" : "differs");
}
