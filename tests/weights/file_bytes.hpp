#pragma once
// Weights files byte by byte, written from docs/weights-format.md alone.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using bytes = std::vector<std::byte>;

/// Where the fields of the header lie.
namespace at {
inline constexpr std::size_t magic = 0, version = 8, storage = 12, fingerprint = 16, weight_count = 24,
                             input_count = 28, output_count = 32, crc32 = 36, file_bytes = 40, reserved = 48,
                             weights = 64;
}

inline std::uint64_t get64(std::span<const std::byte> b, std::size_t offset, std::size_t size = 8) {
  std::uint64_t v = 0;
  for (std::size_t i = size; i-- > 0;) v = v << 8 | static_cast<std::uint64_t>(b[offset + i]);
  return v;
}
inline std::uint32_t get32(std::span<const std::byte> b, std::size_t offset) {
  return static_cast<std::uint32_t>(get64(b, offset, 4));
}

template <class T>
void put(std::span<std::byte> b, std::size_t offset, T v) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    b[offset + i] = static_cast<std::byte>(static_cast<std::uint64_t>(v) >> (8 * i));
}

/// zlib's CRC-32 of the whole file, its own four bytes taken as zero, one bit at a time.
inline std::uint32_t crc_of(std::span<const std::byte> b) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const bool own = i >= at::crc32 && i < at::crc32 + 4;
    crc ^= own ? 0u : static_cast<std::uint32_t>(b[i]);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

/// `b` with the CRC that it should have.
inline bytes repaired(bytes b) {
  if (b.size() >= at::weights) put(b, at::crc32, crc_of(b));
  return b;
}
