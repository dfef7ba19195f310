// libFuzzer on the TFLite reader: for any bytes there is a network or an error of one line, within bounds of
// time and memory.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "lower_tflite.hpp"
#include "simplify.hpp"
#include "tflite_reader.hpp"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

void check_message(std::string_view line) {
  require(line.starts_with("fuzz.tflite"), "the message begins with the file's name");
  require(line.size() < 4000, "the message is short");
  for (const char c : line) require(c >= ' ' && c <= '~', "the message is printable");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace edgenn::import;
  if (size == 0) return 0;
  const bool dequantize = (data[0] & 1) != 0;
  const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(data + 1), size - 1};
  try {
    model m = read_tflite(bytes, "fuzz.tflite");
    for (const tensor& t : m.tensors) require(t.constant || t.data.empty(), "only constants have data");
    target net = lower_tflite(std::move(m), {.dequantize = dequantize});
    require(!net.outputs().empty(), "a network has an output");
    try {
      net = simplify(std::move(net));
    } catch (const import_error&) {  // weights that are no numbers
    }
  } catch (const import_error& e) {
    check_message(e.what());
  }
  return 0;
}
