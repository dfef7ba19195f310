#include "evaluate.hpp"

#include <algorithm>

#include "layers/kind.hpp"

namespace edgenn::import {

namespace {

/// By node: the last node that reads it; count() if it is an output.
std::vector<int> last_readers(const target& t) {
  std::vector<int> last(static_cast<std::size_t>(t.count()));
  for (int i = 0; i < t.count(); ++i) {
    last[static_cast<std::size_t>(i)] = i;
    for (int k = 0; k < t[i].input_count; ++k) last[static_cast<std::size_t>(t[i].input(k))] = i;
  }
  for (const target::result& o : t.outputs()) last[static_cast<std::size_t>(o.node)] = t.count();
  return last;
}

/// Inputs under the window of a pooling layer; 1 for others.
double window_of(const any_layer& l) {
  const auto area = [](extent e) { return 1.0 * e.h * e.w; };
  if (l.is<max_pool2d>()) return area(l.as<max_pool2d>().window);
  if (l.is<average_pool2d>()) return area(l.as<average_pool2d>().window);
  if (l.is<max_pool3d>()) {
    const extent3 w = l.as<max_pool3d>().window;
    return 1.0 * w.d * w.h * w.w;
  }
  if (l.is<lrn>()) return 1.0 * l.as<lrn>().size;
  return 1;
}

/// What a suppression may cost, in multiply-accumulate operations: overlaps, and rows that are moved.
double suppression_of(const target& t, int node) {
  constexpr double of_overlap = 16, of_move = 6;
  if (!t[node].layer.is<non_max_suppression_layer>()) return 0;
  const auto l = t[node].layer.as<non_max_suppression_layer>();
  const double boxes = t.shape_of(t[node].input(0)).size() / 4, scores = t.shape_of(t[node].input(1)).size();
  const double examined = l.top_k > 0 ? std::min<double>(l.top_k, boxes) : boxes;
  const bool each_class = l.among == suppression::each_class;
  int limit = each_class ? l.capacity : l.capacity / l.classes_per_detection;
  if (l.detections_per_class > 0) limit = std::min(limit, l.detections_per_class);
  const double runs = each_class ? scores / boxes : 1, kept = std::min<double>(examined, limit);
  return runs * kept * (of_overlap * examined + of_move * std::min<double>(l.capacity, runs * kept));
}

}  // namespace

evaluation_cost cost_of(const target& t) {
  const std::vector<int> last = last_readers(t);
  evaluation_cost cost;
  double alive = 0;
  for (int i = 0; i < t.count(); ++i) {
    const double size = t.shape_of(i).size();
    cost.operations += static_cast<double>(t[i].macs) + size * window_of(t[i].layer) + suppression_of(t, i);
    alive += size;
    cost.elements = std::max(cost.elements, alive + t[i].weight_count);
    for (int k = 0; k < t[i].input_count; ++k)
      if (last[static_cast<std::size_t>(t[i].input(k))] == i) alive -= t.shape_of(t[i].input(k)).size();
  }
  return cost;
}

std::vector<std::vector<float>> evaluate(const target& t, std::span<const std::vector<float>> inputs) {
  const std::vector<int> last = last_readers(t);
  std::vector<std::vector<float>> values(static_cast<std::size_t>(t.count()));
  for (int i = 0; i < t.count(); ++i) {
    std::vector<float>& y = values[static_cast<std::size_t>(i)];
    if (i < t.input_count()) {
      y = inputs[static_cast<std::size_t>(i)];
      continue;
    }
    std::vector<operand> operands;
    for (int k = 0; k < t[i].input_count; ++k) {
      const int from = t[i].input(k);
      operands.push_back({values[static_cast<std::size_t>(from)].data(), t.shape_of(from)});
    }
    y.resize(static_cast<std::size_t>(t.shape_of(i).size()));
    kind_of(t[i].layer).run(t[i].layer, {operands, y.data(), t.shape_of(i), t.weights_of(i).data()});
    for (int k = 0; k < t[i].input_count; ++k) {
      const auto from = static_cast<std::size_t>(t[i].input(k));
      if (last[from] == i) std::vector<float>{}.swap(values[from]);
    }
  }
  std::vector<std::vector<float>> results;
  for (const target::result& o : t.outputs()) results.push_back(values[static_cast<std::size_t>(o.node)]);
  return results;
}

}  // namespace edgenn::import
