// The accuracy of the trained networks on MNIST's 10,000 test digits, measured with edgenn itself.
// The weights are those of examples/weights, stored as fp16, unless a file is given. --help tells the rest.
// Exit status: 0, 1 if a requirement is not met, 2 for bad input, 77 if EDGENN_DATA_DIR is not set.
#include <zlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/networks/lenet_300_100.hpp>
#include <limits>
#include <map>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "error.hpp"
#include "files.hpp"
#include "lenet5_weights.hpp"
#include "lenet_300_100_weights.hpp"

namespace {

constexpr std::size_t digit_count = 10'000, pixel_count = std::size_t{28} * 28;
constexpr double largest_difference = 1e-4;  // to the reference probabilities

/// The content of a gzip file that must hold `size` bytes.
std::vector<std::uint8_t> read_gzip(const std::string& path, std::size_t size) {
  if (regular_file_size(path) == 0) throw input_error{path, "found no bytes, expected a gzip file"};
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) throw input_error{path, "cannot be opened"};
  std::vector<std::uint8_t> content(size + 1);  // one more shows whether there is too much
  const int count = gzread(file, content.data(), static_cast<unsigned>(content.size()));
  int status = Z_OK;
  const std::string message = gzerror(file, &status);
  const bool plain = gzdirect(file) != 0;
  gzclose(file);
  if (plain) throw input_error{path, "found no gzip file, expected one"};
  if (count < 0 || (status != Z_OK && status != Z_STREAM_END))
    throw input_error{path, "found damaged gzip data: " + message};
  content.resize(static_cast<std::size_t>(count));
  if (content.size() != size)
    throw input_error{path, "found " + std::string{content.size() > size ? "more than " : ""}
                                + std::to_string(std::min(content.size(), size))
                                + " bytes unpacked, expected " + std::to_string(size)};
  return content;
}

/// The elements of an idx file of bytes, whose header must state these dims.
template <std::size_t Rank>
std::vector<std::uint8_t> read_idx(const std::string& path, const std::array<std::size_t, Rank>& dims) {
  constexpr std::size_t header = 4 + 4 * Rank;
  std::size_t size = 1;
  for (const std::size_t d : dims) size *= d;
  std::vector<std::uint8_t> content = read_gzip(path, header + size);
  for (std::size_t word = 0; word <= Rank; ++word) {
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < 4; ++i) found = found << 8 | content[4 * word + i];
    // Two zeros, 8 for unsigned bytes, the number of dims; then the dims.
    const std::size_t expected = word == 0 ? 0x0800 + Rank : dims[word - 1];
    if (found != expected)
      throw input_error{path, "found " + std::to_string(found) + " at byte " + std::to_string(4 * word)
                                  + " of the idx header, expected " + std::to_string(expected)};
  }
  content.erase(content.begin(), content.begin() + header);
  return content;
}

struct mnist {
  std::vector<std::uint8_t> images, labels;
};

mnist read_mnist(const std::string& folder) {
  mnist data;
  data.images = read_idx<3>(folder + "/mnist/t10k-images-idx3-ubyte.gz", {digit_count, 28, 28});
  const std::string labels = folder + "/mnist/t10k-labels-idx1-ubyte.gz";
  data.labels = read_idx<1>(labels, {digit_count});
  const auto wrong = std::find_if(data.labels.begin(), data.labels.end(), [](auto l) { return l > 9; });
  if (wrong != data.labels.end())
    throw input_error{labels, "found label " + std::to_string(*wrong) + ", expected 0 to 9"};
  return data;
}

struct options {
  std::string network = "all", weights, reference;
  std::map<std::string, double> require;
};

std::vector<float> read_reference(const std::string& path) {
  const std::vector<std::byte> file = read_file(path);
  constexpr std::size_t record = 10 * sizeof(float);
  if (file.empty() || file.size() % record != 0 || file.size() > digit_count * record)
    throw input_error{path, "found " + std::to_string(file.size()) + " bytes, expected 40 for each of 1 to "
                                + std::to_string(digit_count) + " digits"};
  std::vector<float> probabilities(file.size() / sizeof(float));
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 4; ++k) bits |= static_cast<std::uint32_t>(file[4 * i + k]) << (8 * k);
    probabilities[i] = std::bit_cast<float>(bits);
  }
  return probabilities;
}

