// The trained weights that the project carries open, are of the right network, and prove themselves.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/networks/lenet_300_100.hpp>
#include <edgenn/prove.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "file_bytes.hpp"

namespace {

using namespace edgenn;

constexpr float tolerance = 1e-4f;  // against the training framework's output

bytes content_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in.is_open()) FAIL("cannot open " << path);
  const std::vector<char> chars{std::istreambuf_iterator<char>{in}, {}};
  bytes b(chars.size());
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<std::byte>(chars[i]);
  return b;
}

template <const auto& Net>
void check_trained(const char* name) {
  const bytes b = content_of(EDGENN_TRAINED_WEIGHTS "/" + std::string{name});
  const auto file = weights_file<Net>::open(b);
  if (!file) {
    const auto message = file.error().message();
    FAIL(name << ": " << std::string{std::string_view{message.view()}});
  }
  CHECK(get64(b, at::fingerprint) == fingerprint(Net));
  CHECK(file->has_golden());
  REQUIRE(file->stored() == storage::fp16);

  std::array<float, 28 * 28> image{};
  static std::array<float, static_cast<std::size_t>(Net.weight_count)> weights;
  file->copy_to(weights);
  static model<Net, reference> in_fp32{weights};
  const proof copied = prove(in_fp32, *file, image);
  CHECK(copied.has_golden);
  CHECK(copied.largest_error <= tolerance);

  const auto halves = file->template in_place<half>();
  REQUIRE(halves);
  static model<Net, reference_fp16_weights> in_fp16{*halves};
  const proof in_place = prove(in_fp16, *file, image);
  CHECK(in_place.largest_error <= tolerance);

  // The proof can fail: without weights every digit is as likely as the others, and the golden digit is not.
  weights.fill(0);
  CHECK_FALSE(prove(in_fp32, *file, image).holds(tolerance));
}

TEST_CASE("lenet5.edgenn") { check_trained<networks::lenet5>("lenet5.edgenn"); }
TEST_CASE("lenet_300_100.edgenn") { check_trained<networks::lenet_300_100>("lenet_300_100.edgenn"); }

}  // namespace
