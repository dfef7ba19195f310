#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace edgenn::detail {

/// One step of CRC-32 (ISO 3309, IEEE 802.3, as in zlib and PNG) with a table of 16 entries: small enough for
/// firmware. Start with 0xFFFFFFFF and invert the end result.
constexpr std::uint32_t crc32_step(std::uint32_t crc, std::span<const std::byte> bytes) {
  constexpr std::uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
                                       0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                       0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
  for (const std::byte b : bytes) {
    crc ^= static_cast<std::uint32_t>(b);
    crc = table[crc & 15u] ^ (crc >> 4);
    crc = table[crc & 15u] ^ (crc >> 4);
  }
  return crc;
}

}  // namespace edgenn::detail
