#include <networks/golden_networks.hpp>

std::vector<edgenn::tests::network_on_backend> edgenn::tests::large_networks() {
  return {
      on_tag<bench::networks::mobilenet_v1_75_192>("mobilenet_v1_75_192"),
      on_tag<bench::networks::mobilenet_v1_100_224>("mobilenet_v1_100_224"),
      on_tag<bench::networks::squeezenet_v1_0>("squeezenet_v1_0"),
      on_tag<bench::networks::alexnet>("alexnet"),
      on_tag<bench::networks::alexnet_ungrouped>("alexnet_ungrouped"),
      on_tag<bench::networks::googlenet>("googlenet"),
      on_tag<bench::networks::googlenet_without_lrn>("googlenet_without_lrn"),
      on_tag<bench::networks::vgg16>("vgg16"),
      on_tag<bench::networks::person>("person"),
  };
}
