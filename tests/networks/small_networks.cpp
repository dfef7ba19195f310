#include <networks/golden_networks.hpp>

std::vector<edgenn::tests::network_on_backend> edgenn::tests::small_networks() {
  return {
      on_tag<bench::networks::lenet_300_100>("lenet_300_100"),
      on_tag<bench::networks::lenet5>("lenet5"),
      on_tag<bench::networks::mobilenet_v1_25_128>("mobilenet_v1_25_128"),
      on_tag<bench::networks::mobilenet_v1_25_128_caffe>("mobilenet_v1_25_128_caffe"),
      on_tag<bench::networks::mobilenet_v1_50_160>("mobilenet_v1_50_160"),
      on_tag<bench::networks::squeezenet_v1_1>("squeezenet_v1_1"),
  };
}
