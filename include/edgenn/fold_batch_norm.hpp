#pragma once
// Batch normalisation folded into the convolution or dense layer before it: once in the graph, once, by a
// tool or at start-up, in the weights.
#include <cmath>
#include <edgenn/layers.hpp>
#include <edgenn/passes.hpp>
#include <span>

namespace edgenn {

namespace detail {

/// Sets `bias` and, if the layer takes one, the activation of the batch norm that it swallows.
template <layer L>
constexpr bool absorb(any_layer& layer, const activation& act) {
  if (!layer.is<L>()) return false;
  L l = layer.as<L>();
  l.bias = true;
  l.act = act;
  layer = any_layer{l};
  return true;
}

/// Whether node `i` is a batch norm that the layer before it can swallow.
template <int N>
constexpr bool is_foldable(const basic_graph<N>& g, int i) {
  if (!g[i].layer.template is<batch_norm>()) return false;
  const int p = g[i].input(0);
  const any_layer& l = g[p].layer;
  return p >= g.input_count && (l.is<conv2d>() || l.is<depthwise_conv2d>() || l.is<dense>())
         && l.act() == activations::none && !is_output(g, p) && reader_count(g, p) == 1;
}

/// Elements of the kernel of a conv2d, depthwise_conv2d or dense node, without its bias.
template <int N>
constexpr int kernel_size(const basic_graph<N>& g, int i) {
  const any_layer& l = g[i].layer;
  const shape in = g[g[i].input(0)].out;
  const weight_tensors tensors = l.is<conv2d>()             ? l.as<conv2d>().weights(in)
                                 : l.is<depthwise_conv2d>() ? l.as<depthwise_conv2d>().weights(in)
                                                            : l.as<dense>().weights(in);
  return static_cast<int>(tensors[0].size());
}

}  // namespace detail

/// The network without the batch norms that follow a conv2d, depthwise_conv2d or dense layer without
/// activation; those layers gain a bias and take over the batch norm's activation. Its weights are those that
/// `fold_batch_norm_weights` makes. Other batch norms stay.
template <int N>
constexpr basic_graph<N> fold_batch_norm(basic_graph<N> g) {
  detail::selection<N> kept;
  for (int i = g.input_count; i < g.node_count; ++i) {
    if (!detail::is_foldable(g, i)) continue;
    const int p = g[i].input(0);
    const activation act = g[i].layer.act();
    detail::absorb<conv2d>(g[p].layer, act) || detail::absorb<depthwise_conv2d>(g[p].layer, act)
        || detail::absorb<dense>(g[p].layer, act);
    g[p].weight_count = detail::kernel_size(g, p) + g[p].out.c;
    kept.replace(i, p);
  }
  g = detail::compact<N>(g, kept.keep, kept.same_as);
  g.weight_count = 0;
  for (int i = 0; i < g.node_count; ++i) {
    g[i].weight_offset = g.weight_count;
    g[i].origin = i;
    g.weight_count += g[i].weight_count;
  }
  return g;
}

/// The weights of `fold_batch_norm(g)` from those of `g`: with s = scale / sqrt(variance + epsilon) kernels
/// become kernel * s and biases (bias - mean) * s + offset. `from` holds g.weight_count elements, `to`
/// fold_batch_norm(g).weight_count. Runs in double precision; the result differs from unfolded inference by
/// rounding only. Returns the number of elements written, or -1 if a span has the wrong size or a variance +
/// epsilon is not positive (then `to` is not to be used).
template <int N>
int fold_batch_norm_weights(const basic_graph<N>& g, std::span<const float> from, std::span<float> to) {
  if (from.size() != static_cast<std::size_t>(g.weight_count)) return -1;
  std::size_t at = 0;
  const auto put = [&](double v) {
    if (at < to.size()) to[at] = static_cast<float>(v);
    ++at;
  };
  for (int i = g.input_count; i < g.node_count; ++i) {
    const node& n = g[i];
    const float* w = from.data() + n.weight_offset;
    int fold = -1;  // the batch norm that this node swallows
    for (int j = i + 1; j < g.node_count && fold < 0; ++j)
      if (g[j].input(0) == i && detail::is_foldable(g, j)) fold = j;
    if (detail::is_foldable(g, i)) continue;
    if (fold < 0) {
      for (int k = 0; k < n.weight_count; ++k) put(static_cast<double>(w[k]));
      continue;
    }
    const int channels = n.out.c, kernel = detail::kernel_size(g, i);
    const float *scale = from.data() + g[fold].weight_offset, *offset = scale + channels,
                *mean = offset + channels, *variance = mean + channels;
    const double epsilon = static_cast<double>(g[fold].layer.template as<batch_norm>().epsilon.value());
    const auto factor = [&](int c) {
      return static_cast<double>(scale[c]) / std::sqrt(static_cast<double>(variance[c]) + epsilon);
    };
    for (int c = 0; c < channels; ++c)
      if (!(static_cast<double>(variance[c]) + epsilon > 0)) return -1;
    // A depthwise kernel has its channels innermost, the others outermost.
    const bool innermost = n.layer.template is<depthwise_conv2d>();
    for (int k = 0; k < kernel; ++k)
      put(static_cast<double>(w[k]) * factor(innermost ? k % channels : k / (kernel / channels)));
    for (int c = 0; c < channels; ++c) {
      const double bias = n.weight_count > kernel ? static_cast<double>(w[kernel + c]) : 0.0;
      put((bias - static_cast<double>(mean[c])) * factor(c) + static_cast<double>(offset[c]));
    }
  }
  return at == to.size() ? static_cast<int>(at) : -1;
}

}  // namespace edgenn
