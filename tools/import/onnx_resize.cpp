// ONNX: Resize, Upsample.
#include <algorithm>
#include <cmath>

#include "constant.hpp"
#include "sliding.hpp"

namespace edgenn::import {

namespace {

coordinates read_coordinates(const lowering& n, const std::string& name) {
  if (name == "half_pixel") return coordinates::half_pixel;
  if (name == "pytorch_half_pixel") return coordinates::pytorch_half_pixel;
  if (name == "asymmetric") return coordinates::asymmetric;
  if (name == "align_corners") return coordinates::align_corners;
  if (name == "tf_half_pixel_for_nn") return coordinates::half_pixel_floor;
  n.refuse("coordinate_transformation_mode is " + name
           + ", expected half_pixel, pytorch_half_pixel, asymmetric, align_corners or tf_half_pixel_for_nn");
}

nearest_pixel read_nearest(const lowering& n, const std::string& name) {
  if (name == "round_prefer_floor") return nearest_pixel::round_prefer_floor;
  if (name == "round_prefer_ceil") return nearest_pixel::round_prefer_ceil;
  if (name == "floor") return nearest_pixel::floor;
  if (name == "ceil") return nearest_pixel::ceil;
  n.refuse("nearest_mode is " + name + ", expected round_prefer_floor, round_prefer_ceil, floor or ceil");
}

/// The extents of the result, and factors if the node states those.
struct target_size {
  extents dims;
  std::vector<double> scales;  ///< by axis; 0: not stated
};

target_size read_size(const lowering& n) {
  const extents& in = n.value(0).at.dims();
  const bool since_11 = n.version() >= 11, is_upsample = n.op() == "Upsample";
  std::vector<double> scales;
  std::vector<std::int64_t> sizes, stated_axes = n.integers("axes");
  if (is_upsample && n.version() < 9) {
    for (const float s : n.reals("scales")) scales.push_back(static_cast<double>(s));
  } else if (n.has(since_11 ? 2 : 1)) {
    scales = reals_of(n.constant(since_11 ? 2 : 1, "scales"));
  }
  if (since_11 && n.has(3)) sizes = n.constant_integers(3, "sizes");
  if (n.text("keep_aspect_ratio_policy", "stretch") != "stretch")
    n.refuse("keep_aspect_ratio_policy is not supported");

  std::vector<int> axes;
  for (const std::int64_t a : stated_axes) axes.push_back(n.axis(a, static_cast<int>(in.size())));
  for (int a = 0; stated_axes.empty() && a < static_cast<int>(in.size()); ++a) axes.push_back(a);
  if (scales.empty() == sizes.empty()) n.refuse("expected either scales or sizes");
  if ((scales.empty() ? sizes.size() : scales.size()) != axes.size())
    n.refuse("its scales or sizes do not fit " + std::to_string(axes.size()) + " axes");

  target_size to{in, std::vector<double>(in.size(), 0)};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(axes[i]);
    if (!sizes.empty()) {
      to.dims[axis] = sizes[i];
      continue;
    }
    // In single precision, as ONNX computes it: ten elements times 0.7f, a little less than 0.7, are seven.
    const auto out =
        static_cast<double>(std::floor(static_cast<float>(in[axis]) * static_cast<float>(scales[i])));
    if (!(scales[i] > 0) || !(out >= 1 && out <= 2147483647))
      n.refuse("the scale " + std::to_string(scales[i]) + " of an axis of " + std::to_string(in[axis])
               + " elements is out of range");
    to.dims[axis] = static_cast<std::int64_t>(out);
    to.scales[axis] = scales[i];
  }
  n.checked(to.dims);
  return to;
}

/// A scale that is not the ratio of the extents, or 0.
real stated_scale(double scale, std::int64_t in, std::int64_t out) {
  const float ratio = static_cast<float>(out) / static_cast<float>(in), stated = static_cast<float>(scale);
  return scale == 0 || stated == ratio ? 0.0f : stated;
}

/// The rows and columns of images at other positions.
void resize_of(const lowering& n) {
  n.expect_inputs(1, 4);
  const placed& v = n.value(0);
  const auto [dims, scales] = read_size(n);
  if (dims == v.at.dims() && n.version() < 11) {
    n.ignore("mode");
    return n.result(v);
  }
  if (dims.size() != 4 || dims[0] != v.at.extent(0) || dims[1] != v.at.extent(1))
    n.refuse("it resizes " + shape_text(v.at.dims()) + " to " + shape_text(dims)
             + ", but edgenn resizes the last two axes of N x C x H x W");
  check_batch(n, dims[0]);
  if (n.integer("antialias", 0) != 0) n.refuse("antialias is not supported");
  n.ignore("extrapolation_value");  // of a mode that is refused
  const std::string mode = n.text("mode", "nearest");
  const bool before_11 = n.version() < 11;
  const coordinates at =
      read_coordinates(n, n.text("coordinate_transformation_mode", before_11 ? "asymmetric" : "half_pixel"));
  // Until version 11 the nearest pixel is the one before when the image grows, the one behind when it
  // shrinks.
  const bool shrinks = scales[2] < 1 || scales[3] < 1;
  if (before_11 && mode == "nearest" && shrinks && std::max(scales[2], scales[3]) > 1)
    n.refuse("of rows and columns one grows and one shrinks, but edgenn rounds both to the same side");
  const nearest_pixel nearest = read_nearest(n, n.text("nearest_mode", !before_11 ? "round_prefer_floor"
                                                                       : shrinks  ? "ceil"
                                                                                  : "floor"));
  const float slope = n.real("cubic_coeff_a", -0.75f);
  const bool exclude_outside = n.integer("exclude_outside", 0) != 0;

  for (const std::size_t axis : {std::size_t{2}, std::size_t{3}}) {
    if (dims == v.at.dims() && scales[axis] != 0 && scales[axis] != 1)
      n.refuse(
          "its scale changes no extent, of which ONNX's definition and ONNX Runtime make different results: "
          "state sizes");
    const double rows = scales[axis] * static_cast<double>(v.at.dims()[axis]);
    if (at == coordinates::align_corners && scales[axis] > 0
        && std::abs(rows - static_cast<double>(dims[axis])) > 1e-3)
      n.refuse(
          "with align_corners its scale gives " + std::to_string(rows)
          + " positions, of which ONNX's definition and ONNX Runtime make different results: state sizes");
  }
  const extent to{extent_of(dims[2]), extent_of(dims[3])};
  const real scale_h = stated_scale(scales[2], v.at.extent(2), dims[2]),
             scale_w = stated_scale(scales[3], v.at.extent(3), dims[3]);
  const int x = n.place().viewed(n.place().in_order(v, image_order).node, image_shape(v.at.dims()));
  int y = -1;
  if (mode == "cubic")
    y = n.append(bicubic_resize{.to = to,
                                .at = at,
                                .slope = slope,
                                .exclude_outside = exclude_outside,
                                .scale_h = scale_h,
                                .scale_w = scale_w},
                 x);
  else if (mode == "linear"
           || mode == "bilinear")  // pixels outside are their nearest inside: nothing is excluded
    y = n.append(
        resize{.to = to, .mode = interpolation::bilinear, .at = at, .scale_h = scale_h, .scale_w = scale_w},
        x);
  else if (mode == "nearest")
    y = n.append(resize{.to = to, .at = at, .nearest = nearest, .scale_h = scale_h, .scale_w = scale_w}, x);
  else
    n.refuse("mode is " + mode + ", expected nearest, linear or cubic");
  n.result(y, arrangement{dims, image_order});
}

}  // namespace

void add_resizing(handlers& all) {
  all["Resize"] = resize_of;
  all["Upsample"] = resize_of;
}

}  // namespace edgenn::import
