// What `smallest` and `with_threads` make of a backend, and how a model hands shares to an executor.
#include <doctest/doctest.h>

#include <edgenn.hpp>
#include <set>
#include <vector>

#include "random_numbers.hpp"

namespace {

/// What kernels were called with, in the order of the calls.
struct call {
  int node_channels;
  edgenn::share part;
  std::byte* scratch;
};
std::vector<call> calls;

}  // namespace

/// A backend with two kernels: a convolution that can be divided by rows, and a pool that cannot.
struct divided {
  using element = float;
  using weight = float;
  using fallback = edgenn::reference;
  static constexpr int alignment = 32;
};
template <edgenn::conv2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<divided, edgenn::op<L, Out, In>> {
  static constexpr bool strided = true;
  static constexpr int scratch_bytes = 20;

  static void run(tensor_view<const float> x, tensor_view<float> y, const float* weights, std::byte* scratch,
                  share part = {}) {
    calls.push_back({Out.c, part, scratch});
    for (int i = 0; i < scratch_bytes; ++i) scratch[i] = std::byte{0xAA};
    const share::range rows = part.of(Out.h);
    for (int row = rows.first; row < rows.end; ++row)
      for (int column = 0; column < Out.w; ++column)
        for (int c = 0; c < Out.c; ++c) {
          float sum = 0;
          for (int k = 0; k < In.c; ++k) sum += x(row, column, k) * weights[c * In.c + k];
          y(row, column, c) = sum;
        }
  }
};
template <edgenn::max_pool2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<divided, edgenn::op<L, Out, In>> : edgenn::kernel<edgenn::reference, op<L, Out, In>> {
  static constexpr bool in_place = false;
  static constexpr int input_gap = 3;
};

/// Divisible and in place: each output is written where, or before where, its inputs are read.
template <edgenn::average_pool2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<divided, edgenn::op<L, Out, In>> {
  static constexpr bool in_place = true;
  static void run(tensor_view<const float>, tensor_view<float>, share = {}) {}
};
template <edgenn::softmax L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<divided, edgenn::op<L, Out, In>> {
  static constexpr bool in_place = true;
  static void run(tensor_view<const float>, tensor_view<float>, share = {}) {}
};

/// The same with a kernel that needs more memory, and without it in `lean`.
struct generous : divided {
  using fallback = divided;
  using lean = divided;
};
template <edgenn::conv2d L, edgenn::shape Out, edgenn::shape In>
struct edgenn::kernel<generous, edgenn::op<L, Out, In>> : edgenn::kernel<divided, op<L, Out, In>> {
  static constexpr int scratch_bytes = 1 << 20;
};

namespace {

using namespace edgenn;

/// Runs shares one after another, the last one first: no share may depend on another's result.
struct backwards {
  int rounds = 0;
  void run(int count, share_task task, void* context) {
    ++rounds;
    for (int i = count; i-- > 0;) task(context, i);
  }
};

constexpr conv2d point(int filters) { return {.filters = filters, .kernel = 1, .bias = false}; }

// Both convolutions have enough work to be divided, the dense layer and the pools do not.
constexpr auto net = network({31, 33, 16}, [](value x) {
  x = x | point(24) | max_pool2d{.window = 2, .stride = 1};
  return x | point(20) | max_pool2d{.window = 2, .stride = 2};
});
constexpr std::size_t weight_count{net.weight_count}, input_size{net[0].out.size()};

template <class Backend, class... Executor>
std::vector<float> result(Executor&... executor) {
  static const std::vector<float> weights = random_floats(1, net.weight_count),
                                  x = random_floats(2, 31 * 33 * 16);
  static model<net, Backend> m{std::span<const float, weight_count>{weights.data(), weight_count}};
  calls.clear();
  const auto y = m.run(executor..., std::span<const float, input_size>{x.data(), input_size});
  return {y.begin(), y.end()};
}

TEST_CASE("shares cover every unit once") {
  for (const int units : {0, 1, 2, 3, 7, 8, 64, 1000, 2147483647})
    for (const int step : {1, 2, 7, 32})
      for (const int count : {1, 2, 3, 8, 100}) {
        int next = 0;
        for (int i = 0; i < count; ++i) {
          const share::range r = share{i, count}.of(units, step);
          REQUIRE(r.first == next);
          REQUIRE(r.end >= r.first);
          if (r.end < units) REQUIRE(r.end % step == 0);
          if (units < 2147483647) REQUIRE(r.end - r.first <= (units / step / count + 1) * step);
          next = r.end;
        }
        REQUIRE(next == units);
      }
}

TEST_CASE("an executor computes the shares of the kernels that can be divided, where it is worth it") {
  const std::vector<float> expected = result<divided>();
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].part.count == 1);

  backwards executor;
  CHECK(result<with_threads<divided, 3>>(executor) == expected);
  CHECK(executor.rounds == 2);
  REQUIRE(calls.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(calls[i].node_channels == (i < 3 ? 24 : 20));
    CHECK(calls[i].part.count == 3);
    CHECK(calls[i].part.index == 2 - static_cast<int>(i) % 3);
  }
  // 32 bytes for each: 20, rounded up to the alignment.
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(calls[i].scratch == calls[i / 3 * 3].scratch - 32 * static_cast<long>(i % 3));
}

