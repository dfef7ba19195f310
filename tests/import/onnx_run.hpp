#pragma once
// Runs a compiled network on the data of its test.
#include <doctest/doctest.h>

#include <algorithm>
#include <edgenn/model.hpp>
#include <edgenn/weights.hpp>
#include <memory>
#include <string>
#include <vector>

#include "onnx_case.hpp"

namespace onnx_tests {

/// A network without its type: few lines of a test are templates.
struct compiled {
  std::size_t input_count, output_count;
  const int* input_sizes;
  const int* output_sizes;
  /// Reads the weights file and runs. Returns what is wrong with the file, or nothing.
  std::string (*run)(std::span<const std::byte> weights, const float* const* inputs, float* const* outputs);
};

/// Imports the test again for its data, and compares what the network makes of them.
void check_compiled(const std::string& test, const compiled& network);

template <const auto& Net, class = std::make_integer_sequence<int, Net.input_count>,
          class = std::make_integer_sequence<int, Net.output_count>>
struct compiled_network;

template <const auto& Net, int... I, int... O>
struct compiled_network<Net, std::integer_sequence<int, I...>, std::integer_sequence<int, O...>> {
  using model = edgenn::model<Net, edgenn::reference>;
  static constexpr int input_sizes[] = {Net[I].out.size()...},
                       output_sizes[] = {Net[Net.output(O)].out.size()...};

  template <int K>
  static auto input(const float* const* inputs) {
    constexpr auto size = static_cast<std::size_t>(input_sizes[K]);
    return std::span<const float, size>{inputs[K], size};
  }

  static std::string run(std::span<const std::byte> file, const float* const* inputs, float* const* outputs) {
    std::vector<float> memory(static_cast<std::size_t>(Net.weight_count));
    const auto weights =
        edgenn::read_weights<Net>(file, std::span<float, Net.weight_count>{memory.data(), memory.size()});
    if (!weights) return std::string{std::string_view{weights.error().message().view()}};
    const auto net = std::make_unique<model>(*weights);
    edgenn::detail::no_observer nobody;
    net->run_observed(nobody, input<I>(inputs)...);
    (std::copy_n(net->template output<O>().data(), output_sizes[O], outputs[O]), ...);
    return {};
  }
};

template <const auto& Net>
void check(const std::string& test) {
  using network = compiled_network<Net>;
  check_compiled(test, {std::size(network::input_sizes), std::size(network::output_sizes),
                        network::input_sizes, network::output_sizes, network::run});
}

}  // namespace onnx_tests
