// Layers inside a network whose memory plan joins: each input is a part of one concat's result, the output a
// part of another's. The results are those of separate tensors, bit for bit.
#include <doctest/doctest.h>

#include <edgenn/backends/reference.hpp>
#include <layers/run_case.hpp>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

/// x -> copy -> layer -> y, where `copy` also ends up in concat(clipped, copy) and y in concat(clipped y, y).
/// Outputs: the joined y, then each joined input.
template <class Case>
struct joined;

template <auto Layer, shape... In>
struct joined<layer_case<Layer, In...>> {
  static constexpr int n = sizeof...(In);
  static constexpr activation copy = leaky_relu(1), clipped = clip(-1, 1);

  static constexpr auto network =
      edgenn::network<4 * n + 3>(inputs{In...}, [](std::same_as<value> auto... x) {
        const static_array<value, n> in{{x...}};
        static_array<value, n> copies{}, wholes{};
        for (int k = 0; k < n; ++k) copies[k] = in[k] | activate{copy};
        for (int k = 0; k < n; ++k) wholes[k] = concat(in[k] | activate{clipped}, copies[k]);
        const value y = [&]<int... K>(std::integer_sequence<int, K...>) {
          return copies[0].net->append(Layer, copies[K]...);
        }
        (std::make_integer_sequence<int, n>{});
        const value joined_y = concat(y | activate{clipped}, y);
        return [&]<int... K>(std::integer_sequence<int, K...>) { return outputs{joined_y, wholes[K]...}; }
        (std::make_integer_sequence<int, n>{});
      });

  using model = edgenn::model<network, reference>;
  static constexpr int y_node = 4 * n;

  static constexpr bool all_joined() {
    bool all = model::plan[y_node].joined >= 0;
    for (int k = 0; k < n; ++k) all = all && model::plan[n + k].joined >= 0;
    return all;
  }

  /// `outputs[0]` gets concat(clipped y, y), the others the inputs' concats.
  static void run(const float* const* x, const float* weights, std::vector<float>* outputs) {
    run(x, weights, outputs, std::make_index_sequence<sizeof...(In)>{});
  }

 private:
  template <std::size_t... K>
  static void run(const float* const* x, const float* weights, std::vector<float>* outputs,
                  std::index_sequence<K...>) {
    constexpr auto sizes = std::array{static_cast<std::size_t>(In.size())...};
    constexpr auto weight_count = static_cast<std::size_t>(network.weight_count);
    model net{std::span<const float, weight_count>{weights, weight_count}};
    net.run(std::span<const float, sizes[K]>{x[K], sizes[K]}...);
    const auto keep = [&]<int J>() {
      const auto y = net.template output<J>();
      outputs[J].assign(y.begin(), y.end());
    };
    keep.template operator()<0>();
    (keep.template operator()<int{K} + 1>(), ...);
  }
};

/// The second of two tensors of `channels` channels that a concat joined.
std::vector<float> second_part(const std::vector<float>& whole, int channels) {
  const auto c = static_cast<std::size_t>(channels);
  std::vector<float> part;
  for (std::size_t i = 0; i < whole.size(); ++i)
    if (i % (2 * c) >= c) part.push_back(whole[i]);
  return part;
}

using run_joined = void(const float* const* x, const float* weights, std::vector<float>* outputs);
using run_kernel_of_case = void(const tensor_view<const float>* x, const void* weights, tensor_view<float> y,
                                std::byte* scratch, share part);

