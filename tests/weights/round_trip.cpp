#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <edgenn/prove.hpp>
#include <limits>
#include <string_view>
#include <tuple>

#include "networks.hpp"

namespace {

using namespace edgenn;

constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();

template <const auto& Net>
std::vector<float> copied(const weights_file<Net>& file) {
  std::vector<float> w(static_cast<std::size_t>(Net.weight_count), nan);
  file.copy_to(std::span<float, static_cast<std::size_t>(Net.weight_count)>{w.data(), w.size()});
  return w;
}

TEST_CASE("the file is the documented one, byte for byte") {
  const std::vector<float> w = some_floats(1, tiny_weights), x = some_floats(2, 4), y = some_floats(3, 3);
  for (const storage s : {storage::fp32, storage::fp16}) {
    const bytes b = written<tiny>(s, w, x, y);
    const std::size_t element = s == storage::fp32 ? 4 : 2;
    const std::size_t input = s == storage::fp32 ? 64 + 128 : 64 + 64, output = input + 64;
    REQUIRE(b.size() == output + 64);
    CHECK(std::memcmp(b.data(),
                      "\x89"
                      "EDGENN\n",
                      8)
          == 0);
    CHECK(get32(b, at::version) == 1);
    CHECK(get32(b, at::storage) == (s == storage::fp32 ? 1 : 2));
    CHECK(get64(b, at::fingerprint) == fingerprint(tiny));
    CHECK(get32(b, at::weight_count) == 31);
    CHECK(get32(b, at::input_count) == 4);
    CHECK(get32(b, at::output_count) == 3);
    CHECK(get32(b, at::crc32) == crc_of(b));
    CHECK(get64(b, at::file_bytes) == b.size());
    bytes expected = b;
    for (std::size_t i = at::reserved; i < b.size(); ++i) expected[i] = std::byte{0};
    for (std::size_t i = 0; i < w.size(); ++i) {
      if (s == storage::fp32)
        put(expected, 64 + i * element, std::bit_cast<std::uint32_t>(w[i]));
      else
        put(expected, 64 + i * element, half{w[i]}.bits);
    }
    for (std::size_t i = 0; i < 4; ++i) put(expected, input + 4 * i, std::bit_cast<std::uint32_t>(x[i]));
    for (std::size_t i = 0; i < 3; ++i) put(expected, output + 4 * i, std::bit_cast<std::uint32_t>(y[i]));
    CHECK(b == expected);
    CHECK(written<tiny>(s, w).size() == input);
    CHECK(get32(written<tiny>(s, w), at::input_count) == 0);
  }
}

TEST_CASE_TEMPLATE("what is written is read", Storage, std::integral_constant<storage, storage::fp32>,
                   std::integral_constant<storage, storage::fp16>) {
  constexpr storage s = Storage::value;
  using W = std::conditional_t<s == storage::fp32, float, half>;
  const std::vector<float> w = some_floats(1, tiny_weights), x = some_floats(2, 4), y = some_floats(3, 3);
  for (const bool golden : {false, true}) {
    const bytes b = golden ? written<tiny>(s, w, x, y) : written<tiny>(s, w);
    const auto file = weights_file<tiny>::open(b);
    REQUIRE(file);
    CHECK(file->stored() == s);
    CHECK(file->has_golden() == golden);
    const std::vector<float> all = copied(*file);
    const auto in_place = file->in_place<W>();
    REQUIRE(in_place);
    CHECK(static_cast<const void*>(in_place->data()) == b.data() + 64);
    for (std::size_t i = 0; i < w.size(); ++i) {
      CHECK(all[i] == (s == storage::fp32 ? w[i] : float{half{w[i]}}));
      CHECK(float{(*in_place)[i]} == all[i]);
    }
    for (std::size_t i = 0; golden && i < 4; ++i) CHECK(file->golden_input(i) == x[i]);
    for (std::size_t i = 0; golden && i < 3; ++i) CHECK(file->golden_output(i) == y[i]);

    std::array<float, tiny_weights> memory{};
    const auto short_form = read_weights<tiny>(b, memory);
    REQUIRE(short_form);
    CHECK(short_form->data() == memory.data());
    CHECK(std::vector<float>(memory.begin(), memory.end()) == all);
    const auto borrowed = read_weights<tiny, W>(b);
    REQUIRE(borrowed);
    CHECK(borrowed->data() == in_place->data());
  }
}

TEST_CASE("numbers at the edges of fp32 and fp16 survive") {
  std::vector<float> w(tiny_weights, 0.0f);
  const float edges[] = {-0.0f, std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max(),
                         std::numeric_limits<float>::lowest(), std::numeric_limits<float>::min()};
  std::copy(std::begin(edges), std::end(edges), w.begin());
  const bytes kept = written<tiny>(storage::fp32, w);
  REQUIRE(!kept.empty());
  const std::vector<float> back = copied(*weights_file<tiny>::open(kept));
  CHECK(std::memcmp(back.data(), w.data(), w.size() * 4) == 0);

  const float half_edges[] = {-0.0f, 65504.0f, -65504.0f, 65519.0f, 0x1p-24f, 0x1p-14f, 0x1.8p-25f, 0x1p-26f};
  const float expected[] = {-0.0f, 65504.0f, -65504.0f, 65504.0f, 0x1p-24f, 0x1p-14f, 0x1p-24f, 0.0f};
  std::copy(std::begin(half_edges), std::end(half_edges), w.begin());
  const bytes halves = written<tiny>(storage::fp16, w);
  REQUIRE(!halves.empty());
  const std::vector<float> from_halves = copied(*weights_file<tiny>::open(halves));
  CHECK(std::memcmp(from_halves.data(), expected, sizeof expected) == 0);
}

TEST_CASE("networks without weights, and with several inputs and outputs") {
  const bytes b = good_file<weightless>(storage::fp32, true);
  REQUIRE(b.size() == 64 + 64 + 64);
  const auto file = weights_file<weightless>::open(b);
  REQUIRE(file);
  model<weightless, reference> net{*file->in_place<float>()};
  std::array<float, 3> input;
  CHECK(prove(net, *file, input).holds(0));

  const bytes m = good_file<many>(storage::fp32, true);
  const auto many_file = weights_file<many>::open(m);
  REQUIRE(many_file);
  model<many, reference> many_net{*many_file->in_place<float>()};
  std::array<float, 11> many_input;
  const proof p = prove(many_net, *many_file, many_input);
  CHECK(p.has_golden);
  CHECK(p.largest_error == 0);
}

TEST_CASE("the writer refuses what cannot be stored") {
  std::vector<float> w = some_floats(1, tiny_weights);
  const std::vector<float> x = some_floats(2, 4), y = some_floats(3, 3);
  for (const storage s : {storage::fp32, storage::fp16}) {
    const auto write = [&](std::size_t size, std::span<const float> in, std::span<const float> out) {
      bytes b(size);
      return write_weights<tiny>(b, s, weights_span<tiny>(w), in, out);
    };
    const auto plain = static_cast<std::size_t>(weights_file<tiny>::file_bytes(s, false));
    const auto golden = static_cast<std::size_t>(weights_file<tiny>::file_bytes(s, true));
    CHECK(write(plain, {}, {}) == plain);
    CHECK(write(golden, x, y) == golden);
    for (const std::size_t size : {std::size_t{0}, plain - 1, plain + 1, golden})
      CHECK(write(size, {}, {}) == 0);
    for (const std::size_t size : {plain, golden - 64, golden - 1, golden + 1}) CHECK(write(size, x, y) == 0);
    CHECK(write(golden, std::span{x}.first(3), y) == 0);
    CHECK(write(golden, x, std::span{y}.first(2)) == 0);
    CHECK(write(golden, x, {}) == 0);
    CHECK(write(golden, y, x) == 0);
    CHECK(write(plain, {}, y) == 0);
    CHECK(write(golden, {}, y) == 0);
    for (const float bad : {nan, inf, -inf}) {
      CAPTURE(bad);
      for (const std::size_t i : {std::size_t{0}, std::size_t{17}, w.size() - 1}) {
        const float kept = std::exchange(w[i], bad);
        CHECK(write(plain, {}, {}) == 0);
        w[i] = kept;
      }
    }
    for (const float large : {65520.0f, -65520.0f, 1e6f, 3.4e38f}) {
      CAPTURE(large);
      const float kept = std::exchange(w[3], large);
      CHECK(write(plain, {}, {}) == (s == storage::fp32 ? plain : 0));
      w[3] = kept;
    }
  }
}

// A file proves itself, and shows when it does not.
TEST_CASE("prove compares every output with the golden one") {
  const std::vector<float> w = some_floats(1, tiny_weights), x = some_floats(2, 4);
  const std::vector<float> y = outputs_of<tiny>(w, x);
  std::array<float, 4> input{};
  const auto proof_of = [&](const bytes& b) {
    const auto file = weights_file<tiny>::open(b);
    REQUIRE(file);
    std::array<float, tiny_weights> memory;
    file->copy_to(memory);
    model<tiny, reference> net{memory};
    return prove(net, *file, input);
  };
  const proof right = proof_of(written<tiny>(storage::fp32, w, x, y));
  CHECK(right.has_golden);
  CHECK(right.largest_error == 0);
  CHECK(right.holds(0));
  CHECK(std::vector<float>(input.begin(), input.end()) == x);

  for (std::size_t i = 0; i < y.size(); ++i) {
    for (const float off : {0.25f, -0.25f}) {
      std::vector<float> wrong = y;
      wrong[i] += off;
      const proof p = proof_of(written<tiny>(storage::fp32, w, x, wrong));
      CHECK(p.largest_error == std::abs(y[i] - wrong[i]));
      CHECK_FALSE(p.holds(0.2f));
      CHECK(p.holds(0.3f));
    }
    for (const float bad : {nan, inf, -inf}) {
      std::vector<float> wrong = y;
      wrong[i] = bad;
      const proof p = proof_of(written<tiny>(storage::fp32, w, x, wrong));
      CHECK(p.has_golden);
      CHECK(p.largest_error == inf);
      CHECK_FALSE(p.holds(1e30f));
    }
  }
  std::vector<float> other_input = x;
  other_input[0] += 1;
  CHECK_FALSE(proof_of(written<tiny>(storage::fp32, w, other_input, y)).holds(1e-4f));
  CHECK_FALSE(proof_of(written<tiny>(storage::fp32, w)).holds(inf));  // nothing to prove
}

TEST_CASE("prove finds NaN weights of a file with a right checksum") {
  bytes b = good_file<tiny>(storage::fp32, true);
  put(b, at::weights + 4 * 5, std::bit_cast<std::uint32_t>(nan));
  b = repaired(b);
  const auto file = weights_file<tiny>::open(b);
  REQUIRE(file);  // no promise about what a file's numbers are worth; this is what `prove` is for
  model<tiny, reference> net{*file->in_place<float>()};
  std::array<float, 4> input;
  const proof p = prove(net, *file, input);
  CHECK(p.has_golden);
  CHECK(p.largest_error == inf);
}

TEST_CASE("weights of any bits neither trap nor hang") {
  for (const float special : {nan, inf, -inf, -0.0f, std::numeric_limits<float>::denorm_min(),
                              std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()}) {
    bytes b = good_file<tiny>(storage::fp32, true);
    for (std::size_t i = 0; i < tiny_weights; i += 3)
      put(b, at::weights + 4 * i, std::bit_cast<std::uint32_t>(special));
    b = repaired(b);
    const auto file = weights_file<tiny>::open(b);
    REQUIRE(file);
    model<tiny, reference> net{*file->in_place<float>()};
    std::array<float, 4> input;
    CHECK(prove(net, *file, input).has_golden);
  }
}

TEST_CASE("fp16 weights are used where they lie") {
  const std::vector<float> w = some_floats(1, tiny_weights), x = some_floats(2, 4);
  std::vector<float> rounded = w;
  for (float& v : rounded) v = half{v};
  const bytes b = written<tiny>(storage::fp16, w, x, outputs_of<tiny>(rounded, x));
  const auto file = weights_file<tiny>::open(b);
  REQUIRE(file);
  const auto halves = file->in_place<half>();
  REQUIRE(halves);
  model<tiny, reference_fp16_weights> net{*halves};
  std::array<float, 4> input;
  CHECK(prove(net, *file, input).holds(0));
}

}  // namespace
