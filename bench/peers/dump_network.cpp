// Describes a network for other libraries: layers, parameters and wiring as JSON, synthetic weights and one
// input as raw floats in the order of the library's weights files.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../networks.hpp"
#include "../synthetic.hpp"

namespace {

constexpr const char* program = "dump_network";
using network = std::remove_cvref_t<decltype(bench::networks::lenet5)>;

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "%s: %s\n", program, message.c_str());
  std::exit(2);
}

/// A file that appears under its name only when it is complete.
class output_file {
 public:
  explicit output_file(const std::filesystem::path& path) : path_{path}, part_{path} {
    part_ += ".part";
    file_ = std::fopen(part_.c_str(), "wb");
    if (file_ == nullptr) fail(part_.string() + " cannot be written");
  }
  std::FILE* get() const { return file_; }
  void write(std::span<const float> values) {
    if (std::fwrite(values.data(), sizeof(float), values.size(), file_) != values.size())
      fail(part_.string() + " cannot be written");
  }
  void finish() {
    const bool failed = std::ferror(file_) != 0;
    if (std::fclose(file_) != 0 || failed) fail(part_.string() + " cannot be written");
    std::error_code error;
    std::filesystem::rename(part_, path_, error);
    if (error) fail(path_.string() + " cannot be written: " + error.message());
  }

 private:
  std::filesystem::path path_, part_;
  std::FILE* file_;
};

const char* known_name(edgenn::activation_kind kind) {
  switch (kind) {
    case edgenn::activation_kind::none:
      return "none";
    case edgenn::activation_kind::relu:
      return "relu";
    case edgenn::activation_kind::clip:
      return "clip";
    default:
      fail("an activation other than none, relu and clip: the other libraries' networks lack it");
  }
}

/// What only the compiler may ask a layer: its shape rules refuse by calling functions that do not exist.
struct node_facts {
  edgenn::window2d window{};
  edgenn::window_axis depth{};
  edgenn::weight_tensors tensors;
  bool is_known = true;
};

consteval node_facts facts_of(const edgenn::node& n, edgenn::shape in) {
  const edgenn::any_layer& l = n.layer;
  if (l.is<edgenn::conv2d>()) {
    const auto conv = l.as<edgenn::conv2d>();
    return {conv.window(in), {}, conv.weights(in)};
  }
  if (l.is<edgenn::depthwise_conv2d>()) {
    const auto conv = l.as<edgenn::depthwise_conv2d>();
    return {conv.window(in), {}, conv.weights(in)};
  }
  if (l.is<edgenn::dense>()) return {{}, {}, l.as<edgenn::dense>().weights(in)};
  if (l.is<edgenn::max_pool2d>()) return {l.as<edgenn::max_pool2d>().slide(in), {}, {}};
  if (l.is<edgenn::max_pool3d>()) {
    const edgenn::window3d w = l.as<edgenn::max_pool3d>().slide(in);
    return {{w.y, w.x}, w.z, {}};
  }
  const bool channels_joined =
      l.is<edgenn::concat_layer>() && l.as<edgenn::concat_layer>().along == edgenn::axis::channels;
  return {{},
          {},
          {},
          channels_joined || l.is<edgenn::lrn>() || l.is<edgenn::global_average_pool>()
              || l.is<edgenn::softmax>()};
}

/// A network without the layers that do nothing, and what there is to know of it.
struct known_network {
  const char* name = "";
  network net;
  edgenn::static_array<node_facts, network::capacity> facts;
};

template <const auto& Net>
consteval known_network known(const char* name) {
  known_network k{name, edgenn::fuse_activations(edgenn::remove_identities(edgenn::remove_unused(Net))), {}};
  for (int i = k.net.input_count; i < k.net.node_count; ++i)
    k.facts[i] = facts_of(k.net[i], k.net[k.net[i].input(0)].out);
  return k;
}

/// Writes one network. Every layer that the compared networks have is written here; others are refused.
class writer {
 public:
  writer(std::FILE* json, const known_network& known) : json_{json}, net_{known.net}, known_{known} {}

  void describe() {
    std::fprintf(json_, "{\"name\": \"%s\", \"macs\": %lld, \"weight_count\": %d,\n \"nodes\": [",
                 known_.name, net_.macs(), net_.weight_count);
    for (int i = 0; i < net_.node_count; ++i) describe_node(i);
    std::fputs("],\n \"outputs\": [", json_);
    for (int k = 0; k < net_.output_count; ++k)
      std::fprintf(json_, "%s%d", k == 0 ? "" : ", ", net_.output(k));
    std::fputs("]}\n", json_);
  }

 private:
  void describe_node(int i) {
    const edgenn::node& n = net_[i];
    std::fprintf(json_, "%s{\"layer\": \"%s\", \"inputs\": [", i == 0 ? "\n  " : ",\n  ", n.layer.name());
    for (int k = 0; k < n.input_count; ++k) std::fprintf(json_, "%s%d", k == 0 ? "" : ", ", n.input(k));
    std::fprintf(json_, "], \"out\": [%d, %d, %d, %d]", n.out.h, n.out.w, n.out.c, n.out.d);
    if (i >= net_.input_count) describe_layer(n, known_.facts[i]);
    std::fputs("}", json_);
  }