/// Measures one network; whether it meets what is required of it.
template <const auto& Net>
bool measure(const std::string& name, std::span<const std::byte> in_program, const options& o,
             const mnist& data) {
  std::vector<std::byte> file;
  if (!o.weights.empty()) file = read_file(o.weights);
  static std::array<float, Net.weight_count> memory;
  const auto weights = edgenn::read_weights<Net>(o.weights.empty() ? in_program : file, memory);
  if (!weights)
    throw input_error{o.weights.empty() ? "weights in the program" : o.weights,
                      std::string{weights.error().message().view()}};
  static edgenn::model<Net, edgenn::reference> net{*weights};

  std::vector<float> reference;
  if (!o.reference.empty()) reference = read_reference(o.reference);
  using clock = std::chrono::steady_clock;
  clock::duration time{};
  std::size_t right = 0;
  double difference = 0;
  for (std::size_t i = 0; i < digit_count; ++i) {
    std::array<float, pixel_count> image;
    for (std::size_t p = 0; p < pixel_count; ++p)
      image[p] = static_cast<float>(data.images[i * pixel_count + p]) / 256;
    const auto start = clock::now();
    const std::span<const float, 10> probabilities = net.run(image);
    time += clock::now() - start;
    right += std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin()
             == data.labels[i];
    for (std::size_t k = 0; k < 10 && 10 * i + k < reference.size(); ++k) {
      const double d =
          std::abs(static_cast<double>(probabilities[k]) - static_cast<double>(reference[10 * i + k]));
      if (std::isnan(d))
        difference = std::numeric_limits<double>::infinity();
      else
        difference = std::max(difference, d);
    }
  }

  const double percent = 100.0 * static_cast<double>(right) / digit_count;
  const double ms = std::chrono::duration<double, std::milli>(time).count() / digit_count;
  std::printf("%s: %zu,%03zu of 10,000 (%.2f %%), %.3f ms for each digit (mean, backend reference)\n",
              name.c_str(), right / 1000, right % 1000, percent, ms);
  bool met = true;
  if (const auto required = o.require.find(name); required != o.require.end() && percent < required->second) {
    std::printf("%s: below the required %.2f %%\n", name.c_str(), required->second);
    met = false;
  }
  if (!reference.empty()) {
    std::printf("%s: probabilities of %zu digits differ by at most %.2e from the reference\n", name.c_str(),
                reference.size() / 10, difference);
    if (!(difference <= largest_difference)) {
      std::printf("%s: more than the allowed %.0e\n", name.c_str(), largest_difference);
      met = false;
    }
  }
  return met;
}

bool is_network(const std::string& name) { return name == "lenet5" || name == "lenet_300_100"; }

/// Takes "lenet5=99" apart.
void add_requirement(options& o, const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string network = text.substr(0, equals);
  const std::string number = equals == text.npos ? "" : text.substr(equals + 1);
  char* end = nullptr;
  const double percent = std::strtod(number.c_str(), &end);
  if (!is_network(network) || number.empty() || *end != '\0' || !(percent >= 0 && percent <= 100))
    throw input_error{"--require",
                      "found " + text + ", expected a network and a percentage such as lenet5=99"};
  o.require[network] = percent;
}

/// The options, or none where the command line asked for help and got it.
std::optional<options> parse(int count, char** arguments) {
  options o;
  std::vector<std::string> required;
  CLI::App app{
      "Reads MNIST's 10,000 test digits with networks trained on the others, and counts what is right.\n"
      "EDGENN_DATA_DIR names the folder that holds mnist/t10k-images-idx3-ubyte.gz and "
      "mnist/t10k-labels-idx1-ubyte.gz.",
      "mnist_accuracy"};
  app.add_option("--network", o.network, "lenet5, lenet_300_100 or all")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--weights", o.weights, "weights to use instead of those in the program")->type_name("FILE");
  app.add_option("--require", required, "exit with status 1 if fewer percent are right, such as lenet5=99")
      ->type_name("NETWORK=PERCENT")
      ->allow_extra_args(false);
  app.add_option("--reference-probabilities", o.reference,
                 "what another framework computed from the same weights: little-endian floats, ten for each "
                 "digit, for the first digits or all")
      ->type_name("FILE");
  try {
    app.parse(count, arguments);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return std::nullopt;
  } catch (const CLI::ParseError& e) {
    throw input_error{"command line", e.what()};
  }
  for (const std::string& text : required) add_requirement(o, text);
  if (!is_network(o.network) && o.network != "all")
    throw input_error{"--network", "found " + o.network + ", expected lenet5, lenet_300_100 or all"};
  if (o.network == "all" && !(o.weights.empty() && o.reference.empty()))
    throw input_error{"--network",
                      "found all, expected one network: --weights and --reference-probabilities are for one"};
  return o;
}

/// Measures what the options ask for. Returns the exit status.
int run(const options& o) {
  const char* folder = std::getenv("EDGENN_DATA_DIR");
  if (folder == nullptr || *folder == '\0') {
    std::puts("skipped: EDGENN_DATA_DIR is not set");
    return 77;
  }
  const mnist data = read_mnist(folder);
  const auto wanted = [&](const char* name) { return o.network == name || o.network == "all"; };
  namespace networks = edgenn::networks;
  bool met = true;
  if (wanted("lenet5")) met = measure<networks::lenet5>("lenet5", lenet5_weights, o, data) && met;
  if (wanted("lenet_300_100"))
    met = measure<networks::lenet_300_100>("lenet_300_100", lenet_300_100_weights, o, data) && met;
  return met ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) try {
  const std::optional<options> o = parse(count, arguments);
  const int status = o ? run(*o) : 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw input_error{"standard output", "cannot be written"};
  return status;
} catch (const input_error& e) {
  std::fprintf(stderr, "mnist_accuracy: %s\n", e.what());
  return 2;
} catch (const std::bad_alloc&) {
  std::fprintf(stderr, "mnist_accuracy: found too little memory\n");
  return 2;
}
