// libFuzzer on the weights reader. The first byte of an input says what is done with the others before they
// are opened as a file: so that the fuzzer also gets past checksum, fingerprint and counts.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <edgenn/prove.hpp>
#include <string_view>

#include "weights/networks.hpp"

namespace {

using namespace edgenn;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

struct mode {
  enum repair_kind { nothing, checksum, header, header_and_padding };
  repair_kind repair;
  bool other_network, fp16, golden;
  std::size_t misalignment;

  explicit mode(std::uint8_t b)
      : repair{static_cast<repair_kind>(b & 3u)},
        other_network{(b & 4u) != 0},
        fp16{(b & 8u) != 0},
        golden{(b & 16u) != 0},
        misalignment{std::size_t{b} >> 5} {}
};

/// Makes `b` a file of `Net` in all that the header says; weights and padding stay as they are.
template <const auto& Net>
void repair_header(bytes& b, const mode& m) {
  const bytes good = good_file<Net>(m.fp16 ? storage::fp16 : storage::fp32, m.golden);
  b.resize(good.size());
  std::copy(good.begin(), good.begin() + at::weights, b.begin());
}

template <const auto& Net>
void clear_padding(bytes& b, const mode& m) {
  int inputs = 0, outputs = 0;
  for (int k = 0; k < Net.input_count; ++k) inputs += Net[k].out.size();
  for (int k = 0; k < Net.output_count; ++k) outputs += Net[Net.output(k)].out.size();
  std::size_t section = at::weights;
  const auto clear_after = [&](std::size_t used) {
    const std::size_t end = section + (used + 63) / 64 * 64;
    for (std::size_t i = section + used; i < end; ++i) b[i] = std::byte{0};
    section = end;
  };
  clear_after(static_cast<std::size_t>(Net.weight_count) * (m.fp16 ? 2 : 4));
  if (!m.golden) return;
  clear_after(static_cast<std::size_t>(inputs) * 4);
  clear_after(static_cast<std::size_t>(outputs) * 4);
}

void check_error(const weights_error& e, std::span<const std::byte> b) {
  const int f = static_cast<int>(e.field);
  require(f >= 0 && f <= static_cast<int>(weights_field::address), "the error names a field");
  require(e.field != weights_field::address, "opening does not depend on the address");
  require(e.found != e.expected, "the error names two different numbers");
  if (e.field == weights_field::header)
    require(b.size() < at::weights && e.found == b.size(), "the header is too short");
  else if (e.field == weights_field::padding)
    require(e.offset >= at::weights && e.offset < b.size() && e.found == get64(b, e.offset, 1), "padding");
  else
    require(e.offset < at::weights && b.size() >= at::weights, "the error lies in the header");
  const auto text = e.message();
  const std::string_view line{text.view()};
  require(line.starts_with("weights: ") && line.ends_with(")"), "the message is whole");
  for (const char c : line) require(c >= ' ' && c <= '~', "the message is printable");
}

template <const auto& Net, class W>
void check_in_place(const weights_file<Net>& file, std::span<const std::byte> b, const float* copied) {
  const auto weights = file.template in_place<W>();
  const bool right_type = (sizeof(W) == 2) == (file.stored() == storage::fp16);
  const bool aligned = reinterpret_cast<std::uintptr_t>(b.data()) % sizeof(W) == 0;
  require(static_cast<bool>(weights) == (right_type && aligned), "in place exactly where that is possible");
  if (!weights) return;
  require(static_cast<const void*>(weights->data()) == b.data() + at::weights, "in place");
  for (std::size_t i = 0; i < weights->size(); ++i) {
    const float v = (*weights)[i];
    require(std::memcmp(&v, &copied[i], 4) == 0 || v != v, "in place and copied weights are equal");
  }
}

template <const auto& Net>
constexpr std::size_t input_elements = [] {
  int sum = 0;
  for (int k = 0; k < Net.input_count; ++k) sum += Net[k].out.size();
  return static_cast<std::size_t>(sum);
}();

template <const auto& Net>
void check(bytes& content, const mode& m) {
  if (m.repair >= mode::header) repair_header<Net>(content, m);
  if (m.repair == mode::header_and_padding) clear_padding<Net>(content, m);
  if (m.repair != mode::nothing) content = repaired(content);

  // At the end of a block of the right size, so that every read past the end is seen.
  bytes memory(m.misalignment + content.size());
  std::copy(content.begin(), content.end(), memory.begin() + static_cast<std::ptrdiff_t>(m.misalignment));
  const auto b = std::span<const std::byte>{memory}.subspan(m.misalignment);

  const auto file = weights_file<Net>::open(b);
  if (!file) {
    require(m.repair != mode::header_and_padding, "a repaired file is accepted");
    check_error(file.error(), b);
    return;
  }
  require(b.size() == weights_file<Net>::file_bytes(file->stored(), file->has_golden()), "the size is right");
  require(get32(b, at::crc32) == crc_of(b), "the checksum is right");

  static std::array<float, static_cast<std::size_t>(Net.weight_count)> weights;
  file->copy_to(weights);
  check_in_place<Net, float>(*file, b, weights.data());
  check_in_place<Net, half>(*file, b, weights.data());

  static model<Net, reference> net{weights};
  static std::array<float, input_elements<Net>> input;
  const proof p = prove(net, *file, input);
  require(p.has_golden == file->has_golden(), "a golden input is run");
  require(p.largest_error >= 0, "the error is a number");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const mode m{data[0]};
  bytes content(size - 1);
  for (std::size_t i = 1; i < size; ++i) content[i - 1] = static_cast<std::byte>(data[i]);
  m.other_network ? check<many>(content, m) : check<tiny>(content, m);
  return 0;
}
