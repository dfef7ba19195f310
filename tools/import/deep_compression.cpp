#include "deep_compression.hpp"

#include <bit>
#include <cstdint>

namespace edgenn::import {

namespace {

/// Numbers and streams of the file, in order.
class stream {
 public:
  stream(std::span<const std::byte> bytes, const std::string& file) : bytes_{bytes}, file_{file} {}

  [[noreturn]] void refuse(const std::string& why) const {
    throw import_error{file_ + ": at byte " + std::to_string(at_) + ": " + why};
  }

  std::span<const std::byte> take(std::size_t count, const std::string& what) {
    if (count > bytes_.size() - at_)
      refuse(what + ": found " + std::to_string(bytes_.size() - at_) + " bytes, expected "
             + std::to_string(count));
    at_ += count;
    return bytes_.subspan(at_ - count, count);
  }
  std::uint32_t number(const std::string& what) {
    std::uint32_t v = 0;
    int shift = 0;
    for (const std::byte b : take(4, what)) {
      v |= static_cast<std::uint32_t>(b) << shift;
      shift += 8;
    }
    return v;
  }
  std::vector<float> floats(std::size_t count, const std::string& what) {
    std::vector<float> list(count);
    for (float& v : list) v = std::bit_cast<float>(number(what));
    return list;
  }
  void expect_end() const {
    if (at_ != bytes_.size())
      refuse("found " + std::to_string(bytes_.size() - at_) + " more bytes, expected none");
  }

 private:
  std::span<const std::byte> bytes_;
  const std::string& file_;
  std::size_t at_ = 0;
};

/// Builds SqueezeNet v1.0 (Iandola et al. 2016, table 1, and the authors' prototxt) while it reads the
/// weights.
class squeezenet_reader {
 public:
  squeezenet_reader(std::span<const std::byte> bytes, const std::string& file) : stream_{bytes, file} {}

  target read() {
    for (int i = 0; i < convolutions; ++i)
      stored_.push_back(stream_.number("weights of layer " + std::to_string(i + 1)));
    int x = net_.input({227, 227, 3}, "data");
    x = convolution(x, {.filters = 96, .kernel = 7, .stride = 2, .act = relu}, "conv1");
    x = pool(x, "pool1");
    x = fire(fire(fire(x, 16, 64, "fire2"), 16, 64, "fire3"), 32, 128, "fire4");
    x = pool(x, "pool4");
    x = fire(fire(x, 32, 128, "fire5"), 48, 192, "fire6");
    x = fire(fire(x, 48, 192, "fire7"), 64, 256, "fire8");
    x = pool(x, "pool8");
    x = fire(x, 64, 256, "fire9");
    x = convolution(x, {.filters = 1000, .kernel = 1, .pad = 1, .act = relu}, "conv10");
    x = net_.append(global_average_pool{}, x, "pool10");
    net_.output(net_.append(softmax{}, x, "prob"), "prob");
    stream_.expect_end();
    std::uint64_t stored = 0;
    for (const std::uint32_t n : stored_) stored += n;
    net_.note(std::to_string(stored) + " weights are stored, the others are zero");
    return std::move(net_);
  }

 private:
  static constexpr int convolutions = 26;

  int pool(int x, const char* name) {
    return net_.append(max_pool2d{.window = 3, .stride = 2, .round = rounding::up}, x, name);
  }
  int fire(int x, int squeeze, int expand, const std::string& name) {
    x = convolution(x, {.filters = squeeze, .kernel = 1, .act = relu}, name + "/squeeze1x1");
    const int parts[] = {
        convolution(x, {.filters = expand, .kernel = 1, .act = relu}, name + "/expand1x1"),
        convolution(x, {.filters = expand, .kernel = 3, .pad = 1, .act = relu}, name + "/expand3x3")};
    return net_.append(concat_layer{}, std::span<const int>{parts}, {}, name + "/concat");
  }
  int convolution(int x, const conv2d& l, const std::string& name) {
    return net_.append(l, std::span<const int>{&x, 1}, weights(l, net_.shape_of(x).c, name), name);
  }

  /// A codebook, biases, a code for each stored weight and the gaps before them. What is not stored is zero.
  std::vector<std::vector<float>> weights(const conv2d& l, int channels, const std::string& name) {
    constexpr int bits = 8;  // of codes in convolutions
    const std::size_t stored = stored_[next_++], depth = static_cast<std::size_t>(channels);
    const std::size_t taps = static_cast<std::size_t>(l.kernel.h) * static_cast<std::size_t>(l.kernel.w);
    const std::size_t count = static_cast<std::size_t>(l.filters) * depth * taps;
    if (stored > count)
      stream_.refuse(name + ": " + std::to_string(stored) + " weights are stored, expected at most "
                     + std::to_string(count));
    const std::vector<float> codebook = stream_.floats(std::size_t{1} << bits, name + ", codebook");
    std::vector<float> bias = stream_.floats(static_cast<std::size_t>(l.filters), name + ", biases");
    const std::span<const std::byte> codes = stream_.take(stored * bits / 8, name + ", codes");
    const std::span<const std::byte> gaps = stream_.take((stored + 1) / 2, name + ", gaps");
    std::vector<float> kernel(count);
    std::size_t at = 0;  // in the order filter, channel, row, column
    for (std::size_t i = 0; i < stored; ++i, ++at) {
      at += static_cast<unsigned>(gaps[i / 2]) >> (i % 2 * 4) & 15u;
      if (at >= count)
        stream_.refuse(name + ": gap " + std::to_string(i) + " leads beyond the " + std::to_string(count)
                       + " weights");
      const std::size_t filter = at / taps / depth, channel = at / taps % depth, tap = at % taps;
      kernel[(filter * taps + tap) * depth + channel] = codebook[static_cast<std::size_t>(codes[i])];
    }
    return {std::move(kernel), std::move(bias)};
  }

  stream stream_;
  std::vector<std::uint32_t> stored_;  // weights by convolution
  std::size_t next_ = 0;               // convolution
  target net_;
};

}  // namespace

target read_deep_compression(std::span<const std::byte> bytes, const std::string& file) {
  return squeezenet_reader{bytes, file}.read();
}

}  // namespace edgenn::import
