// Wrong weights files, each with the error that it must give. What the format cannot express needs no test:
// it has no table of sections, no offsets, ranks, extents or tensor sizes that a file could state wrongly.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "networks.hpp"

namespace {

using namespace edgenn;
using field = weights_field;

constexpr std::uint64_t magic = 0x0A4E4E4547444589u;

std::string number(std::uint64_t v, bool hex) {
  if (!hex) return std::to_string(v);
  std::string digits;
  do digits.insert(digits.begin(), "0123456789abcdef"[v % 16]);
  while ((v /= 16) != 0);
  return "0x" + digits;
}

/// Opening `b` must fail with this error, and its message must say so in one line.
template <const auto& Net = tiny>
void check_refused(const bytes& b, field f, const char* name, std::uint64_t offset, std::uint64_t found,
                   std::uint64_t expected) {
  const bytes exact(b.begin(), b.end());  // so that a sanitizer sees every read past the end
  const auto file = weights_file<Net>::open(exact);
  REQUIRE_FALSE(file);
  const weights_error e = file.error();
  CHECK(e.field == f);
  CHECK(e.offset == offset);
  CHECK(e.found == found);
  CHECK(e.expected == expected);
  const auto text = e.message();
  const std::string line{std::string_view{text.view()}};
  const std::string_view n = name;
  const bool hex = n == "magic" || n == "fingerprint" || n == "crc32" || n == "reserved" || n == "padding";
  const std::string start = "weights: " + std::string{n} + " at byte " + std::to_string(offset) + ": found "
                            + number(found, hex) + ", expected " + number(expected, hex) + " (";
  CHECK(line.substr(0, start.size()) == start);
  CHECK(line.back() == ')');  // nothing is cut off
  CHECK(line.find('\n') == std::string::npos);

  std::array<float, static_cast<std::size_t>(Net.weight_count)> memory;
  memory.fill(42.0f);
  CHECK_FALSE(read_weights<Net>(exact, memory));
  CHECK_FALSE(read_weights<Net, float>(exact));
  CHECK_FALSE(read_weights<Net, half>(exact));
  for (const float v : memory) CHECK(v == 42.0f);  // untouched
}

const storage storages[] = {storage::fp32, storage::fp16};

/// A good file with `v` at `offset`, and the right CRC: only the value itself is wrong.
template <class T>
bytes with(const bytes& good, std::size_t offset, T v) {
  bytes b = good;
  put(b, offset, v);
  return repaired(b);
}

TEST_CASE("an empty file") {
  check_refused({}, field::header, "header", 0, 0, 64);
  const auto none = weights_file<tiny>::open({});
  CHECK_FALSE(none);
}

TEST_CASE("a file shorter than its header") {
  const bytes good = good_file<tiny>(storage::fp32, false);
  for (std::size_t size = 1; size < 64; ++size)
    check_refused({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}, field::header, "header",
                  0, size, 64);
}

TEST_CASE("a file truncated at every byte") {
  for (const storage s : storages)
    for (const bool golden : {false, true}) {
      const bytes good = good_file<tiny>(s, golden);
      for (std::size_t size = 64; size < good.size(); ++size)
        check_refused({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}, field::file_bytes,
                      "file_bytes", at::file_bytes, size, good.size());
    }
}

TEST_CASE("trailing bytes") {
  for (const storage s : storages)
    for (const std::size_t more : {1u, 2u, 63u, 64u, 1000u}) {
      bytes b = good_file<tiny>(s, true);
      const std::size_t size = b.size();
      b.resize(size + more);
      check_refused(b, field::file_bytes, "file_bytes", at::file_bytes, size + more, size);
      check_refused(repaired(b), field::file_bytes, "file_bytes", at::file_bytes, size + more, size);
    }
}

TEST_CASE("two files one after another") {
  bytes b = good_file<tiny>(storage::fp16, false);
  const std::size_t size = b.size();
  b.insert(b.end(), b.begin(), b.begin() + static_cast<std::ptrdiff_t>(size));
  check_refused(b, field::file_bytes, "file_bytes", at::file_bytes, 2 * size, size);
}

TEST_CASE("wrong magic") {
  const bytes good = good_file<tiny>(storage::fp32, true);
  for (const std::uint64_t wrong : {std::uint64_t{0}, ~std::uint64_t{0}, magic ^ 1u, magic - 1,
                                    std::uint64_t{0x00000304034B5042u}, std::uint64_t{0x0D4E4E4547444589u}})
    check_refused(with(good, at::magic, wrong), field::magic, "magic", 0, wrong, magic);
  check_refused(bytes(320, std::byte{0}), field::magic, "magic", 0, 0, magic);
  check_refused(bytes(320, std::byte{0xFF}), field::magic, "magic", 0, ~std::uint64_t{0}, magic);
}

TEST_CASE("a file of the other byte order") {
  const bytes good = good_file<tiny>(storage::fp32, false);
  bytes swapped = good;
  const auto reverse = [&](std::size_t offset, std::size_t size) {
    std::reverse(swapped.begin() + static_cast<std::ptrdiff_t>(offset),
                 swapped.begin() + static_cast<std::ptrdiff_t>(offset + size));
  };
  for (const std::size_t offset :
       {at::version, at::storage, at::weight_count, at::input_count, at::output_count, at::crc32})
    reverse(offset, 4);
  for (const std::size_t offset : {at::fingerprint, at::file_bytes}) reverse(offset, 8);
  for (std::size_t i = 64; i < good.size(); i += 4) reverse(i, 4);
  // The magic is a string of bytes, equal in both orders; the version is not.
  check_refused(swapped, field::version, "version", at::version, 0x01000000, 1);
  reverse(at::magic, 8);
  check_refused(swapped, field::magic, "magic", 0, 0x89454447454E4E0Au, magic);
}

TEST_CASE("a future or an old version") {
  const bytes good = good_file<tiny>(storage::fp32, true);
  for (const std::uint32_t wrong : {0u, 2u, 3u, 0x7FFFFFFFu, 0xFFFFFFFFu})
    check_refused(with(good, at::version, wrong), field::version, "version", at::version, wrong, 1);
}

TEST_CASE("a flipped bit anywhere") {
  for (const storage s : storages)
    for (const bool golden : {false, true}) {
      const bytes good = good_file<tiny>(s, golden);
      for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        const std::size_t byte = bit / 8;
        bytes b = good;
        b[byte] ^= static_cast<std::byte>(1u << bit % 8);
        const auto file = weights_file<tiny>::open(b);
        CAPTURE(bit);
        REQUIRE_FALSE(file);
        const weights_error e = file.error();
        const auto is = [&](field f, std::size_t offset, std::size_t size) {
          CHECK(e.field == f);
          CHECK(e.offset == offset);
          if (size > 0) CHECK(e.found == get64(b, offset, size));
          if (size > 0) CHECK(e.expected == get64(good, offset, size));
        };
        if (byte < at::version)
          is(field::magic, at::magic, 8);
        else if (byte < at::storage)
          is(field::version, at::version, 4);
        else if (byte < at::fingerprint)
          is(field::storage, at::storage, 0);
        else if (byte < at::weight_count)
          is(field::fingerprint, at::fingerprint, 8);
        else if (byte < at::input_count)
          is(field::weight_count, at::weight_count, 4);
        else if (byte < at::crc32 && golden)
          byte < at::output_count ? is(field::input_count, at::input_count, 4)
                                  : is(field::output_count, at::output_count, 4);
        else if (byte < at::crc32)  // a golden section that is not there
          CHECK((e.field == field::input_count || e.field == field::output_count));
        else if (byte < at::file_bytes)
          is(field::crc32, at::crc32, 4);
        else if (byte < at::reserved)
          is(field::file_bytes, at::file_bytes, 8);
        else if (byte < at::weights)
          is(field::reserved, byte, 1);
        else {
          CHECK(e.field == field::crc32);
          CHECK(e.found == get32(good, at::crc32));
          CHECK(e.expected == crc_of(b));
        }
      }
    }
}

