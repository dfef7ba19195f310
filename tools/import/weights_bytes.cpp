#include "weights_bytes.hpp"

#include <bit>
#include <cmath>
#include <edgenn/weights.hpp>

#include "plan.hpp"

namespace edgenn::import {

namespace {

class writer {
 public:
  explicit writer(std::uint64_t bytes) : bytes_(static_cast<std::size_t>(bytes)) {}

  template <class T>
  void put(std::uint64_t offset, T v) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes_[static_cast<std::size_t>(offset) + i] = static_cast<std::byte>(v >> (8 * i));
  }
  void put_floats(std::uint64_t offset, std::span<const float> numbers) {
    for (const float v : numbers) {
      put(offset, std::bit_cast<std::uint32_t>(v));
      offset += 4;
    }
  }
  std::vector<std::byte>& bytes() { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

[[noreturn]] void refuse(const target& t, int node, float v, const char* why) {
  throw import_error{"weights of " + t.name_of(node) + ": found " + std::to_string(v) + ", " + why};
}

}  // namespace

std::vector<std::byte> weights_bytes(const target& t, storage stored, std::span<const float> input,
                                     std::span<const float> output) {
  using at = edgenn::detail::weights_at;
  const edgenn::detail::weights_counts counts = edgenn::detail::counts_of(*graph_of(t));
  const bool golden = !input.empty();
  writer file{counts.file_bytes(stored, golden)};
  file.put(at::magic, edgenn::detail::weights_magic);
  file.put(at::version, edgenn::detail::weights_version);
  file.put(at::storage, static_cast<std::uint32_t>(stored));
  file.put(at::fingerprint, counts.fingerprint);
  file.put(at::weight_count, counts.weights);
  file.put(at::input_count, golden ? counts.inputs : 0u);
  file.put(at::output_count, golden ? counts.outputs : 0u);
  file.put(at::file_bytes, counts.file_bytes(stored, golden));
  std::uint64_t offset = edgenn::detail::weights_header_bytes;
  for (int i = 0; i < t.count(); ++i)
    for (const float v : t.weights_of(i)) {
      if (!std::isfinite(v)) refuse(t, i, v, "expected a finite number");
      if (stored == storage::fp16) {
        const half h{v};
        if ((h.bits & 0x7C00u) == 0x7C00u) refuse(t, i, v, "which is too large for fp16: use fp32");
        file.put(offset, h.bits);
        offset += 2;
      } else {
        file.put(offset, std::bit_cast<std::uint32_t>(v));
        offset += 4;
      }
    }
  if (golden) {
    file.put_floats(counts.input_offset(stored), input);
    file.put_floats(counts.output_offset(stored), output);
  }
  file.put(at::crc32, ~edgenn::detail::crc32_step(0xFFFFFFFFu, file.bytes()));
  return std::move(file.bytes());
}

}  // namespace edgenn::import
