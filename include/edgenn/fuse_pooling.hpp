#pragma once
// The pass that makes one layer of a convolution and the max pooling after it.
#include <edgenn/layers/pooled_conv2d.hpp>
#include <edgenn/passes.hpp>

namespace edgenn {

namespace detail {

/// Whether `l`, on an input of shape `in`, takes maxima of squares of 2 x 2 that lie side by side.
constexpr bool pools_squares(const any_layer& l, shape in) {
  if (!l.is<max_pool2d>()) return false;
  const max_pool2d p = l.as<max_pool2d>();
  if (p.window != extent{2} || p.stride != extent{2} || p.dilation != extent{1}) return false;
  const window2d w = p.slide(in);
  return w.y.before == 0 && w.x.before == 0 && 2 * w.y.out <= in.h && 2 * w.x.out <= in.w;
}

/// Whether the largest of some values has the largest result, which is then the same before and after.
constexpr bool keeps_order(const activation& act) {
  return act.kind == activation_kind::none || act.kind == activation_kind::relu
         || act.kind == activation_kind::clip;
}

/// `allowed(node)` says whether a max pooling may take in the convolution that it reads.
template <int N, class Allowed>
constexpr basic_graph<N> fuse_pooling_where(basic_graph<N> g, Allowed allowed) {
  selection<N> kept;
  for (int i = g.input_count; i < g.node_count; ++i) {
    node& pool = g[i];
    const int p = pool.input(0);
    const node& before = g[p];
    if (!before.layer.template is<conv2d>() || !pools_squares(pool.layer, before.out) || !allowed(pool)
        || is_output(g, p) || reader_count(g, p) != 1)
      continue;
    const conv2d c = before.layer.template as<conv2d>();
    if (!keeps_order(c.act)) continue;
    pool.layer =
        any_layer{pooled_conv2d{c.filters, c.kernel, c.stride, c.dilation, c.pad, c.groups, c.bias, c.act}};
    pool.inputs[0] = before.input(0);
    pool.weight_offset = before.weight_offset;
    pool.weight_count = before.weight_count;
    pool.macs = before.macs;
    kept.replace(p, before.input(0));
  }
  return compact<N>(g, kept.keep, kept.same_as);
}

}  // namespace detail

/// A convolution whose only reader is a max pooling of 2 x 2 squares side by side becomes a `pooled_conv2d`
/// with it, if its activation is none or one that clamps. The node takes the place of the pooling, and its
/// `origin`; `allowed[k]` says whether that of `origin` k may be made.
template <int N, int Origins>
constexpr basic_graph<N> fuse_pooling(const basic_graph<N>& g, const static_array<bool, Origins>& allowed) {
  return detail::fuse_pooling_where(g, [&](const node& n) { return allowed[n.origin]; });
}

/// The same, allowed everywhere.
template <int N>
constexpr basic_graph<N> fuse_pooling(const basic_graph<N>& g) {
  return detail::fuse_pooling_where(g, [](const node&) { return true; });
}

}  // namespace edgenn