TEST_CASE("a wrong checksum") {
  const bytes good = good_file<tiny>(storage::fp32, true);
  for (const std::uint32_t wrong : {0u, 0xFFFFFFFFu, ~crc_of(good), crc_of(good) + 1}) {
    bytes b = good;
    put(b, at::crc32, wrong);
    check_refused(b, field::crc32, "crc32", at::crc32, wrong, crc_of(good));
  }
}

TEST_CASE("weights of another network with as many bytes") {
  for (const storage s : storages)
    for (const bool golden : {false, true}) {
      const bytes other = good_file<sibling>(s, golden);
      REQUIRE(other.size() == good_file<tiny>(s, golden).size());
      REQUIRE(weights_file<sibling>::open(other));
      check_refused(other, field::fingerprint, "fingerprint", at::fingerprint, fingerprint(sibling),
                    fingerprint(tiny));
    }
}

TEST_CASE("weights of another network with other counts, and the fingerprint forged") {
  bytes b = good_file<many>(storage::fp32, true);
  check_refused(b, field::fingerprint, "fingerprint", at::fingerprint, fingerprint(many), fingerprint(tiny));
  check_refused(with(b, at::fingerprint, fingerprint(tiny)), field::weight_count, "weight_count",
                at::weight_count, static_cast<std::uint64_t>(many.weight_count), 31);
}

