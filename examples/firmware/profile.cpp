// Where the time goes, layer by layer, in the unit of the board's clock.
#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/profile.hpp>

#include "board.hpp"
#include "drawn_digits.hpp"
#include "lenet5_weights.hpp"

int main() {
  using edgenn::networks::lenet5;
  using network = edgenn::model<lenet5, edgenn::reference_fp16_weights>;
  const auto put = [](std::string_view line) {
    board::print(line);
    board::print("\n");
  };
  const auto weights = edgenn::read_weights<lenet5, edgenn::half>(lenet5_weights);
  if (!weights) {
    put(weights.error().message().view());
    return 2;
  }
  static network net{*weights};
  static float image[network::in<>.size()];
  static edgenn::profile<network, board::clock> times;
  for (const drawn_digit& digit : drawn_digits) {
    digit.draw(image, network::in<>.w);
    net.run_observed(times, image);
  }
  times.report(put);
}
