// The arenas of all networks on a tag, under both policies: known to the compiler, so nothing is run.
#include <edgenn.hpp>
#include <edgenn/networks/alexnet.hpp>
#include <edgenn/networks/googlenet.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/networks/lenet_300_100.hpp>
#include <edgenn/networks/mobilenet_v1.hpp>
#include <edgenn/networks/person_cnn.hpp>
#include <edgenn/networks/squeezenet.hpp>
#include <edgenn/networks/vgg16.hpp>
#include <iomanip>
#include <iostream>

namespace {

using namespace edgenn;
using tag = edgenn::EDGENN_TESTED_TAG;

/// The most bytes of values alive at once, whatever kernels need beside them.
template <const auto& Net>
constexpr long long lower_bound() {
  constexpr const auto& graph = model<Net, smallest<tag>>::graph;
  static_array<kernel_needs, graph.node_count> needs = detail::bound<Net, smallest<tag>>::needs;
  for (kernel_needs& n : needs) n.scratch_bytes = n.input_gap = 0;
  return plan_memory(graph, needs, sizeof(float), tag::alignment).lower_bound_bytes;
}

int failures = 0;

template <const auto& Net>
void report(const char* name) {
  constexpr long long least = lower_bound<Net>();
  constexpr int small = model<Net, smallest<tag>>::arena_bytes, fast = model<Net, tag>::arena_bytes;
  const auto percent = [](long long bytes) { return 100. * static_cast<double>(bytes - least) / least; };
  std::cout << name << ": values " << std::noshowpos << least << " bytes; smallest " << small << std::showpos
            << " (" << percent(small) << " %), fastest " << std::noshowpos << fast << std::showpos << " ("
            << percent(fast) << " %)\n";
  failures += small > least + least / 20;
}

}  // namespace

int main() {
  std::cout << std::fixed << std::setprecision(1);
  report<networks::lenet_300_100>("LeNet-300-100");
  report<networks::lenet5>("LeNet-5");
  report<networks::alexnet>("AlexNet");
  report<networks::alexnet_ungrouped>("AlexNet, ungrouped");
  report<networks::vgg16>("VGG-16");
  report<networks::googlenet>("GoogLeNet");
  report<networks::googlenet_without_lrn>("GoogLeNet without LRN");
  report<networks::squeezenet_v1_0>("SqueezeNet v1.0");
  report<networks::squeezenet_v1_1>("SqueezeNet v1.1");
  report<networks::mobilenet_v1<25, 128>>("MobileNet v1 0.25-128");
  report<networks::mobilenet_v1<50, 160>>("MobileNet v1 0.50-160");
  report<networks::mobilenet_v1<75, 192>>("MobileNet v1 0.75-192");
  report<networks::mobilenet_v1<100, 224>>("MobileNet v1 1.0-224");
  report<networks::person_cnn>("person CNN");
  if (failures > 0) std::cout << failures << " arenas exceed the values by more than 5 %\n";
  return failures > 0;
}
