#pragma once
// Writes the weights format of weights.hpp, for tools.
#include <edgenn/weights.hpp>

namespace edgenn {

/// Writes a weights file of `Net` into `file`, whose size must be `weights_file<Net>::file_bytes(s, golden)`
/// with golden = !input.empty(). `input` and `output` are one input, or all inputs one after another, and
/// what the network makes of it. Returns the number of bytes written: file.size(), or 0 if a size does not
/// fit or a weight is too large for fp16 or not finite; then `file` is not to be used.
template <const auto& Net>
std::size_t write_weights(std::span<std::byte> file, edgenn::storage s,
                          std::span<const float, Net.weight_count> weights, std::span<const float> input = {},
                          std::span<const float> output = {}) {
  constexpr detail::weights_counts counts = detail::counts_of(Net);
  using at = detail::weights_at;
  const bool golden = !input.empty();
  if (file.size() != counts.file_bytes(s, golden)) return 0;
  if (input.size() != (golden ? counts.inputs : 0u) || output.size() != (golden ? counts.outputs : 0u))
    return 0;
  const auto put = [&]<class T>(std::uint64_t offset, T v) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      file[static_cast<std::size_t>(offset) + i] = static_cast<std::byte>(v >> (8 * i));
  };
  for (std::byte& b : file) b = std::byte{0};
  put(at::magic, detail::weights_magic);
  put(at::version, detail::weights_version);
  put(at::storage, static_cast<std::uint32_t>(s));
  put(at::fingerprint, counts.fingerprint);
  put(at::weight_count, counts.weights);
  put(at::input_count, golden ? counts.inputs : 0u);
  put(at::output_count, golden ? counts.outputs : 0u);
  put(at::file_bytes, static_cast<std::uint64_t>(file.size()));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float v = weights[i];
    if (!(v - v == 0)) return 0;  // infinite or NaN
    if (s == storage::fp16) {
      const half h{v};
      if ((h.bits & 0x7C00u) == 0x7C00u) return 0;
      put(detail::weights_header_bytes + 2 * i, h.bits);
    } else {
      put(detail::weights_header_bytes + 4 * i, std::bit_cast<std::uint32_t>(v));
    }
  }
  for (std::size_t i = 0; i < input.size(); ++i)
    put(counts.input_offset(s) + 4 * i, std::bit_cast<std::uint32_t>(input[i]));
  for (std::size_t i = 0; golden && i < output.size(); ++i)
    put(counts.output_offset(s) + 4 * i, std::bit_cast<std::uint32_t>(output[i]));
  put(at::crc32, ~detail::crc32_step(0xFFFFFFFFu, file));
  return file.size();
}

}  // namespace edgenn
