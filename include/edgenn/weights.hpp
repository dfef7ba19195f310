#pragma once
// Trained weights from a file, from memory-mapped flash or from an array in the program.
//
// The format (docs/weights-format.md) is little-endian: a header of 64 bytes, the tensors in graph order,
// then optionally one input with its expected output, so that a file can prove itself. Everything that a
// header states is known from the graph already and compared with it: no number of a file reaches a loop
// bound, an index or an allocation. For any bytes whatever the reader returns weights or an error; it never
// reads outside the span it was given.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <edgenn/basic_graph.hpp>
#include <edgenn/detail/crc32.hpp>
#include <edgenn/detail/text.hpp>
#include <edgenn/half.hpp>
#include <edgenn/result.hpp>
#include <span>

namespace edgenn {

/// How a file stores weights.
enum class storage : std::uint32_t { fp32 = 1, fp16 = 2 };

/// The fields of a weights file that can be wrong.
enum class weights_field : int {
  header,
  magic,
  version,
  storage,
  fingerprint,
  weight_count,
  input_count,
  output_count,
  file_bytes,
  crc32,
  reserved,
  padding,
  address,
};

/// What is wrong with a weights file: the field, where it lies, what it holds and what it should hold.
struct weights_error {
  weights_field field = weights_field::header;  ///< what is wrong
  std::uint64_t offset = 0;                     ///< byte of the file
  std::uint64_t found = 0;                      ///< what it holds
  std::uint64_t expected = 0;                   ///< what it should hold

  /// A line with `view()` and `c_str()`.
  using message_text = detail::text<200>;
  /// One line, for example "weights: fingerprint at byte 16: found 0x12, expected 0x34 (weights of another
  /// network)".
  constexpr message_text message() const {
    struct description {
      const char *name, *hint;
      bool hex;
    };
    constexpr description texts[] = {
        {"header", "bytes of the file; too short for a header", false},
        {"magic", "not an edgenn weights file", true},
        {"version", "written by another version of edgenn, or big-endian", false},
        {"storage", "1 is fp32, 2 is fp16", false},
        {"fingerprint", "weights of another network", true},
        {"weight_count", "weights of another network", false},
        {"input_count", "elements of the golden input: all or none", false},
        {"output_count", "elements of the golden output: all or none", false},
        {"file_bytes", "bytes: truncated, or something follows it", false},
        {"crc32", "the file is damaged", true},
        {"reserved", "reserved bytes must be zero", true},
        {"padding", "bytes between sections must be zero", true},
        {"address", "start of the weights in memory, modulo their alignment", false},
    };
    const description& d = texts[static_cast<int>(field)];
    message_text line;
    line << "weights: " << d.name << " at byte " << offset << ": found ";
    d.hex ? line.hex(found) : line << found;
    line << ", expected ";
    d.hex ? line.hex(expected) : line << expected;
    return line << " (" << d.hint << ")";
  }
};

namespace detail {

inline constexpr std::uint64_t weights_magic = 0x0A4E4E4547444589u;  // 89 'E' 'D' 'G' 'E' 'N' 'N' 0A
inline constexpr std::uint32_t weights_version = 1;
inline constexpr std::uint64_t weights_header_bytes = 64;
inline constexpr std::uint64_t weights_alignment = 64;

/// Where the fields of the header lie.
struct weights_at {
  static constexpr std::size_t magic = 0, version = 8, storage = 12, fingerprint = 16, weight_count = 24,
                               input_count = 28, output_count = 32, crc32 = 36, file_bytes = 40,
                               reserved = 48;
};

constexpr std::uint64_t padded(std::uint64_t bytes) {
  return (bytes + weights_alignment - 1) / weights_alignment * weights_alignment;
}

/// What a graph says of its file.
struct weights_counts {
  std::uint64_t fingerprint;
  std::uint32_t weights;
  std::uint32_t inputs;
  std::uint32_t outputs;

