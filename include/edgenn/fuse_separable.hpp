#pragma once
// The pass that makes one layer of a depthwise convolution and the pointwise one after it.
#include <edgenn/layers/separable_conv2d.hpp>
#include <edgenn/passes.hpp>

namespace edgenn {

namespace detail {

/// Whether `l` is a pointwise convolution of all channels. No rule of padding pads for a 1 x 1 kernel.
constexpr bool is_pointwise(const any_layer& l) {
  if (!l.is<conv2d>()) return false;
  const conv2d c = l.as<conv2d>();
  return c.kernel == extent{1} && c.stride == extent{1}
         && (c.pad == valid || c.pad.how != padding::rule::pixels) && c.groups == 1;
}

constexpr separable_conv2d joined(const depthwise_conv2d& d, const conv2d& p) {
  return {.filters = p.filters,
          .kernel = d.kernel,
          .stride = d.stride,
          .dilation = d.dilation,
          .pad = d.pad,
          .multiplier = d.multiplier,
          .depthwise_bias = d.bias,
          .depthwise_act = d.act,
          .bias = p.bias,
          .act = p.act};
}

/// `allowed(node)` says whether a pointwise convolution may take in the depthwise one that it reads.
template <int N, class Allowed>
constexpr basic_graph<N> fuse_separable_where(basic_graph<N> g, Allowed allowed) {
  selection<N> kept;
  for (int i = g.input_count; i < g.node_count; ++i) {
    node& pointwise = g[i];
    if (!is_pointwise(pointwise.layer) || !allowed(pointwise)) continue;
    const int p = pointwise.input(0);
    const node& depthwise = g[p];
    if (!depthwise.layer.is<depthwise_conv2d>() || is_output(g, p) || reader_count(g, p) != 1
        || depthwise.weight_offset + depthwise.weight_count != pointwise.weight_offset)
      continue;
    pointwise.layer = any_layer{joined(depthwise.layer.as<depthwise_conv2d>(), pointwise.layer.as<conv2d>())};
    pointwise.inputs[0] = depthwise.input(0);
    pointwise.weight_offset = depthwise.weight_offset;
    pointwise.weight_count += depthwise.weight_count;
    pointwise.macs += depthwise.macs;
    kept.replace(p, depthwise.input(0));
  }
  return compact<N>(g, kept.keep, kept.same_as);
}

}  // namespace detail

/// A depthwise convolution whose only reader is a pointwise one becomes a `separable_conv2d` with it, if the
/// weights of both are adjacent, in this order, so that they stay where they are. The node takes the place of
/// the pointwise one, and its `origin`; `allowed[k]` says whether that of `origin` k may be made.
template <int N, int Origins>
constexpr basic_graph<N> fuse_separable(const basic_graph<N>& g, const static_array<bool, Origins>& allowed) {
  return detail::fuse_separable_where(g, [&](const node& n) { return allowed[n.origin]; });
}

/// The same, allowed everywhere.
template <int N>
constexpr basic_graph<N> fuse_separable(const basic_graph<N>& g) {
  return detail::fuse_separable_where(g, [](const node&) { return true; });
}

}  // namespace edgenn