  void describe_layer(const edgenn::node& n, const node_facts& facts) {
    const edgenn::any_layer& l = n.layer;
    if (!facts.is_known) fail(std::string{"layer "} + l.name() + ": the other libraries' networks lack it");
    if (facts.window.x.kernel > 0) put(facts);
    if (l.is<edgenn::conv2d>()) std::fprintf(json_, ", \"groups\": %d", l.as<edgenn::conv2d>().groups);
    if (facts.tensors.count() > 0) put(n, facts.tensors, l.act());
    if (l.is<edgenn::lrn>()) {
      const auto norm = l.as<edgenn::lrn>();
      std::fprintf(json_, ", \"size\": %d, \"scale\": %.9g, \"beta\": %.9g, \"k\": %.9g", norm.size,
                   static_cast<double>(norm.scale()), static_cast<double>(norm.beta.value()),
                   static_cast<double>(norm.k.value()));
    }
  }

  /// Padding as it takes effect: what a window rounded up reaches beyond the stated padding counts too.
  void put(const node_facts& facts) {
    const auto axis = [this](const char* name, const edgenn::window_axis& a) {
      const int span = (a.kernel - 1) * a.dilation + 1;
      const int after = std::max(0, (a.out - 1) * a.stride + span - a.in - a.before);
      std::fprintf(
          json_, "\"%s\": {\"kernel\": %d, \"stride\": %d, \"dilation\": %d, \"before\": %d, \"after\": %d}",
          name, a.kernel, a.stride, a.dilation, a.before, after);
    };
    std::fputs(", \"window\": {", json_);
    if (facts.depth.kernel > 0) {
      axis("z", facts.depth);
      std::fputs(", ", json_);
    }
    axis("y", facts.window.y);
    std::fputs(", ", json_);
    axis("x", facts.window.x);
    std::fputs("}", json_);
  }

  void put(const edgenn::node& n, const edgenn::weight_tensors& tensors, const edgenn::activation& act) {
    std::fprintf(json_, ",\n   \"activation\": {\"kind\": \"%s\", \"minimum\": %.9g, \"maximum\": %.9g}",
                 known_name(act.kind), static_cast<double>(act.a.value()),
                 static_cast<double>(act.b.value()));
    std::fputs(", \"tensors\": {", json_);
    int offset = n.weight_offset;
    for (int t = 0; t < tensors.count(); ++t) {
      std::fprintf(json_, "%s\"%s\": {\"offset\": %d, \"dims\": [", t == 0 ? "" : ", ", tensors[t].name,
                   offset);
      for (int axis = 0; axis < tensors[t].rank; ++axis)
        std::fprintf(json_, "%s%d", axis == 0 ? "" : ", ", tensors[t].dims[axis]);
      std::fputs("]}", json_);
      offset += static_cast<int>(tensors[t].size());
    }
    std::fputs("}", json_);
  }

  std::FILE* json_;
  const network& net_;
  const known_network& known_;
};

void dump(const known_network& known, const std::filesystem::path& folder) {
  output_file weights{folder / "weights.f32"};
  weights.write(bench::synthetic_weights(known.net));
  weights.finish();
  output_file input{folder / "input.f32"};
  input.write(bench::synthetic_input(known.net));
  input.finish();
  output_file json{folder / "network.json"};
  writer{json.get(), known}.describe();
  json.finish();
}

namespace networks = bench::networks;
constexpr known_network all_networks[] = {
    known<networks::call>("call"),
    known<networks::lenet_300_100>("lenet_300_100"),
    known<networks::lenet5>("lenet5"),
    known<networks::mobilenet_v1_25_128>("mobilenet_v1_25_128"),
    known<networks::mobilenet_v1_25_128_caffe>("mobilenet_v1_25_128_caffe"),
    known<networks::mobilenet_v1_50_160>("mobilenet_v1_50_160"),
    known<networks::mobilenet_v1_75_192>("mobilenet_v1_75_192"),
    known<networks::mobilenet_v1_100_224>("mobilenet_v1_100_224"),
    known<networks::squeezenet_v1_0>("squeezenet_v1_0"),
    known<networks::squeezenet_v1_1>("squeezenet_v1_1"),
    known<networks::alexnet>("alexnet"),
    known<networks::alexnet_ungrouped>("alexnet_ungrouped"),
    known<networks::googlenet>("googlenet"),
    known<networks::googlenet_without_lrn>("googlenet_without_lrn"),
    known<networks::vgg16>("vgg16"),
    known<networks::person>("person"),
    known<networks::product_1000>("product_1000"),
    known<networks::filters_3x3>("filters_3x3"),
    known<networks::filters_5x5>("filters_5x5"),
    known<networks::filters_7x7>("filters_7x7"),
    known<networks::filters_9x9>("filters_9x9"),
    known<networks::filters_11x11>("filters_11x11"),
    known<networks::max_pool_2x2>("max_pool_2x2"),
    known<networks::max_pool_3x7x3>("max_pool_3x7x3"),
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) fail("expected two arguments, a network and a folder");
  const std::string_view wanted = arguments[1];
  for (const known_network& n : all_networks) {
    if (wanted != n.name) continue;
    dump(n, arguments[2]);
    return 0;
  }
  std::string names;
  for (const known_network& n : all_networks) names += (names.empty() ? "" : ", ") + std::string{n.name};
  fail("unknown network " + std::string{wanted} + ", expected one of " + names);
}
