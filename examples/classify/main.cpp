// Says what photos show: the five most probable classes. The network is in classifier.hpp, which
// edgenn-import wrote or, without a model, builtin/classifier.hpp.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <new>
#include <numeric>
#include <string>
#include <vector>

#include "class_names.hpp"
#include "classifier.hpp"
#include "classifier_weights.hpp"
#include "error.hpp"
#include "files.hpp"
#include "loaded_model.hpp"
#include "photo.hpp"
#include "text.hpp"

namespace {

constexpr int classes = classifier[classifier.output(0)].out.size();
constexpr auto size = static_cast<std::size_t>(classifier[0].out.size());  // of the input

/// Whether the network's last function is softmax; what only changes the shape does not count.
constexpr bool ends_with_softmax() {
  int i = classifier.output(0);
  while (classifier[i].layer.template is<edgenn::reshape>()
         || classifier[i].layer.template is<edgenn::flatten>()
         || classifier[i].layer.template is<edgenn::identity>())
    i = classifier[i].input(0);
  return classifier[i].layer.template is<edgenn::softmax>();
}

std::vector<float> probabilities(std::span<const float> outputs) {
  std::vector<float> p(outputs.begin(), outputs.end());
  if constexpr (!ends_with_softmax()) {
    const float top = *std::max_element(p.begin(), p.end());
    for (float& v : p) v = std::exp(v - top);
    const float sum = std::accumulate(p.begin(), p.end(), 0.0f);
    for (float& v : p) v /= sum;
  }
  return p;
}

struct options {
  std::vector<std::string> photos;
  std::string labels, weights;
  int top = 5;
  bool whole = false;
};

bool parse(int count, char** arguments, options& o) {
  CLI::App app{"Says what photos show.", "classify"};
  app.add_option("PHOTO", o.photos, "PNG, JPEG, BMP, GIF or PNM files")->required();
  app.add_option("--labels", o.labels, "a text file with the name of a class on each line")
      ->type_name("FILE");
  app.add_option("--top", o.top, "how many classes to print")->capture_default_str()->type_name("N");
  app.add_flag("--whole", o.whole,
               "distort photos that are not as wide and high as the network's input, instead of "
               "taking their middle");
  app.add_option("--weights", o.weights, "weights to use instead of those in the program")->type_name("FILE");
  try {
    app.parse(count, arguments);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return false;
  } catch (const CLI::ParseError& e) {
    throw input_error{"command line", e.what()};
  }
  if (o.top < 1) throw input_error{"--top", "found " + std::to_string(o.top) + ", expected at least 1"};
  return true;
}

void run(const options& o) {
  const class_names names{o.labels};
  if (!o.labels.empty() && names.size() != classes)
    throw input_error{o.labels, "found " + count_of(names.size(), "name") + ", expected "
                                    + std::to_string(classes) + ", the classes of the network"};
  auto& net = o.weights.empty() ? loaded_model<classifier>(classifier_weights, "weights")
                                : loaded_model<classifier>(read_file(o.weights), o.weights);
  for (const std::string& path : o.photos) {
    const photo p = read_photo(path);
    const auto x = network_input(p, classifier_preprocessing, o.whole ? fit::stretch : fit::crop);
    const auto found = probabilities(net.run(std::span<const float, size>{x}));

    std::vector<int> order(found.size());
    std::iota(order.begin(), order.end(), 0);
    const auto shown = order.begin() + std::min(o.top, classes);
    std::partial_sort(order.begin(), shown, order.end(), [&](int a, int b) {
      const float pa = found[static_cast<std::size_t>(a)], pb = found[static_cast<std::size_t>(b)];
      return pa > pb || (pa == pb && a < b);
    });
    std::printf("%s\n", path.c_str());
    for (auto c = order.begin(); c != shown; ++c)
      std::printf("  %9s  %s\n", percent(static_cast<double>(found[static_cast<std::size_t>(*c)])).c_str(),
                  names[*c].c_str());
  }
}

}  // namespace

int main(int count, char** arguments) try {
  options o;
  if (parse(count, arguments, o)) run(o);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw input_error{"standard output", "cannot be written"};
  return 0;
} catch (const input_error& e) {
  std::fflush(stdout);
  std::fprintf(stderr, "classify: %s\n", e.what());
  return 2;
} catch (const std::bad_alloc&) {
  std::fprintf(stderr, "classify: found too little memory\n");
  return 2;
}