  constexpr std::uint64_t weight_bytes(storage s) const {
    return std::uint64_t{weights} * (s == storage::fp16 ? 2u : 4u);
  }
  constexpr std::uint64_t input_offset(storage s) const {
    return weights_header_bytes + padded(weight_bytes(s));
  }
  constexpr std::uint64_t output_offset(storage s) const {
    return input_offset(s) + padded(4u * std::uint64_t{inputs});
  }
  constexpr std::uint64_t file_bytes(storage s, bool golden) const {
    return golden ? output_offset(s) + padded(4u * std::uint64_t{outputs}) : input_offset(s);
  }
};

template <int N>
constexpr weights_counts counts_of(const basic_graph<N>& g) {
  weights_counts counts{fingerprint(g), static_cast<std::uint32_t>(g.weight_count), 0, 0};
  for (int k = 0; k < g.input_count; ++k) counts.inputs += static_cast<std::uint32_t>(g[k].out.size());
  for (int k = 0; k < g.output_count; ++k)
    counts.outputs += static_cast<std::uint32_t>(g[g.output(k)].out.size());
  return counts;
}

/// The little-endian number of type `T` at `offset`. The caller has checked that it lies within `bytes`.
template <class T>
constexpr T read_number(std::span<const std::byte> bytes, std::size_t offset) {
  T v = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    v = static_cast<T>(v | static_cast<T>(static_cast<T>(bytes[offset + i]) << (8 * i)));
  return v;
}

struct checked_weights {
  edgenn::storage stored = edgenn::storage::fp32;
  bool golden = false;
};

/// Checks all of a file. Nothing in it is used before the CRC has been compared. A template, so that only
/// programs that read weights spend time on compiling it.
template <weights_counts counts>
constexpr result<checked_weights, weights_error> check_weights(std::span<const std::byte> bytes) {
  using field = weights_field;
  using at = weights_at;
  const auto wrong = [](field f, std::size_t offset, std::uint64_t found, std::uint64_t expected) {
    return weights_error{f, offset, found, expected};
  };
  if (bytes.size() < weights_header_bytes) return wrong(field::header, 0, bytes.size(), weights_header_bytes);
  const auto u32 = [&](std::size_t offset) { return read_number<std::uint32_t>(bytes, offset); };
  const auto u64 = [&](std::size_t offset) { return read_number<std::uint64_t>(bytes, offset); };
  if (u64(at::magic) != weights_magic) return wrong(field::magic, at::magic, u64(at::magic), weights_magic);
  if (u32(at::version) != weights_version)
    return wrong(field::version, at::version, u32(at::version), weights_version);
  if (u32(at::storage) != 1 && u32(at::storage) != 2)
    return wrong(field::storage, at::storage, u32(at::storage), 1);
  const auto stored = static_cast<edgenn::storage>(u32(at::storage));
  if (u64(at::fingerprint) != counts.fingerprint)
    return wrong(field::fingerprint, at::fingerprint, u64(at::fingerprint), counts.fingerprint);
  if (u32(at::weight_count) != counts.weights)
    return wrong(field::weight_count, at::weight_count, u32(at::weight_count), counts.weights);
  const bool golden = u32(at::input_count) != 0 || u32(at::output_count) != 0;
  if (golden && u32(at::input_count) != counts.inputs)
    return wrong(field::input_count, at::input_count, u32(at::input_count), counts.inputs);
  if (golden && u32(at::output_count) != counts.outputs)
    return wrong(field::output_count, at::output_count, u32(at::output_count), counts.outputs);
  const std::uint64_t expected_bytes = counts.file_bytes(stored, golden);
  if (u64(at::file_bytes) != expected_bytes)
    return wrong(field::file_bytes, at::file_bytes, u64(at::file_bytes), expected_bytes);
  for (std::size_t i = at::reserved; i < weights_header_bytes; ++i)
    if (bytes[i] != std::byte{0}) return wrong(field::reserved, i, static_cast<std::uint64_t>(bytes[i]), 0);
  if (bytes.size() != expected_bytes)
    return wrong(field::file_bytes, at::file_bytes, bytes.size(), expected_bytes);

  constexpr std::byte zeros[4] = {};
  std::uint32_t crc = crc32_step(0xFFFFFFFFu, bytes.first(at::crc32));
  crc = crc32_step(crc, zeros);
  crc = ~crc32_step(crc, bytes.subspan(at::crc32 + 4));
  if (u32(at::crc32) != crc) return wrong(field::crc32, at::crc32, u32(at::crc32), crc);

  const auto find_padding = [&](std::uint64_t from, std::uint64_t to) {
    std::uint64_t i = from;
    while (i < to && bytes[static_cast<std::size_t>(i)] == std::byte{0}) ++i;
    return i;
  };
  const std::uint64_t ends[3][2] = {
      {weights_header_bytes + counts.weight_bytes(stored), counts.input_offset(stored)},
      {counts.input_offset(stored) + 4u * std::uint64_t{counts.inputs}, counts.output_offset(stored)},
      {counts.output_offset(stored) + 4u * std::uint64_t{counts.outputs}, expected_bytes}};
  for (int section = 0; section < (golden ? 3 : 1); ++section) {
    const std::uint64_t i = find_padding(ends[section][0], ends[section][1]);
    if (i < ends[section][1])
      return wrong(field::padding, static_cast<std::size_t>(i),
                   static_cast<std::uint64_t>(bytes[static_cast<std::size_t>(i)]), 0);
  }
  return checked_weights{stored, golden};
}

}  // namespace detail

/// A weights file of the network `Net`, checked. It refers to the bytes it was opened on and copies nothing.
template <const auto& Net>
class weights_file {
  static constexpr detail::weights_counts counts = detail::counts_of(Net);