TEST_CASE("a model for several threads runs alone too") {
  CHECK(result<with_threads<divided, 3>>() == result<divided>());
  CHECK(calls.size() == 2);
}

constexpr auto small = network({4, 4, 2}, [](value x) { return x | point(3); });
TEST_CASE("layers with little work are not divided") {
  const std::vector<float> weights = random_floats(1, 6), x = random_floats(2, 32);
  model<small, with_threads<divided, 2>> m{std::span<const float, 6>{weights.data(), 6}};
  calls.clear();
  backwards executor;
  static_cast<void>(m.run(executor, std::span<const float, 32>{x.data(), 32}));
  CHECK(executor.rounds == 0);
  CHECK(calls.size() == 1);
}

constexpr auto shrinking = network({64, 64, 20}, [](value x) {
  return x | point(20) | softmax{} | average_pool2d{.window = 2, .stride = 2};
});
TEST_CASE("a divided kernel works in place only where elements stay") {
  constexpr auto& alone = model<shrinking, divided>::plan;
  constexpr auto& together = model<shrinking, with_threads<divided, 2>>::plan;
  CHECK(alone[2].offset == alone[1].offset);
  CHECK(alone[3].offset == alone[1].offset);
  CHECK(together[2].offset == together[1].offset);
  CHECK(together[3].offset != together[1].offset);
}

constexpr auto two_ends = network({31, 33, 16}, [](value x) {
  return outputs{x | point(24), x | point(20)};
});
TEST_CASE("several outputs, and an observer") {
  struct counter {
    int begun = 0, ended = 0;
    void begin(int) { ++begun; }
    void end(int) { ++ended; }
  };
  const std::vector<float> weights = random_floats(1, two_ends.weight_count),
                           x = random_floats(2, 31 * 33 * 16);
  constexpr auto count = static_cast<std::size_t>(two_ends.weight_count);
  using alone = model<two_ends, divided>;
  using together = model<two_ends, with_threads<divided, 4>>;
  static alone a{std::span<const float, count>{weights.data(), count}};
  static together b{std::span<const float, count>{weights.data(), count}};
  const std::span<const float, input_size> image{x.data(), input_size};
  backwards executor;
  a.run(image);
  b.run(executor, image);
  CHECK(std::equal(a.output<1>().begin(), a.output<1>().end(), b.output<1>().begin()));
  counter observer;
  b.run_observed(observer, executor, image);
  CHECK(observer.begun == 2);
  CHECK(observer.ended == 2);
  CHECK(std::equal(a.output<0>().begin(), a.output<0>().end(), b.output<0>().begin()));
  CHECK(executor.rounds == 4);
}

TEST_CASE("a reader's wish for gaps is met, unless the smallest memory is asked for") {
  constexpr auto& plan = model<net, divided>::plan;
  CHECK(plan[1].pixel_stride == 24 + 3);  // read by a pool
  CHECK(plan[1].row_stride == 33 * (24 + 3));
  CHECK(plan[2].pixel_stride == 24);  // read by a convolution
  CHECK(plan[3].pixel_stride == 20 + 3);
  CHECK(plan[4].pixel_stride == 20);  // an output
  constexpr auto& compact = model<net, smallest<divided>>::plan;
  for (int i = 1; i < 5; ++i) CHECK(compact[i].contiguous_as(net[i].out));
  CHECK(result<smallest<divided>>() == result<divided>());
}

TEST_CASE("`smallest` takes the lean kernels") {
  CHECK(model<net, generous>::arena_bytes > 1 << 20);
  CHECK(model<net, smallest<generous>>::arena_bytes < 1 << 20);
  CHECK(model<net, smallest<generous>>::arena_bytes == model<net, smallest<divided>>::arena_bytes);
  backwards executor;
  CHECK(result<smallest<with_threads<generous, 2>>>(executor) == result<divided>());
  CHECK(executor.rounds == 2);
  CHECK(result<with_threads<smallest<generous>, 2>>(executor) == result<divided>());
}

}  // namespace
