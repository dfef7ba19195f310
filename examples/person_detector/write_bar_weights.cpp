// Writes weights with which the person detector finds white bars on black, for tests: bars of the height and
// width of persons' boxes that the near network reads, 243 pixels and more on a canvas of 640x480. The far
// and the medium network find nothing.
//
// Each convolution copies pixels, that is has one weight of 1 for each of a few channels; they differ in
// which place of the kernel that is, and so in where the pixels come from. After three max poolings an
// element is the brightest, or the darkest, of a block of 8x8 pixels, and the 16x8 blocks of a patch are all
// there. The first dense layer starts with 4 and subtracts something for each block that is not as the bar
// would have it.
#include <array>
#include <cstdio>
#include <edgenn/networks/person_far.hpp>
#include <edgenn/networks/person_medium.hpp>
#include <edgenn/networks/person_near.hpp>
#include <edgenn/weights_writer.hpp>
#include <string>
#include <vector>

#include "error.hpp"
#include "files.hpp"
#include "networks.hpp"

namespace {

/// The weights of a network by their meaning.
template <const auto& Net>
class weights_of {
 public:
  weights_of() : values_(static_cast<std::size_t>(Net.weight_count)) {
    for (int i = Net.input_count; i < Net.node_count; ++i)
      if (Net[i].layer.template is<edgenn::conv2d>()) convolutions_.push_back(i);
  }

  int convolutions() const { return static_cast<int>(convolutions_.size()); }
  /// Sides of the kernel of convolution `i`.
  edgenn::extent kernel(int i) const { return layer(i).kernel; }
  float& bias(int i, int filter) {
    const edgenn::node& n = Net[convolutions_[static_cast<std::size_t>(i)]];
    return at(n.weight_offset + n.weight_count - n.out.c + filter);
  }
  float& weight(int i, int filter, int y, int x, int channel) {
    const int node = convolutions_[static_cast<std::size_t>(i)], channels = Net[Net[node].input(0)].out.c;
    const edgenn::extent k = kernel(i);
    return at(Net[node].weight_offset + ((filter * k.h + y) * k.w + x) * channels + channel);
  }
  void write(const std::string& path) const {
    std::vector<std::byte> file(edgenn::weights_file<Net>::file_bytes(edgenn::storage::fp16, false));
    edgenn::write_weights<Net>(file, edgenn::storage::fp16,
                               std::span<const float, std::size_t{Net.weight_count}>{values_});
    write_file(path, file);
  }

 private:
  edgenn::conv2d layer(int i) const {
    return Net[convolutions_[static_cast<std::size_t>(i)]].layer.template as<edgenn::conv2d>();
  }
  float& at(int i) { return values_[static_cast<std::size_t>(i)]; }

  std::vector<int> convolutions_;
  std::vector<float> values_;
};

/// A network that is sure of no person anywhere.
template <const auto& Net>
void write_nothing(const std::string& path) {
  weights_of<Net> w;
  w.bias(w.convolutions() - 1, 0) = 10;
  w.write(path);
}

template <const auto& Net>
void write_bars(const std::string& path) {
  weights_of<Net> w;
  const int dense = w.convolutions() - 3;
  // Channel 4 * down + 2 * right + dark: blocks of the upper or lower, left or right part of the patch.
  for (int channel = 0; channel < 8; ++channel) {
    const bool down = channel / 4 != 0, right = channel / 2 % 2 != 0, dark = channel % 2 != 0;
    for (int i = 0; i < dense; ++i) {
      const int y = down ? w.kernel(i).h - 1 : 0, x = right ? w.kernel(i).w - 1 : 0;
      for (int colour = 0; i == 0 && colour < 3; ++colour)
        w.weight(i, channel, y, x, colour) = (dark ? -1.0f : 1.0f) / 3;
      if (i > 0) w.weight(i, channel, y, x, channel) = 1;
    }
  }
  const auto subtract = [&](int row, int column, bool dark, float share) {
    const int down = row < 8 ? 0 : 1, right = column < 4 ? 0 : 1;
    w.weight(dense, 0, row - 4 * down, column - 4 * right, 4 * down + 2 * right + (dark ? 1 : 0)) = -share;
  };
  for (int column = 3; column <= 4; ++column) {
    for (int row = 3; row <= 12; ++row) subtract(row, column, true, .5f);
    subtract(0, column, false, .5f);
    subtract(15, column, false, .5f);
  }
  for (int row = 4; row <= 11; ++row)
    for (const int column : {0, 7}) subtract(row, column, false, .1f);
  w.bias(dense, 0) = 4;
  w.weight(dense + 1, 0, 0, 0, 0) = 1;
  w.weight(dense + 2, 1, 0, 0, 0) = 2;  // 5 for a perfect bar
  w.bias(dense + 2, 1) = -3;
  w.write(path);
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 4) throw input_error{"arguments", "found another number, expected FAR MEDIUM NEAR to write"};
  write_nothing<far_network>(arguments[1]);
  write_nothing<medium_network>(arguments[2]);
  write_bars<near_network>(arguments[3]);
  return 0;
} catch (const input_error& e) {
  std::fprintf(stderr, "write_bar_weights: %s\n", e.what());
  return 2;
}