 public:
  /// Checks `bytes`, the whole file. They may start at any address.
  static result<weights_file, weights_error> open(std::span<const std::byte> bytes) {
    const auto checked = detail::check_weights<counts>(bytes);
    if (!checked) return checked.error();
    weights_file file;
    file.bytes_ = bytes;
    file.checked_ = *checked;
    return file;
  }

  /// Bytes of a file with this storage, with or without the golden input and output.
  static constexpr std::uint64_t file_bytes(edgenn::storage s, bool golden) {
    return counts.file_bytes(s, golden);
  }
  /// How the file stores weights.
  edgenn::storage stored() const { return checked_.stored; }
  /// Whether the file holds an input and its expected output.
  bool has_golden() const { return checked_.golden; }

  /// The weights where they lie, as `W`: float or half. Fails if the file stores others, or at an address
  /// that is not a multiple of their size.
  template <class W>
  result<std::span<const W, Net.weight_count>, weights_error> in_place() const {
    static_assert(std::same_as<W, float> || std::same_as<W, half>, "edgenn: files store float or half");
    static_assert(std::endian::native == std::endian::little,
                  "edgenn: weights are used in place on little-endian processors only; copy_to works on all");
    constexpr auto wanted = std::same_as<W, half> ? edgenn::storage::fp16 : edgenn::storage::fp32;
    if (stored() != wanted)
      return weights_error{weights_field::storage, detail::weights_at::storage,
                           static_cast<std::uint64_t>(stored()), static_cast<std::uint64_t>(wanted)};
    const std::byte* start = bytes_.data() + detail::weights_header_bytes;
    const auto misaligned = reinterpret_cast<std::uintptr_t>(start) % alignof(W);
    if (misaligned != 0)
      return weights_error{weights_field::address, detail::weights_header_bytes, misaligned, 0};
    return present<W>{reinterpret_cast<const W*>(start), static_cast<std::size_t>(Net.weight_count)};
  }

  /// All weights as float, whatever their storage and address.
  void copy_to(std::span<float, Net.weight_count> weights) const {
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] = stored() == edgenn::storage::fp16 ? float{half_at(detail::weights_header_bytes + 2 * i)}
                                                     : float_at(detail::weights_header_bytes + 4 * i);
  }

  /// Element `i` of the golden input; several inputs follow each other. Only if `has_golden()`.
  float golden_input(std::size_t i) const { return float_at(counts.input_offset(stored()) + 4 * i); }
  /// Element `i` of the golden output.
  float golden_output(std::size_t i) const { return float_at(counts.output_offset(stored()) + 4 * i); }

 private:
  constexpr weights_file() = default;
  template <class W>
  using present = std::span<const W, Net.weight_count>;

  float float_at(std::uint64_t offset) const {
    return std::bit_cast<float>(detail::read_number<std::uint32_t>(bytes_, static_cast<std::size_t>(offset)));
  }
  half half_at(std::uint64_t offset) const {
    half h;
    h.bits = detail::read_number<std::uint16_t>(bytes_, static_cast<std::size_t>(offset));
    return h;
  }

  std::span<const std::byte> bytes_;
  detail::checked_weights checked_;
};

/// Checks a weights file of `Net` and returns its weights in place, as float or half, for a model to borrow:
/// the short form of `weights_file<Net>::open` and `in_place`.
template <const auto& Net, class W>
result<std::span<const W, Net.weight_count>, weights_error> read_weights(std::span<const std::byte> bytes) {
  const auto file = weights_file<Net>::open(bytes);
  if (!file) return file.error();
  return file->template in_place<W>();
}

/// Checks a weights file of `Net` and copies its weights, as float whatever the file stores, into `memory`.
/// On an error `memory` is untouched.
template <const auto& Net>
result<std::span<const float, Net.weight_count>, weights_error> read_weights(
    std::span<const std::byte> bytes, std::span<float, Net.weight_count> memory) {
  const auto file = weights_file<Net>::open(bytes);
  if (!file) return file.error();
  file->copy_to(memory);
  return std::span<const float, Net.weight_count>{memory};
}

}  // namespace edgenn
