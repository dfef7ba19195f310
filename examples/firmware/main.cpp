// LeNet-5 as firmware: weights stay in flash, activations have their place in RAM, nothing else is needed.
// The same program runs on a PC. It proves itself on the input that the weights file carries, reads ten drawn
// digits, and ends with 0, or 1 if the proof fails, or 2 if the weights are not those of this network.
#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/prove.hpp>

#include "board.hpp"
#include "drawn_digits.hpp"
#include "lenet5_weights.hpp"  // made by edgenn_add_weights

namespace {

using edgenn::networks::lenet5;
using network = edgenn::model<lenet5, edgenn::reference_fp16_weights>;

static_assert(network::arena_bytes <= 48 * 1024, "the board has 128 KiB of RAM");

void print(std::string_view text) { board::print(text); }

/// Prints a number in 0 .. 10 with seven decimals, without printf and the heap that comes with it.
void print_number(float v) {
  auto scaled = static_cast<std::uint32_t>(v * 1e7f + 0.5f);
  char text[] = "0.0000000";
  for (int i = 8; i >= 0; --i) {
    if (i == 1) continue;
    text[i] = static_cast<char>('0' + scaled % 10);
    scaled /= 10;
  }
  print(text);
}

/// Prints which digit is the most probable one, and all probabilities.
template <std::size_t N>
void print_reading(std::span<const float, N> probabilities) {
  std::size_t best = 0;
  for (std::size_t digit = 1; digit < N; ++digit)
    if (probabilities[digit] > probabilities[best]) best = digit;
  print(std::string_view{&"0123456789"[best], 1});
  print(";");
  for (const float p : probabilities) {
    print(" ");
    print_number(p);
  }
  print("\n");
}

}  // namespace

int main() {
  const auto file = edgenn::weights_file<lenet5>::open(lenet5_weights);
  const auto weights = file ? file->in_place<edgenn::half>() : file.error();
  if (!weights) {
    print(weights.error().message().view());
    print("\n");
    return 2;
  }
  static network net{*weights};
  constexpr edgenn::shape extents = network::in<>;
  static float image[extents.size()];

  const edgenn::proof proof = edgenn::prove(net, *file, image);
  if (!proof.holds(1e-4f)) {
    print("the golden output is not reproduced\n");
    return 1;
  }
  print("largest error of the golden output: ");
  print_number(proof.largest_error);
  print("\ngolden: ");
  print_reading(net.output());

  for (const drawn_digit& digit : drawn_digits) {
    digit.draw(image, extents.w);
    print("drawn ");
    print(std::string_view{&"0123456789"[digit.label], 1});
    print(": ");
    print_reading(net.run(image));
  }
  return 0;
}
