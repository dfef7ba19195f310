#pragma once
// A weights file proves itself: the model runs the file's golden input and compares what comes out.
#include <edgenn/model.hpp>
#include <edgenn/weights.hpp>

namespace edgenn {

/// What `prove` found.
struct proof {
  bool has_golden = false;  ///< the file holds an input with its expected output
  float largest_error = 0;  ///< largest absolute difference over all outputs; infinite if one is NaN

  /// Whether there was something to prove and every output lies within `tolerance`.
  constexpr bool holds(float tolerance) const { return has_golden && largest_error <= tolerance; }
};

/// Runs `net` once on the golden input of `file` and compares with the golden output. `input` is memory for
/// that input: the elements of all inputs of the network, one after another.
template <const auto& Net, class Backend, class Arena>
proof prove(model<Net, Backend, Arena>& net, const weights_file<Net>& file,
            std::span<typename Backend::element, detail::counts_of(Net).inputs> input) {
  using element = typename Backend::element;
  if (!file.has_golden()) return {};
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<element>(file.golden_input(i));
  detail::no_observer nobody;
  [&]<int... K>(std::integer_sequence<int, K...>) {
    std::size_t start = 0;
    const auto next = [&](int size) {
      start += static_cast<std::size_t>(size);
      return input.data() + start - size;
    };
    const element* const first[] = {next(Net[K].out.size())...};
    net.run_observed(nobody, std::span<const element, static_cast<std::size_t>(Net[K].out.size())>{
                                 first[K], static_cast<std::size_t>(Net[K].out.size())}...);
  }
  (std::make_integer_sequence<int, Net.input_count>{});

  proof p{true, 0};
  std::size_t at = 0;
  const auto compare = [&](auto output) {
    for (const element y : output) {
      const float error = static_cast<float>(y) - file.golden_output(at++);
      const float size = error < 0 ? -error : error;
      if (!(size <= p.largest_error)) p.largest_error = size == size ? size : __builtin_huge_valf();
    }
  };
  [&]<int... K>(std::integer_sequence<int, K...>) { (compare(net.template output<K>()), ...); }
  (std::make_integer_sequence<int, Net.output_count>{});
  return p;
}

}  // namespace edgenn
