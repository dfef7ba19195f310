// Reads handwritten digits from images with LeNet-5. How it reads one: `load` and `read_digit`; the rest
// finds digits in images and reports.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/networks/lenet_300_100.hpp>
#include <edgenn/prove.hpp>
#include <filesystem>
#include <iostream>

#include "confusions.hpp"
#include "error.hpp"
#include "files.hpp"
#include "image.hpp"
#include "labels.hpp"
#include "lenet5_weights.hpp"
#include "lenet_300_100_weights.hpp"
#include "normalization.hpp"
#include "options.hpp"
#include "segmentation.hpp"
#include "text.hpp"

namespace {

template <const auto& Net>
using model = edgenn::model<Net, edgenn::reference>;

/// The model of `Net` with the weights in `file`; `name` is for messages.
template <const auto& Net>
model<Net>& load(std::span<const std::byte> file, const std::string& name) {
  static std::array<float, Net.weight_count> weights;
  const auto opened = edgenn::weights_file<Net>::open(file);
  if (!opened) throw input_error{name, std::string{opened.error().message().view()}};
  opened->copy_to(weights);  // fp16 in the file becomes float
  static model<Net> net{weights};

  // A file that holds an input with its expected output proves itself.
  std::array<float, net.template in<>.size()> input;
  const edgenn::proof proof = edgenn::prove(net, *opened, input);
  if (proof.has_golden && !proof.holds(1e-4f))
    throw input_error{name, "found an output that differs by " + std::to_string(proof.largest_error)
                                + " from the one in the file, expected at most 0.0001"};
  return net;
}

/// What the network made of one digit.
struct reading {
  std::array<float, 10> probabilities{};
  double microseconds = 0;

  /// The digits, the most probable first.
  std::array<int, 10> ranking() const {
    std::array<int, 10> order{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return of(a) > of(b); });
    return order;
  }
  int digit() const { return ranking()[0]; }
  float of(int digit) const { return probabilities[static_cast<std::size_t>(digit)]; }
};

template <const auto& Net>
reading read_digit(model<Net>& net, const mnist_digit& image) {
  using clock = std::chrono::steady_clock;
  reading r;
  const auto start = clock::now();
  const std::span<const float, 10> probabilities = net.run(image);
  r.microseconds = std::chrono::duration<double, std::micro>(clock::now() - start).count();
  std::copy(probabilities.begin(), probabilities.end(), r.probabilities.begin());
  return r;
}

/// "7 (98.21 %), then 1 (1.10 %), 2 (0.45 %)".
std::string described(const reading& r) {
  std::string text;
  for (std::size_t place = 0; place < 3; ++place) {
    const int digit = r.ranking()[place];
    if (place > 0) text += place == 1 ? ", then " : ", ";
    text += std::to_string(digit) + " (" + percent(static_cast<double>(r.of(digit))) + ")";
  }
  return text;
}

struct sheet {
  std::string path;
  page lines;

  std::size_t count(bool empty) const {
    std::size_t n = 0;
    for (const auto& line : lines)
      for (const glyph& g : line) n += g.empty() == empty;
    return n;
  }
};

sheet read_sheet(const std::string& path, const options& o) {
  const grey_image image = read_image(path);
  sheet s{path, o.cell ? cut_cells(image, o.cell->width, o.cell->height, path) : find_digits(image, path)};
  if (s.count(false) == 0)
    throw input_error{path, "found no digit in " + std::to_string(image.width) + "x"
                                + std::to_string(image.height) + " pixels, expected at least one"};
  return s;
}

/// Reads and prints the digits of a sheet, and appends them to `readings` and `images`.
template <const auto& Net>
void read_lines(model<Net>& net, const sheet& s, const options& o, std::vector<reading>& readings,
                std::vector<mnist_digit>& images) {
  const std::size_t digits = s.count(false), empty_cells = s.count(true);
  const bool single = digits == 1 && empty_cells == 0;
  if (!single) {
    std::cout << s.path << ": " << count_of(digits, "digit") << " in " << count_of(s.lines.size(), "line");
    if (empty_cells > 0) std::cout << ", " << count_of(empty_cells, "empty cell");
    std::cout << '\n';
  }
  for (std::size_t row = 0; row < s.lines.size(); ++row) {
    std::string text;
    for (std::size_t column = 0; column < s.lines[row].size(); ++column) {
      const glyph& g = s.lines[row][column];
      const std::string place =
          single ? s.path : "  line " + std::to_string(row + 1) + ", place " + std::to_string(column + 1);
      if (g.empty()) {
        text += '.';
        if (o.verbose) std::cout << place << ": empty\n";
        continue;
      }
      images.push_back(normalized(g));
      readings.push_back(read_digit<Net>(net, images.back()));
      text += std::to_string(readings.back().digit());
      if (o.verbose || (single && !o.quiet)) std::cout << place << ": " << described(readings.back()) << '\n';
    }
    if (!single && !o.quiet && !o.verbose) std::cout << "  " << text << '\n';
  }
}

