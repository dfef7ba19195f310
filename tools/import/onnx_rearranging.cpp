// ONNX: Reshape, Flatten, Squeeze, Unsqueeze, Transpose, DepthToSpace, SpaceToDepth: other names for the same
// memory, until a layer needs it in another order.
#include <algorithm>

#include "constant.hpp"
#include "fold.hpp"
#include "lowering.hpp"

namespace edgenn::import {

namespace {

void reshape_of(const lowering& n) {
  n.expect_inputs(1, 2);
  const auto wanted = n.version() < 5 ? n.integers("shape") : n.constant_integers(1, "shape");
  n.ignore("consumed_inputs");
  const placed& v = n.value(0);
  n.result(with_extents(n, v, reshaped_extents(n, v.at.dims(), wanted, n.integer("allowzero", 0) != 0)));
}

/// [axes before `axis`, axes from it on]
void flatten_of(const lowering& n) {
  n.expect_inputs(1, 1);
  const placed& v = n.value(0);
  const std::int64_t stated = n.integer("axis", 1);
  const int axis = stated == v.at.rank() ? v.at.rank() : n.axis(stated, v.at.rank());
  const std::span<const std::int64_t> dims{v.at.dims()};
  const auto before = static_cast<std::size_t>(axis);
  n.result(with_extents(
      n, v, {element_count(dims.first(before), n.where()), element_count(dims.subspan(before), n.where())}));
}

void squeeze_of(const lowering& n) {
  n.result(with_extents(n, n.value(0), squeezed_extents(n, n.value(0).at.dims())));
}
void unsqueeze_of(const lowering& n) {
  n.result(with_extents(n, n.value(0), unsqueezed_extents(n, n.value(0).at.dims())));
}

placed transposed(const placed& v, std::span<const int> order) {
  return {v.node, v.at.transposed(order), v.type};
}

/// The axes in the order `perm`, reversed if that is absent.
void transpose_of(const lowering& n) {
  n.expect_inputs(1, 1);
  const placed& v = n.value(0);
  std::vector<std::int64_t> stated = n.integers("perm");
  if (stated.empty())
    for (int a = v.at.rank(); a-- > 0;) stated.push_back(a);
  if (static_cast<int>(n.axes(stated, v.at.rank()).size()) != v.at.rank())
    n.refuse("perm " + list_text(stated) + " does not name every axis of " + shape_text(v.at.dims()));
  std::vector<int> order;
  for (const std::int64_t a : stated) order.push_back(n.axis(a, v.at.rank()));
  n.result(transposed(v, order));
}

struct blocks {
  std::int64_t n, c, h, w, b;
};
blocks read_blocks(const lowering& n) {
  n.expect_inputs(1, 1);
  const extents& dims = n.value(0).at.dims();
  const std::int64_t b = n.integer("blocksize", 0);
  if (dims.size() != 4) n.refuse("its input has the shape " + shape_text(dims) + ", expected N x C x H x W");
  if (b < 1 || b > 65536) n.refuse("blocksize is " + std::to_string(b) + ", expected 1 to 65536");
  return {dims[0], dims[1], dims[2], dims[3], b};
}

/// Channels become blocks of b x b pixels.
void depth_to_space(const lowering& n) {
  const auto [count, c, h, w, b] = read_blocks(n);
  const std::string mode = n.text("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") n.refuse("mode is " + mode + ", expected DCR or CRD");
  if (c % (b * b) != 0)
    n.refuse("its " + std::to_string(c) + " channels are no blocks of " + std::to_string(b) + " x "
             + std::to_string(b));
  constexpr int depth_first[] = {0, 3, 4, 1, 5, 2}, column_first[] = {0, 1, 4, 2, 5, 3};
  const bool dcr = mode == "DCR";
  const placed split = with_extents(
      n, n.value(0), dcr ? extents{count, b, b, c / (b * b), h, w} : extents{count, c / (b * b), b, b, h, w});
  const std::span<const int> order =
      dcr ? std::span<const int>{depth_first} : std::span<const int>{column_first};
  n.result(with_extents(n, transposed(split, order), {count, c / (b * b), h * b, w * b}));
}

/// Blocks of b x b pixels become channels.
void space_to_depth(const lowering& n) {
  const auto [count, c, h, w, b] = read_blocks(n);
  if (h % b != 0 || w % b != 0)
    n.refuse("its rows and columns are no multiples of blocksize = " + std::to_string(b));
  constexpr int order[] = {0, 3, 5, 1, 2, 4};
  const placed split = with_extents(n, n.value(0), {count, c, h / b, b, w / b, b});
  n.result(with_extents(n, transposed(split, order), {count, c * b * b, h / b, w / b}));
}

}  // namespace

void add_rearranging(handlers& all) {
  all["Reshape"] = reshape_of;
  all["Flatten"] = flatten_of;
  all["Squeeze"] = squeeze_of;
  all["Unsqueeze"] = unsqueeze_of;
  all["Transpose"] = transpose_of;
  all["DepthToSpace"] = depth_to_space;
  all["SpaceToDepth"] = space_to_depth;
}

}  // namespace edgenn::import