void check(const char* name, run_joined* run, run_kernel_of_case* kernel, const case_data& data,
           std::span<const shape> in, shape out) {
  std::vector<const float*> starts;
  std::vector<tensor_view<const float>> views;
  for (std::size_t k = 0; k < in.size(); ++k) {
    starts.push_back(data.inputs[k].data());
    views.push_back(tensor_view<const float>::contiguous(starts[k], in[k]));
  }
  std::vector<float> expected(static_cast<std::size_t>(out.size()));
  kernel(views.data(), data.weights.data(), tensor_view<float>::contiguous(expected.data(), out), nullptr,
         {});

  std::vector<std::vector<float>> found(1 + in.size());
  run(starts.data(), data.weights.data(), found.data());
  CHECK_MESSAGE(equal_bits(second_part(found[0], out.c), expected), name, ": other bits");
  for (std::size_t k = 0; k < in.size(); ++k)
    CHECK_MESSAGE(equal_bits(second_part(found[1 + k], in[k].c), data.inputs[k]), name, ": input ", k,
                  " was overwritten");
}

/// One case for each kernel: every case has been through views with gaps in layers_test.cpp.
template <class F>
void for_each_joined_case(F f) {
  f(layer_case<activate{sigmoid}, shape{3, 4, 3}>{"activate"});
  f(layer_case<add_layer{}, shape{3, 4, 3}, shape{3, 4, 3}>{"add"});
  f(layer_case<average_pool2d{.window = 3, .stride = 2, .pad = same}, shape{6, 5, 3}>{"average_pool2d"});
  f(layer_case<batch_norm{}, shape{3, 4, 3}>{"batch_norm"});
  f(layer_case<concat_layer{axis::channels}, shape{3, 2, 4}, shape{3, 2, 3}>{"concat_channels"});
  f(layer_case<concat_layer{axis::width}, shape{3, 2, 3}, shape{3, 4, 3}>{"concat_width"});
  f(layer_case<conv2d{.filters = 5, .kernel = 1}, shape{3, 4, 3}>{"conv2d_1x1"});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .stride = 2, .pad = same}, shape{6, 5, 3}>{"conv2d"});
  f(layer_case<conv2d{.filters = 4, .kernel = 3, .groups = 2, .act = relu}, shape{5, 4, 4}>{"conv2d_groups"});
  f(layer_case<dense{.units = 7}, shape{3, 2, 4}>{"dense"});
  f(layer_case<depthwise_conv2d{.kernel = 3, .pad = same, .multiplier = 2}, shape{4, 5, 3}>{
      "depthwise_conv2d"});
  f(layer_case<global_average_pool{}, shape{3, 4, 5}>{"global_average_pool"});
  f(layer_case<global_max_pool{}, shape{3, 4, 5}>{"global_max_pool"});
  f(layer_case<lrn{.alpha = 1}, shape{2, 3, 7}>{"lrn"});
  f(layer_case<max_pool2d{.window = 3, .stride = 1, .pad = same}, shape{4, 5, 3}>{"max_pool2d"});
  f(layer_case<max_pool3d{.window = 2}, shape{4, 3, 2, 3}>{"max_pool3d"});
  f(layer_case<multiply_layer{}, shape{3, 4, 5}, shape{3, 4, 5}>{"multiply"});
  f(layer_case<multiply_layer{}, shape{3, 4, 5}, shape{1, 1, 5}>{"multiply_by_channels"});
  f(layer_case<pad2d{.pad = 1, .fill = border::reflect}, shape{3, 4, 3}>{"pad2d"});
  f(layer_case<prelu{}, shape{3, 4, 3}>{"prelu"});
  f(layer_case<resize{.to = {5, 6}}, shape{3, 4, 3}>{"resize_nearest"});
  f(layer_case<resize{.to = {2, 5}, .mode = interpolation::bilinear}, shape{3, 4, 3}>{"resize_bilinear"});
  f(layer_case<softmax{}, shape{3, 4, 5}>{"softmax"});
}

}  // namespace

TEST_CASE("joined inputs and outputs: the bits of separate ones") {
  for_each_joined_case([]<class Case>(const Case& c) {
    using tested = joined<Case>;
    static_assert(tested::all_joined(), "the memory plan no longer joins: this test tests nothing");
    check(c.name, &tested::run, &case_on<reference, Case>::run_kernel, make_data(c), Case::in, Case::out);
  });
}
