#include "emit.hpp"

#include <cmath>
#include <random>

#include "evaluate.hpp"
#include "header_text.hpp"
#include "names.hpp"
#include "report_text.hpp"
#include "weights_bytes.hpp"

namespace edgenn::import {

namespace {

// A network above this is not run at import time: minutes, or gigabytes.
constexpr double most_operations = 4e10, most_elements = 2.5e8;

struct golden_pair {
  std::vector<float> input, output;  // of all inputs and of all outputs
};

std::vector<float> random_input(shape s, const emit_options& options, std::mt19937& random) {
  std::vector<float> x(static_cast<std::size_t>(s.size()));
  const double low = static_cast<double>(options.low), width = static_cast<double>(options.high) - low;
  for (float& v : x) v = static_cast<float>(low + width * (static_cast<double>(random()) / 4294967296.0));
  return x;
}

/// Empty, with a remark that says why, if there can be none.
golden_pair golden_pair_of(const target& t, const emit_options& options, std::vector<std::string>& remarks) {
  const evaluation_cost cost = cost_of(t);
  if (cost.operations > most_operations || cost.elements > most_elements) {
    remarks.push_back("no golden pair: the network is too large to be run here");
    return {};
  }
  std::mt19937 random{options.seed};
  std::vector<std::vector<float>> inputs;
  for (int i = 0; i < t.input_count(); ++i) inputs.push_back(random_input(t.shape_of(i), options, random));
  golden_pair pair;
  for (const std::vector<float>& y : evaluate(t, inputs))
    pair.output.insert(pair.output.end(), y.begin(), y.end());
  for (const float v : pair.output)
    if (!std::isfinite(v)) {
      remarks.push_back("no golden pair: an output is not finite for inputs from "
                        + std::to_string(options.low) + " to " + std::to_string(options.high));
      return {};
    }
  for (const std::vector<float>& x : inputs) pair.input.insert(pair.input.end(), x.begin(), x.end());
  return pair;
}

}  // namespace

std::string network_name(std::string_view text, std::size_t longest) {
  return identifier(text, longest, "imported_network");
}

products emit(target t, const emit_options& options) {
  if (t.outputs().empty()) throw import_error{"the network has no output"};
  products p;
  std::vector<std::string> remarks;
  p.header = header_text(t, options);
  if (options.stored == storage::fp16)
    for (int i = 0; i < t.count(); ++i)
      for (float& w : t.weights_of(i))
        if (const float rounded = half{w}; std::isfinite(rounded)) w = rounded;
  golden_pair pair;
  if (options.golden) pair = golden_pair_of(t, options, remarks);
  p.weights = weights_bytes(t, options.stored, pair.input, pair.output);
  p.report = report_text(t, remarks);
  return p;
}

}  // namespace edgenn::import