void report_accuracy(const options& o, const std::vector<int>& labels, const std::vector<reading>& readings,
                     const std::vector<mnist_digit>& images) {
  std::vector<labelled_digit> digits;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const int read_as = readings[i].digit();
    digits.push_back({images[i], labels[i], read_as, readings[i].of(read_as)});
  }
  const auto right = static_cast<std::size_t>(
      std::count_if(digits.begin(), digits.end(), [](const auto& d) { return d.label == d.read_as; }));
  const std::string result = grouped(right) + " of " + count_of(digits.size(), "digit") + " read correctly ("
                             + percent(static_cast<double>(right) / static_cast<double>(digits.size())) + ")";
  std::cout << result << '\n';
  if (o.picture.empty()) return;
  std::string source = std::filesystem::path{o.images.front()}.filename().string();
  if (o.images.size() > 1) source += " and others";
  draw_confusions(o.picture, result, source + ", read by " + o.network, digits);
  std::cout << "confusions drawn in " << o.picture << '\n';
}

template <const auto& Net>
void run(const options& o, std::span<const std::byte> weights_in_program) {
  std::vector<std::byte> file;
  if (!o.weights.empty()) file = read_file(o.weights);
  model<Net>& net = o.weights.empty() ? load<Net>(weights_in_program, "weights in the program")
                                      : load<Net>(file, o.weights);

  std::vector<int> labels;
  if (o.labels) labels = read_labels(*o.labels);
  std::vector<sheet> sheets;
  std::size_t found = 0;
  for (const std::string& path : o.images) {
    sheets.push_back(read_sheet(path, o));
    found += sheets.back().count(false);
  }
  if (o.labels && labels.size() != found)
    throw input_error{"--labels", "found " + count_of(labels.size(), "label") + ", expected " + grouped(found)
                                      + ", one for each digit found in "
                                      + (sheets.size() == 1 ? sheets[0].path : "the images")};

  std::vector<reading> readings;
  std::vector<mnist_digit> images;
  for (const sheet& s : sheets) read_lines<Net>(net, s, o, readings, images);
  if (o.labels) report_accuracy(o, labels, readings, images);

  std::vector<double> times;
  times.reserve(readings.size());
  for (const reading& r : readings) times.push_back(r.microseconds);
  const auto median = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), median, times.end());
  std::cout << grouped(static_cast<std::uint64_t>(std::lround(*median)))
            << " \u00b5s for each digit (median of " << count_of(times.size(), "inference")
            << ", backend reference, one thread)\n"
            << o.network << ": arena " << grouped(model<Net>::arena_bytes) << " bytes, weights "
            << grouped(model<Net>::weight_bytes) << " bytes as float\n";
  if (!std::cout.flush()) throw input_error{"standard output", "cannot be written"};
}

}  // namespace

int main(int count, char** arguments) try {
  const std::optional<options> o = parse_options(count, arguments);
  if (!o) return 0;
  namespace networks = edgenn::networks;
  if (o->network == "lenet5")
    run<networks::lenet5>(*o, lenet5_weights);
  else if (o->network == "lenet_300_100")
    run<networks::lenet_300_100>(*o, lenet_300_100_weights);
  else
    throw input_error{"--network", "found " + o->network + ", expected lenet5 or lenet_300_100"};
  return 0;
} catch (const input_error& e) {
  std::cout.flush();
  std::fprintf(stderr, "digits: %s\n", e.what());
  return 2;
} catch (const std::bad_alloc&) {
  std::fprintf(stderr, "digits: found too little memory\n");
  return 2;
}