const std::uint32_t wrong_counts[] = {0, 1, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu};

TEST_CASE("a wrong number of weights") {
  for (const storage s : storages)
    for (const std::uint32_t wrong : wrong_counts)
      check_refused(with(good_file<tiny>(s, true), at::weight_count, wrong), field::weight_count,
                    "weight_count", at::weight_count, wrong, 31);
  for (const std::uint32_t wrong : {30u, 32u})
    check_refused(with(good_file<tiny>(storage::fp32, true), at::weight_count, wrong), field::weight_count,
                  "weight_count", at::weight_count, wrong, 31);
}

TEST_CASE("golden counts that are wrong, or of one half only") {
  const bytes good = good_file<tiny>(storage::fp32, true);
  for (const std::uint32_t wrong : wrong_counts) {
    check_refused(with(good, at::input_count, wrong), field::input_count, "input_count", at::input_count,
                  wrong, 4);
    check_refused(with(good, at::output_count, wrong), field::output_count, "output_count", at::output_count,
                  wrong, 3);
  }
  const bytes plain = good_file<tiny>(storage::fp32, false);
  check_refused(with(plain, at::input_count, 4u), field::output_count, "output_count", at::output_count, 0,
                3);
  check_refused(with(plain, at::output_count, 3u), field::input_count, "input_count", at::input_count, 0, 4);
  bytes both = with(plain, at::input_count, 4u);
  both = with(both, at::output_count, 3u);  // sections that the file does not have
  check_refused(both, field::file_bytes, "file_bytes", at::file_bytes, plain.size(), good.size());
  bytes neither = with(good, at::input_count, 0u);
  neither = with(neither, at::output_count, 0u);  // sections that the header does not mention
  check_refused(neither, field::file_bytes, "file_bytes", at::file_bytes, good.size(), plain.size());
}

TEST_CASE("a wrong file size, also one that wraps around") {
  for (const storage s : storages) {
    const bytes good = good_file<tiny>(s, true);
    const std::uint64_t size = good.size();
    for (const std::uint64_t wrong :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{64}, size - 64, size - 1, size + 1, size + 64,
          size + (std::uint64_t{1} << 32), size + (std::uint64_t{1} << 63), ~std::uint64_t{0},
          ~std::uint64_t{0} - 63, std::uint64_t{1} << 40})
      check_refused(with(good, at::file_bytes, wrong), field::file_bytes, "file_bytes", at::file_bytes, wrong,
                    size);
  }
}

TEST_CASE("reserved bytes that are not zero") {
  const bytes good = good_file<tiny>(storage::fp16, true);
  for (std::size_t i = at::reserved; i < at::weights; ++i)
    for (const unsigned v : {1u, 0x80u, 0xFFu})
      check_refused(with(good, i, static_cast<std::uint8_t>(v)), field::reserved, "reserved", i, v, 0);
}

TEST_CASE("padding that is not zero") {
  for (const storage s : storages)
    for (const bool golden : {false, true}) {
      const bytes good = good_file<tiny>(s, golden);
      const std::size_t weights_end = 64 + tiny_weights * (s == storage::fp32 ? 4 : 2);
      const std::size_t input = s == storage::fp32 ? 192 : 128;
      std::size_t checked = 0;
      for (std::size_t i = weights_end; i < good.size(); ++i) {
        const bool is_input = golden && i >= input && i < input + 16;
        const bool is_output = golden && i >= input + 64 && i < input + 64 + 12;
        if (is_input || is_output) continue;
        check_refused(with(good, i, std::uint8_t{0x5A}), field::padding, "padding", i, 0x5A, 0);
        ++checked;
      }
      CHECK(checked == (s == storage::fp32 ? 4 : 2) + (golden ? 48 + 52 : 0));
    }
}

TEST_CASE("an unknown storage code") {
  const bytes good = good_file<tiny>(storage::fp32, true);
  for (const std::uint32_t wrong : {0u, 3u, 4u, 256u, 0x01000000u, 0xFFFFFFFFu})
    check_refused(with(good, at::storage, wrong), field::storage, "storage", at::storage, wrong, 1);
}

