// What emit_networks wrote, against the networks it was made of: the emitted C++ builds the same graph, its
// weights file proves itself, and the report's arena is what a model takes.
#include <doctest/doctest.h>

#include <edgenn/prove.hpp>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "emitted_every_layer.hpp"
#include "emitted_googlenet.hpp"
#include "emitted_lenet5.hpp"
#include "emitted_many_layers.hpp"
#include "emitted_mobilenet_v1.hpp"
#include "emitted_networks.hpp"
#include "emitted_squeezenet.hpp"
#include "emitted_two_inputs.hpp"

namespace {

std::string contents(const std::string& file) {
  std::ifstream in{EMITTED_FOLDER "/" + file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The compiled network `Emitted`, of the name `name`, is `Original`.
template <const auto& Original, const auto& Emitted>
void check(const std::string& name) {
  CHECK(edgenn::fingerprint(Emitted) == edgenn::fingerprint(Original));
  using model = edgenn::model<Emitted, edgenn::reference>;
  const std::string arena =
      "arena of the reference backend: " + std::to_string(model::arena_bytes) + " bytes\n";
  CHECK(contents(name + ".txt").find(arena) != std::string::npos);

  const std::string bytes = contents(name + ".edgenn");
  const auto file = edgenn::weights_file<Emitted>::open(std::as_bytes(std::span{bytes}));
  REQUIRE(file);
  CHECK(file->has_golden());
  std::vector<float> weights(Emitted.weight_count), input(edgenn::detail::counts_of(Emitted).inputs);
  file->copy_to(std::span<float, Emitted.weight_count>{weights});
  auto net = std::make_unique<model>(std::span<const float, Emitted.weight_count>{weights});
  float largest = 0;
  for (int k = 0; k < static_cast<int>(edgenn::detail::counts_of(Emitted).outputs); ++k)
    largest = std::max(largest, std::abs(file->golden_output(static_cast<std::size_t>(k))));
  CHECK(largest > 0);
  const edgenn::proof p =
      edgenn::prove(*net, *file, std::span<float, edgenn::detail::counts_of(Emitted).inputs>{input});
  CHECK(p.holds(1e-4f * largest));
}

}  // namespace

TEST_CASE("every layer with every parameter") {
  check<every_layer, emitted_every_layer>("emitted_every_layer");
}
TEST_CASE("several inputs, one of them unused") {
  check<two_inputs, emitted_two_inputs>("emitted_two_inputs");
}
TEST_CASE("more than 256 nodes") {
  check<many_layers, emitted_many_layers>("emitted_many_layers");
  static_assert(emitted_many_layers.capacity == 512);
}
TEST_CASE("weights as fp16") {
  check<edgenn::networks::lenet5, emitted_lenet5>("emitted_lenet5");
  CHECK(contents("emitted_lenet5.edgenn").size() < 2u * emitted_lenet5.weight_count + 8192u);
}
TEST_CASE("MobileNet") {
  check<edgenn::networks::mobilenet_v1<25, 128>, emitted_mobilenet_v1>("emitted_mobilenet_v1");
  static_assert(emitted_mobilenet_v1_preprocessing.height == 128);
  static_assert(emitted_mobilenet_v1_preprocessing.scale[2] == 1.0f);
}
TEST_CASE("SqueezeNet") {
  check<edgenn::networks::squeezenet_v1_1, emitted_squeezenet>("emitted_squeezenet");
}
TEST_CASE("GoogLeNet") { check<edgenn::networks::googlenet, emitted_googlenet>("emitted_googlenet"); }
