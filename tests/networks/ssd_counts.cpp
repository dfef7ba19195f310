// SSD-MobileNet v1: parameters, operations, maps and prior boxes of its versions. The compiler checks them;
// no kernel of the network is compiled.
#include <doctest/doctest.h>

#include <edgenn.hpp>
#include <edgenn/networks/ssd_mobilenet_v1.hpp>

namespace {

using namespace edgenn;
using networks::ssd_mobilenet_v1, networks::ssd_mobilenet_v1_boxes;
namespace ssd = networks::ssd;

template <layer L, int N>
constexpr const node& nth(const basic_graph<N>& net, int n) {
  for (int i = net.input_count; i < net.node_count; ++i)
    if (net[i].layer.template is<L>() && n-- == 0) return net[i];
  return net[net.node_count];  // there is none: no constant expression
}

template <int N>
constexpr int biases(const basic_graph<N>& net) {
  int sum = 0;
  for (int i = 0; i < net.node_count; ++i)
    if (net[i].layer.template is<conv2d>() || net[i].layer.template is<depthwise_conv2d>())
      sum += net[i].out.c;
  return sum;
}
template <int N>
constexpr int biases_of_predictors(const basic_graph<N>& net) {
  int sum = 0;
  for (int i = 0; i < net.node_count; ++i)
    if (net[i].layer.template is<conv2d>() && net[i].layer.act() == none) sum += net[i].out.c;
  return sum;
}

constexpr const auto& caffe = ssd_mobilenet_v1<ssd::caffe>;
constexpr const auto& tensorflow = ssd_mobilenet_v1<>;

static_assert(caffe.weight_count - biases(caffe) == 5'769'920 && biases(caffe) == 13'497);
static_assert(biases_of_predictors(caffe) == 825);
static_assert(caffe.macs() == 1'148'479'168);
static_assert(tensorflow.weight_count - biases(tensorflow) == 6'791'360 && biases(tensorflow) == 15'807);
static_assert(tensorflow.macs() == 1'237'129'408);

/// Up to the last convolution of MobileNet v1.
template <int N>
constexpr bool begins_with_mobilenet(const basic_graph<N>& net) {
  int weights = 0, kernels = 0;
  long long macs = 0;
  for (int i = 1; i <= 27; ++i) {
    weights += net[i].weight_count;
    kernels += net[i].weight_count - net[i].out.c;
    macs += net[i].macs;
  }
  return net[27].out == shape{10, 10, 1024} && kernels == 3'185'088 && (macs + 50'000) / 100'000 == 10'552;
}
static_assert(begins_with_mobilenet(caffe) && begins_with_mobilenet(tensorflow));

/// Caffe's maps and prior boxes: 1083 + 600 + 150 + 54 + 24 + 6.
template <int N>
constexpr bool has_1917_prior_boxes(const basic_graph<N>& net) {
  constexpr int boxes[] = {1083, 600, 150, 54, 24, 6};
  constexpr int sides[] = {19, 10, 5, 3, 2, 1};
  int sum = 0;
  for (int i = 0; i < 6; ++i) {
    const node& n = nth<decode_grid>(net, i);
    const shape map = net[n.input(0)].out;
    if (n.out != shape{boxes[i], 1, 4} || map != shape{sides[i], sides[i], i == 0 ? 12 : 24}) return false;
    sum += n.out.h;
  }
  return sum == 1917;
}
static_assert(has_1917_prior_boxes(caffe) && has_1917_prior_boxes(tensorflow));
static_assert(caffe[caffe.output(0)].out == shape{100, 1, 6});

constexpr const auto& heads = ssd_mobilenet_v1_boxes<ssd::caffe>;
static_assert(heads[heads.output(0)].out == shape{1917, 1, 4}
              && heads[heads.output(1)].out == shape{1917, 1, 21});
static_assert(heads.weight_count == caffe.weight_count);

constexpr bool is(prior_size s, double w, double h) {
  const auto near = [](real a, double b) {
    return static_cast<double>(a.value()) - b < 1e-6 && b - static_cast<double>(a.value()) < 1e-6;
  };
  return near(s.w, w) && near(s.h, h);
}
/// Prior box `i` of the cells of map `map`.
template <int N>
constexpr prior_size prior(const basic_graph<N>& net, int map, int i) {
  return nth<decode_grid>(net, map).layer.template as<decode_grid>().priors.sizes[i];
}
// 60 of 300 pixels and the ratios 2 and 1/2; then squares of 105 and sqrt(105 x 150) pixels, and the ratios 2
// to 1/3.
static_assert(is(prior(caffe, 0, 0), 0.2, 0.2) && is(prior(caffe, 0, 1), 0.282842712, 0.141421356));
static_assert(is(prior(caffe, 0, 2), 0.141421356, 0.282842712));
static_assert(is(prior(caffe, 1, 0), 0.35, 0.35) && is(prior(caffe, 1, 1), 0.418330013, 0.418330013));
static_assert(is(prior(caffe, 1, 2), 0.494974747, 0.247487373)
              && is(prior(caffe, 1, 3), 0.247487373, 0.494974747));
static_assert(is(prior(caffe, 1, 4), 0.606217783, 0.202072594)
              && is(prior(caffe, 1, 5), 0.202072594, 0.606217783));
static_assert(is(prior(caffe, 5, 0), 0.95, 0.95) && is(prior(caffe, 5, 1), 0.974679434, 0.974679434));
// The same sides, but smaller squares in the first map, and the second square last.
static_assert(is(prior(tensorflow, 0, 0), 0.1, 0.1) && is(prior(tensorflow, 0, 1), 0.282842712, 0.141421356));
static_assert(is(prior(tensorflow, 1, 1), 0.494974747, 0.247487373));
static_assert(is(prior(tensorflow, 1, 4), 0.202062494, 0.606248096));
static_assert(is(prior(tensorflow, 1, 5), 0.418330013, 0.418330013));
static_assert(is(prior(tensorflow, 5, 5), 0.974679434, 0.974679434));

// The largest layers, as in MobileNet v1: 150 x 150 x (32 + 64).
static_assert(model<tensorflow, reference>::arena_bytes == 150 * 150 * (32 + 64) * 4);
static_assert(model<caffe, reference>::plan.arena_bytes == model<caffe, reference>::plan.lower_bound_bytes);

/// The options differ from each other alone, too.
constexpr ssd::variant changed(int option) {
  ssd::variant v = ssd::tensorflow;
  if (option == 1) v.classes = 21;
  if (option == 2) v.width_percent = 75;
  if (option == 3) v.padded = networks::mobilenet::padded_as::caffe;
  if (option == 4) v.act = relu;
  if (option == 5) v.priors = ssd::priors_of::caffe;
  if (option == 6) v.order = box_order::xywh;
  if (option == 7) v.scores = ssd::scores_by::softmax;
  if (option == 8) v.detections.capacity = 10;
  return v;
}

TEST_CASE("each option of SSD-MobileNet v1 makes another network") {
  constexpr std::uint64_t prints[] = {
      fingerprint(ssd_mobilenet_v1<changed(0)>), fingerprint(ssd_mobilenet_v1<changed(1)>),
      fingerprint(ssd_mobilenet_v1<changed(2)>), fingerprint(ssd_mobilenet_v1<changed(3)>),
      fingerprint(ssd_mobilenet_v1<changed(4)>), fingerprint(ssd_mobilenet_v1<changed(5)>),
      fingerprint(ssd_mobilenet_v1<changed(6)>), fingerprint(ssd_mobilenet_v1<changed(7)>),
      fingerprint(ssd_mobilenet_v1<changed(8)>)};
  for (std::size_t i = 0; i < std::size(prints); ++i)
    for (std::size_t k = 0; k < i; ++k) CHECK(prints[i] != prints[k]);
}

}  // namespace
