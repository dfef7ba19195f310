// The reader of the Deep Compression format against files made here.
#include "deep_compression.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <string>

namespace {

using namespace edgenn;
using bytes = std::vector<std::byte>;

/// One stored weight: the gap before it and its code.
struct entry {
  unsigned gap, code;
};

/// A file of SqueezeNet v1.0 in which every layer stores the same entries.
class compressed_file {
 public:
  std::vector<entry> entries{{0, 1}, {15, 2}, {3, 0}, {2, 255}};
  std::uint32_t stored = 4;  // as the header says

  bytes made() {
    file_.clear();
    for (int i = 0; i < 26; ++i) put(stored);
    convolution(96);
    for (const int squeeze : {16, 16, 32, 32, 48, 48, 64, 64}) {
      convolution(squeeze);
      convolution(4 * squeeze);
      convolution(4 * squeeze);
    }
    convolution(1000);
    return file_;
  }

 private:
  void put(std::uint32_t v) {
    for (int i = 0; i < 4; ++i) file_.push_back(static_cast<std::byte>(v >> (8 * i)));
  }
  void put(float v) { put(std::bit_cast<std::uint32_t>(v)); }
  void convolution(int filters) {
    for (int code = 0; code < 256; ++code) put(static_cast<float>(code));
    for (int f = 0; f < filters; ++f) put(static_cast<float>(f));
    for (const entry& e : entries) file_.push_back(static_cast<std::byte>(e.code));
    for (std::size_t i = 0; i < entries.size(); i += 2) {
      const unsigned high = i + 1 < entries.size() ? entries[i + 1].gap : 0;
      file_.push_back(static_cast<std::byte>(entries[i].gap | high << 4));
    }
  }

  bytes file_;
};

std::string message_of(const bytes& file) {
  try {
    import::read_deep_compression(file, "bad.net");
    return {};
  } catch (const import::import_error& e) {
    return e.what();
  }
}

void check_refused(const bytes& file, const std::string& part) {
  const std::string message = message_of(file);
  CHECK(message.starts_with("bad.net: at byte "));
  CHECK(message.find('\n') == std::string::npos);
  CHECK_MESSAGE(message.find(part) != std::string::npos, message);
}

}  // namespace

TEST_CASE("weights go where the gaps say, from channels first to channels last") {
  const import::target t = import::read_deep_compression(compressed_file{}.made(), "good.net");
  CHECK(t.weight_count() == 1248424);
  CHECK(t.shape_of(t.outputs().at(0).node) == shape{1, 1, 1000});
  const std::span<const float> w = t.weights_of(1);  // 96 filters of 3 channels of 7 x 7
  REQUIRE(w.size() == 96 * 147 + 96);
  // Entries at 0, 16, 20 and 23 of the first filter's first channel: rows 0, 2, 2 and 3.
  CHECK(w[0] == 1);
  CHECK(w[16 * 3] == 2);
  CHECK(w[20 * 3] == 0);
  CHECK(w[23 * 3] == 255);
  float sum = 0;
  for (std::size_t i = 0; i < 96 * 147; ++i) sum += w[i];
  CHECK(sum == 258);
  CHECK(w[96 * 147 + 95] == 95);  // the last bias
}

TEST_CASE("entries beyond the first filter and channel") {
  compressed_file f;
  f.entries.assign(20, {15, 7});  // at 15, 31, ... 319
  f.stored = 20;
  const import::target t = import::read_deep_compression(f.made(), "good.net");
  const std::span<const float> w = t.weights_of(1);
  // 159 is filter 1, channel 0, tap 12; 63 is filter 0, channel 1, tap 14.
  CHECK(w[(1 * 49 + 12) * 3 + 0] == 7);
  CHECK(w[(0 * 49 + 14) * 3 + 1] == 7);
  CHECK(w[(1 * 49 + 13) * 3 + 0] == 0);
}

TEST_CASE("a layer of which nothing is stored") {
  compressed_file f;
  f.entries.clear();
  f.stored = 0;
  const import::target t = import::read_deep_compression(f.made(), "good.net");
  for (std::size_t i = 0; i < 96 * 147; ++i) CHECK(t.weights_of(1)[i] == 0);
}

TEST_CASE("empty and cut files") {
  const bytes whole = compressed_file{}.made();
  check_refused({}, "weights of layer 1: found 0 bytes, expected 4");
  for (const std::size_t size :
       {std::size_t{3}, std::size_t{103}, std::size_t{104}, std::size_t{2000}, whole.size() - 1})
    check_refused(bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), "expected");
}

TEST_CASE("bytes behind the last layer") {
  bytes file = compressed_file{}.made();
  file.push_back(std::byte{0});
  check_refused(file, "found 1 more bytes, expected none");
}

TEST_CASE("more stored weights than there are") {
  for (const std::uint32_t stored : {14113u, 0x80000000u, 0xFFFFFFFFu}) {
    compressed_file f;
    f.stored = stored;
    check_refused(f.made(),
                  "conv1: " + std::to_string(stored) + " weights are stored, expected at most 14112");
  }
}

TEST_CASE("gaps that lead beyond the weights") {
  compressed_file f;  // fire2/squeeze1x1 has 16 * 96 weights
  f.entries.assign(100, {15, 7});
  f.stored = 100;
  check_refused(f.made(), "fire2/squeeze1x1: gap 96 leads beyond the 1536 weights");
}