TEST_CASE("the code of the other storage") {
  const bytes fp32 = good_file<tiny>(storage::fp32, true), fp16 = good_file<tiny>(storage::fp16, true);
  check_refused(with(fp32, at::storage, 2u), field::file_bytes, "file_bytes", at::file_bytes, fp32.size(),
                fp16.size());
  check_refused(with(fp16, at::storage, 1u), field::file_bytes, "file_bytes", at::file_bytes, fp16.size(),
                fp32.size());
}

TEST_CASE("weights wanted in place as another type than the file's") {
  for (const storage s : storages) {
    const bytes b = good_file<tiny>(s, false);
    const auto file = weights_file<tiny>::open(b);
    REQUIRE(file);
    const auto check = [&](const auto& wrong) {
      REQUIRE_FALSE(wrong);
      CHECK(wrong.error().field == field::storage);
      CHECK(wrong.error().offset == at::storage);
      CHECK(wrong.error().found == (s == storage::fp32 ? 1 : 2));
      CHECK(wrong.error().expected == (s == storage::fp32 ? 2 : 1));
    };
    if (s == storage::fp32) {
      check(file->in_place<half>());
      check(read_weights<tiny, half>(b));
    } else {
      check(file->in_place<float>());
      check(read_weights<tiny, float>(b));
    }
  }
}

TEST_CASE("a file at every address modulo 64") {
  for (const storage s : storages) {
    const bytes good = good_file<tiny>(s, true);
    const std::size_t element = s == storage::fp32 ? 4 : 2;
    alignas(64) std::array<std::byte, 320 + 64> memory;
    std::array<float, tiny_weights> straight;
    weights_file<tiny>::open(good)->copy_to(straight);
    for (std::size_t start = 0; start < 64; ++start) {
      CAPTURE(start);
      std::copy(good.begin(), good.end(), memory.begin() + static_cast<std::ptrdiff_t>(start));
      const std::span<const std::byte> b{memory.data() + start, good.size()};
      const auto file = weights_file<tiny>::open(b);
      REQUIRE(file);
      std::array<float, tiny_weights> copied{};
      file->copy_to(copied);
      CHECK(copied == straight);
      CHECK(file->golden_input(3) == weights_file<tiny>::open(good)->golden_input(3));
      const auto check = [&](const auto& in_place) {
        CHECK(static_cast<bool>(in_place) == (start % element == 0));
        if (in_place) {
          CHECK(static_cast<const void*>(in_place->data()) == b.data() + 64);
          for (std::size_t i = 0; i < tiny_weights; ++i) CHECK(float{(*in_place)[i]} == straight[i]);
          return;
        }
        CHECK(in_place.error().field == field::address);
        CHECK(in_place.error().offset == at::weights);
        CHECK(in_place.error().found == start % element);
        CHECK(in_place.error().expected == 0);
      };
      if (s == storage::fp32) {
        check(file->in_place<float>());
        check(read_weights<tiny, float>(b));
      } else {
        check(file->in_place<half>());
        check(read_weights<tiny, half>(b));
      }
    }
  }
}

TEST_CASE("a wrong file of a network without weights, and of one with several inputs") {
  const bytes none = good_file<weightless>(storage::fp32, false);
  REQUIRE(none.size() == 64);
  REQUIRE(weights_file<weightless>::open(none));
  check_refused<weightless>(with(none, at::weight_count, 1u), field::weight_count, "weight_count",
                            at::weight_count, 1, 0);
  bytes longer = none;
  longer.resize(65);
  check_refused<weightless>(longer, field::file_bytes, "file_bytes", at::file_bytes, 65, 64);
  const bytes several = good_file<many>(storage::fp32, true);
  check_refused<many>(with(several, at::input_count, 6u), field::input_count, "input_count", at::input_count,
                      6, 11);
  check_refused<many>(with(several, at::output_count, 5u), field::output_count, "output_count",
                      at::output_count, 5, 11);
}

TEST_CASE("every message fits its line") {
  for (int f = 0; f <= static_cast<int>(field::address); ++f) {
    const weights_error worst{static_cast<field>(f), ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};
    const auto text = worst.message();
    const std::string_view line{text.view()};
    CHECK(line.substr(0, 9) == "weights: ");
    CHECK(line.back() == ')');
  }
}

}  // namespace
