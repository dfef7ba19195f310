#pragma once
// What ONNX's convolutions and pools have in common.
#include "lowering.hpp"

namespace edgenn::import {

/// The attributes of a window over one or two spatial axes. With one, the window has one row.
struct window_attributes {
  extent kernel{1}, stride{1}, dilation{1};
  padding pad;
};
/// `kernel` is the window where the node does not state one.
window_attributes read_window(const lowering& n, int spatial_axes, const extents& kernel);

/// Refuses batches of more than one.
void check_batch(const lowering& n, std::int64_t batch);

/// An image for the layers with windows: rows, columns and channels, one image a time.
struct image {
  int node;
  shape extents;
};
/// Operand 0, [N, C, H, W] or [N, C, L]. Of the latter the batch becomes the rows.
image image_operand(const lowering& n);
/// What a layer made of it: `channels` of the extents of `node`, in place of operand 0.
void image_result(const lowering& n, int node);

}  // namespace edgenn::import
