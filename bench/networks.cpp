// Whole networks, inference after inference: small ones stay in the caches.
#include "networks.hpp"

#include "measure.hpp"

namespace {

template <const auto& Net>
void add(const char* name) {
  bench::add<Net, edgenn::native>(name, bench::widest_isa_name);
}

}  // namespace

int main(int count, char** arguments) {
  namespace networks = bench::networks;
  add<networks::lenet_300_100>("network/lenet_300_100");
  add<networks::lenet5>("network/lenet5");
  add<networks::mobilenet_v1_25_128>("network/mobilenet_v1_25_128");
  add<networks::mobilenet_v1_100_224>("network/mobilenet_v1_100_224");
  add<networks::squeezenet_v1_0>("network/squeezenet_v1_0");
  add<networks::squeezenet_v1_1>("network/squeezenet_v1_1");
  add<networks::alexnet>("network/alexnet");
  add<networks::googlenet>("network/googlenet");
  add<networks::googlenet_without_lrn>("network/googlenet_without_lrn");
  add<networks::vgg16>("network/vgg16");
  add<networks::person>("network/person");
  return bench::run_all(count, arguments);
}
