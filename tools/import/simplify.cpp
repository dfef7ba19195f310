#include "simplify.hpp"

#include <cmath>

#include "draft.hpp"

namespace edgenn::import {

namespace {

/// Calls `f(i)` for the layers that are still there.
void for_each_layer(draft& d, auto f) {
  for (int i = d.first(); i < d.count(); ++i)
    if (d.exists(i)) f(i);
}

void remove_what_does_nothing(draft& d) {
  for_each_layer(d, [&](int i) {
    const any_layer& l = d[i].layer;
    const int from = d.input(i);
    const bool nothing = l.is<identity>() || l.is<dropout>()
                         || (l.is<activate>() && l.as<activate>().act == activations::none)
                         || ((l.is<reshape>() || l.is<flatten>()) && d[from].out == d[i].out);
    if (!nothing || (d.is_output(i) && d.is_input(from))) return;
    d.note("removed, because it does nothing: " + std::string{l.name()} + ' ' + d[i].name);
    d.bypass(i, from);
  });
}

/// A dense layer reads its input in storage order, whatever the shape.
void remove_reshapes_before_dense(draft& d) {
  for_each_layer(d, [&](int i) {
    if (!d[i].layer.is<dense>() && !d[i].layer.is<flatten>() && !d[i].layer.is<reshape>()) return;
    int from = d.input(i);
    while (!d.is_input(from) && (d[from].layer.is<reshape>() || d[from].layer.is<flatten>()))
      from = d.input(from);
    d[i].inputs[0] = from;
  });
}

/// `p` with the border that `l` adds to an input of shape `in`, for a window that stands at `w` on the padded
/// input.
padding with_border(const pad2d& l, const window2d& w) {
  return sides{.top = l.pad.top + w.y.before,
               .left = l.pad.left + w.x.before,
               .bottom = l.pad.bottom + w.y.after,
               .right = l.pad.right + w.x.after};
}

void fold_pads(draft& d) {
  for_each_layer(d, [&](int i) {
    const int from = d.input(i);
    if (d.is_input(from) || !d[from].layer.is<pad2d>()) return;
    const pad2d border_of = d[from].layer.as<pad2d>();
    if (border_of.fill != border::constant || border_of.value != real{0}) return;
    any_layer& l = d[i].layer;
    const shape padded = d[from].out;
    const auto take = [&](auto window_layer, const window2d& w) {
      window_layer.pad = with_border(border_of, w);
      l = any_layer{window_layer};
      d[i].inputs[0] = d.input(from);
      d.note("folded the border " + d[from].name + " into: " + d[i].name);
    };
    if (l.is<conv2d>())
      take(l.as<conv2d>(), l.as<conv2d>().window(padded));
    else if (l.is<depthwise_conv2d>())
      take(l.as<depthwise_conv2d>(), l.as<depthwise_conv2d>().window(padded));
  });
}

/// Scales the outputs of a layer with weights, channel by channel, and adds to them.
bool scale_outputs(item& n, const std::vector<double>& factor, const std::vector<double>& offset) {
  const std::size_t channels = factor.size();
  const auto scale = [&](auto l, auto channel_of) {
    if (l.act != none) return false;
    const bool had_bias = static_cast<bool>(l.bias);
    const std::size_t taps = n.weights.size() - (had_bias ? channels : 0);
    if (!had_bias) n.weights.resize(taps + channels);
    for (std::size_t i = 0; i < taps; ++i)
      n.weights[i] =
          static_cast<float>(static_cast<double>(n.weights[i]) * factor[channel_of(i, taps / channels)]);
    for (std::size_t c = 0; c < channels; ++c)
      n.weights[taps + c] =
          static_cast<float>(static_cast<double>(n.weights[taps + c]) * factor[c] + offset[c]);
    l.bias = true;
    n.layer = any_layer{l};
    return true;
  };
  const auto outermost = [](std::size_t i, std::size_t row) { return i / row; };
  const auto innermost = [&](std::size_t i, std::size_t) { return i % channels; };
  if (n.layer.is<conv2d>()) return scale(n.layer.as<conv2d>(), outermost);
  if (n.layer.is<dense>()) return scale(n.layer.as<dense>(), outermost);
  if (n.layer.is<depthwise_conv2d>()) return scale(n.layer.as<depthwise_conv2d>(), innermost);
  return false;
}

void fold_batch_norms(draft& d) {
  for_each_layer(d, [&](int i) {
    if (!d[i].layer.is<batch_norm>()) return;
    const batch_norm norm = d[i].layer.as<batch_norm>();
    const std::vector<float>& w = d[i].weights;
    const std::size_t channels = w.size() / 4;
    std::vector<double> factor(channels), offset(channels);
    for (std::size_t c = 0; c < channels; ++c) {
      const double variance =
          static_cast<double>(w[3 * channels + c]) + static_cast<double>(norm.epsilon.value());
      if (!(variance > 0))
        throw import_error{"batch normalisation " + d[i].name + ": found a variance of "
                           + std::to_string(w[3 * channels + c]) + " in channel " + std::to_string(c)
                           + ", expected one above 0"};
      factor[c] = static_cast<double>(w[c]) / std::sqrt(variance);
      offset[c] = static_cast<double>(w[channels + c]) - static_cast<double>(w[2 * channels + c]) * factor[c];
    }
    const int from = d.input(i);
    if (!d.feeds_one(from) || !scale_outputs(d[from], factor, offset)) return;
    d[from].layer.set_act(norm.act);
    d.absorb(i, from, "folded the batch normalisation into the layer before it");
  });
}

void fold_affines(draft& d) {
  for_each_layer(d, [&](int i) {
    if (!d[i].layer.is<affine>()) return;
    const affine l = d[i].layer.as<affine>();
    const std::vector<float>& w = d[i].weights;
    const std::size_t channels = static_cast<std::size_t>(d[i].out.c), from_scale = l.scale ? channels : 0;
    std::vector<double> factor(channels, 1), offset(channels, 0);
    for (std::size_t c = 0; c < channels; ++c) {
      if (l.scale) factor[c] = static_cast<double>(w[c]);
      if (l.offset) offset[c] = static_cast<double>(w[from_scale + c]);
    }
    const int from = d.input(i);
    if (!d.feeds_one(from) || d[from].out != d[i].out || !scale_outputs(d[from], factor, offset)) return;
    d[from].layer.set_act(l.act);
    d.absorb(i, from, "folded the scale or offset into the layer before it");
  });
}

void fuse_activations_of(draft& d) {
  for_each_layer(d, [&](int i) {
    if (!d[i].layer.is<activate>()) return;
    const int from = d.input(i);
    if (!d.feeds_one(from) || !d[from].layer.has_activation() || d[from].layer.is<activate>()
        || d[from].layer.act() != activations::none)
      return;
    d[from].layer.set_act(d[i].layer.act());
    d.absorb(i, from, "fused the activation into the layer before it");
  });
}

/// Padding by a rule that comes to nothing, and convolutions over the whole image, as a person would write
/// them.
void name_windows(draft& d) {
  for_each_layer(d, [&](int i) {
    item& n = d[i];
    const shape in = d[d.input(i)].out;
    const auto drop_padding = [&](auto l, const window2d& w) {
      if ((w.y.before | w.y.after | w.x.before | w.x.after) == 0) l.pad = valid;
      n.layer = any_layer{l};
      return l.pad == valid;
    };
    if (n.layer.is<depthwise_conv2d>()) {
      const depthwise_conv2d l = n.layer.as<depthwise_conv2d>();
      drop_padding(l, l.window(in));
    } else if (n.layer.is<max_pool2d>()) {
      const max_pool2d l = n.layer.as<max_pool2d>();
      drop_padding(l, l.slide(in));
    } else if (n.layer.is<average_pool2d>()) {
      const average_pool2d l = n.layer.as<average_pool2d>();
      drop_padding(l, l.slide(in));
    } else if (n.layer.is<conv2d>()) {
      const conv2d l = n.layer.as<conv2d>();
      const bool whole = l.kernel == extent{in.h, in.w} && l.groups == 1 && in.d == 1;
      if (drop_padding(l, l.window(in)) && whole)
        n.layer = any_layer{dense{.units = l.filters, .bias = l.bias, .act = l.act}};
    }
  });
}

/// Pooling over the whole image, by its own name.
void name_global_pools(draft& d) {
  for_each_layer(d, [&](int i) {
    item& n = d[i];
    const shape in = d[d.input(i)].out;
    const auto is_global = [&](const auto& l) {
      const window2d w = l.slide(in);
      return w.y.kernel == in.h && w.x.kernel == in.w && w.y.before + w.y.after + w.x.before + w.x.after == 0;
    };
    if (n.layer.is<average_pool2d>() && is_global(n.layer.as<average_pool2d>()))
      n.layer = any_layer{global_average_pool{}};
    else if (n.layer.is<max_pool2d>() && n.layer.as<max_pool2d>().dilation == extent{1}
             && is_global(n.layer.as<max_pool2d>()))
      n.layer = any_layer{global_max_pool{}};
  });
}

}  // namespace

target simplify(target t) {
  draft d{std::move(t)};
  d.remove_unused();
  remove_what_does_nothing(d);
  remove_reshapes_before_dense(d);
  fold_pads(d);
  fold_batch_norms(d);
  fold_affines(d);
  fuse_activations_of(d);
  name_windows(d);
  name_global_pools(d);
  return d.done();
}

}  // namespace edgenn::import
