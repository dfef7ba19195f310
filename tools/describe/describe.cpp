// edgenn-describe: what a weights file of a network must hold, as JSON for programs that write one; with
// --summary the network as a table for people.
#include <array>
#include <cinttypes>
#include <cstdio>
#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/networks/lenet_300_100.hpp>
#include <edgenn/networks/mobilenet_v1.hpp>
#include <edgenn/networks/person_far.hpp>
#include <edgenn/networks/person_medium.hpp>
#include <edgenn/networks/person_near.hpp>
#include <edgenn/summary.hpp>
#include <edgenn/weight_tensors.hpp>
#include <string>
#include <string_view>

namespace {

void print_shape(edgenn::shape s) {
  if (s.d != 1) std::printf("[%d,%d,%d,%d]", s.d, s.h, s.w, s.c);
  if (s.d == 1) std::printf("[%d,%d,%d]", s.h, s.w, s.c);
}

template <const auto& Net>
void print_json(const char* name) {
  std::printf("{\"name\": \"%s\", \"fingerprint\": \"0x%016" PRIx64 "\",\n \"inputs\": [", name,
              edgenn::fingerprint(Net));
  const char* separator = "";
  const auto next = [&](const char* between) {
    std::printf("%s", separator);
    separator = between;
  };
  for (int k = 0; k < Net.input_count; ++k) {
    next(", ");
    print_shape(Net[k].out);
  }
  std::printf("], \"outputs\": [");
  separator = "";
  for (int k = 0; k < Net.output_count; ++k) {
    next(", ");
    print_shape(Net[Net.output(k)].out);
  }
  std::printf("], \"weight_count\": %d,\n \"tensors\": [", Net.weight_count);
  separator = "\n  ";
  edgenn::for_each_weight_tensor<Net>([&](const edgenn::network_tensor& t) {
    next(",\n  ");
    std::printf("{\"node\": %d, \"layer\": \"%s\", \"tensor\": \"%s\", \"dims\": [", t.node, t.layer,
                t.tensor.name);
    for (int axis = 0; axis < t.tensor.rank; ++axis)
      std::printf("%s%d", axis == 0 ? "" : ",", t.tensor.dims[axis]);
    std::printf("]}");
  });
  std::printf("]}\n");
}

template <const auto& Net>
void print_summary() {
  edgenn::summary<edgenn::model<Net, edgenn::reference>>(
      [](std::string_view line) { std::printf("%.*s\n", static_cast<int>(line.size()), line.data()); });
}

struct known_network {
  const char* name;
  void (*json)(const char* name);
  void (*summary)();
};

template <const auto& Net>
constexpr known_network known(const char* name) {
  return {name, print_json<Net>, print_summary<Net>};
}

namespace networks = edgenn::networks;
constexpr std::array all_networks{
    known<networks::lenet5>("lenet5"),
    known<networks::lenet_300_100>("lenet_300_100"),
    known<networks::mobilenet_v1<100, 224>>("mobilenet_v1_100_224"),
    known<networks::mobilenet_v1<75, 192>>("mobilenet_v1_75_192"),
    known<networks::mobilenet_v1<50, 160>>("mobilenet_v1_50_160"),
    known<networks::mobilenet_v1<25, 128>>("mobilenet_v1_25_128"),
    known<networks::person_far<32, 16>>("person_far"),
    known<networks::person_medium<64, 32>>("person_medium"),
    known<networks::person_medium<64, 32, networks::person_width::slim>>("person_medium_slim"),
    known<networks::person_near<128, 64>>("person_near"),
    known<networks::person_near<128, 64, networks::person_width::slim>>("person_near_slim"),
    known<networks::person_near<128, 64, networks::person_width::wide>>("person_near_wide"),
};

std::string names() {
  std::string list;
  for (const known_network& n : all_networks) list += (list.empty() ? "" : ", ") + std::string{n.name};
  return list;
}

int fail(const std::string& message) {
  std::fprintf(stderr, "edgenn-describe: %s\n", message.c_str());
  return 2;
}

/// A full disk shows only when the buffer is written out.
int finished() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return fail("standard output cannot be written");
  return 0;
}

constexpr const char* usage =
    "usage: edgenn-describe NETWORK             its fingerprint, shapes and weight tensors as JSON\n"
    "       edgenn-describe --summary NETWORK   its layers as a table\n"
    "       edgenn-describe --list              the names of the networks\n";

}  // namespace

int main(int count, char** arguments) {
  bool summary = false;
  std::string_view wanted;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--help" || argument == "-h") {
      std::fputs(usage, stdout);
      return finished();
    }
    if (argument == "--list") {
      for (const known_network& n : all_networks) std::puts(n.name);
      return finished();
    }
    if (argument == "--summary")
      summary = true;
    else if (argument.starts_with('-'))
      return fail("unknown option " + std::string{argument} + ", expected --summary, --list or --help");
    else if (!wanted.empty())
      return fail("found a second network " + std::string{argument} + ", expected one");
    else
      wanted = argument;
  }
  if (wanted.empty()) return fail("no network named, expected one of " + names());
  for (const known_network& n : all_networks)
    if (wanted == n.name) {
      summary ? n.summary() : n.json(n.name);
      return finished();
    }
  return fail("unknown network " + std::string{wanted} + ", expected one of " + names());
}
