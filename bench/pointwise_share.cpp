// How much of the FMA peak of the instruction set that it is compiled for the pointwise convolutions of
// MobileNet v1 1.0-224 reach, as JSON. Each layer is measured in turn with the peak, round after round;
// medians.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <edgenn.hpp>
#include <memory>
#include <span>
#include <vector>

#include "limits.hpp"
#include "synthetic.hpp"

namespace {

struct layer {
  int extent, channels, filters;
  int times;  ///< how often the network has it
};
constexpr layer layers[] = {{112, 32, 64, 1},  {56, 64, 128, 1},  {56, 128, 128, 1},
                            {28, 128, 256, 1}, {28, 256, 256, 1}, {14, 256, 512, 1},
                            {14, 512, 512, 5}, {7, 512, 1024, 1}, {7, 1024, 1024, 1}};
constexpr int count = std::size(layers);

template <int I>
inline constexpr auto net =
    edgenn::network({layers[I].extent, layers[I].extent, layers[I].channels}, [](edgenn::value x) {
      return x | edgenn::conv2d{.filters = layers[I].filters, .kernel = 1, .act = edgenn::relu6};
    });

/// Waiting for a core does not count.
double processor_seconds() {
  std::timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

/// A layer with its memory, and the times that were measured.
struct subject {
  virtual ~subject() = default;
  virtual void run() = 0;
  std::vector<double> seconds;

  void measure() {
    constexpr double enough = 2e-3;
    run();
    const double start = processor_seconds();
    double taken = 0;
    int runs = 0;
    for (; taken < enough; ++runs, taken = processor_seconds() - start) run();
    seconds.push_back(taken / runs);
  }
  double median() {
    std::sort(seconds.begin(), seconds.end());
    return seconds[seconds.size() / 2];
  }
};

template <int I>
class subject_of : public subject {
  using model = edgenn::model<net<I>, edgenn::native, edgenn::borrowed_arena>;
  template <int Bytes>
  struct alignas(4096) memory {
    std::byte bytes[Bytes];
  };

 public:
  subject_of() : x_(bench::synthetic_input(net<I>)) {
    const std::vector<float> weights = bench::synthetic_weights(net<I>);
    model::pack(std::span<const float, model::weight_count>{weights}, packed_->bytes);
  }
  void run() override {
    model m{packed_->bytes, arena_->bytes};
    float first = m.run(std::span<const float, model::template in<>.size()>{x_})[0];
    bench::keep(first);
  }

 private:
  std::vector<float> x_;
  std::unique_ptr<memory<model::packed_bytes>> packed_ = std::make_unique<memory<model::packed_bytes>>();
  std::unique_ptr<memory<model::arena_bytes>> arena_ = std::make_unique<memory<model::arena_bytes>>();
};

template <int... I>
std::vector<std::unique_ptr<subject>> all(std::integer_sequence<int, I...>) {
  std::vector<std::unique_ptr<subject>> subjects;
  (subjects.push_back(std::make_unique<subject_of<I>>()), ...);
  return subjects;
}

}  // namespace

int main() {
  constexpr int rounds = 15;
  const auto subjects = all(std::make_integer_sequence<int, count>{});
  double peak = 0;
  for (int r = 0; r < rounds; ++r) {
    peak = std::max(peak, bench::peak_gflops<bench::widest_isa>());
    for (const auto& s : subjects) s->measure();
  }
  double flops = 0, seconds = 0;
  std::printf("{\"isa\": \"%s\", \"peak_gflops\": %.1f, \"layers\": [", bench::widest_isa_name, peak);
  for (int i = 0; i < count; ++i) {
    const layer& l = layers[i];
    const double work = 2.0 * l.extent * l.extent * l.channels * l.filters,
                 taken = subjects[static_cast<std::size_t>(i)]->median();
    flops += l.times * work;
    seconds += l.times * taken;
    std::printf("%s\n {\"layer\": \"%dx%dx%d to %d\", \"times\": %d, \"ms\": %.5f, \"share\": %.4f}",
                i == 0 ? "" : ",", l.extent, l.extent, l.channels, l.filters, l.times, taken * 1e3,
                work / taken * 1e-9 / peak);
  }
  std::printf("],\n \"share\": %.4f}\n", flops / seconds * 1e-9 / peak);
}
