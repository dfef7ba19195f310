#pragma once
// Values of the source in the target, and what brings them into the order that a layer needs.
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "arrangement.hpp"
#include "target.hpp"

namespace edgenn::import {

/// A value of the source: a node of the target and where the source's axes lie in its memory.
struct placed {
  int node = -1;
  arrangement at;
  element type = element::f32;  ///< in the source; the target computes in fp32
};

/// Appends reshapes, which cost nothing, and transposes, which do, where layers need them.
class placer {
 public:
  explicit placer(target& net) : net_{&net} {}
  target& net() { return *net_; }

  /// The node's elements in the same order under another shape.
  int viewed(int node, shape extents);
  /// Memory in the order `factors` of `v.at`.
  placed arranged(const placed& v, const std::vector<int>& factors);
  /// Memory in the source's order.
  placed plain(const placed& v);
  /// Memory in the order `axes`, which names all of them.
  placed in_order(const placed& v, std::span<const int> axes);
  /// Memory in which `axes` are innermost, in this order; the others stay in theirs.
  placed with_innermost(const placed& v, std::span<const int> axes);
  /// Memory in which the factors of `axis` follow each other in the source's order, with as few changes as
  /// possible.
  placed with_axis_together(const placed& v, int axis);

  /// What the report and the comments call the nodes that are appended from now on.
  void set_comment(std::string text) { comment_ = std::move(text); }
  const std::string& comment() const { return comment_; }

 private:
  int transposed(int node, std::vector<std::int64_t> extents, std::vector<int> order);

  target* net_;
  std::string comment_;
  std::map<std::tuple<int, int, int, int, int>, int> views_;      // of a node under a shape
  std::map<std::pair<int, std::vector<int>>, int> arrangements_;  // of a node in another order of its factors
};

/// An extent as the layers have it. Whoever calls has checked that all of them together fit.
constexpr int extent_of(std::int64_t v) { return static_cast<int>(v); }

/// The shape whose {d, h, w, c} are the last four axes; further ones join in d.
shape natural_shape(std::span<const std::int64_t> dims);
/// The shape of an image, whose axes are N, C, H, W, in the order of images.
shape image_shape(std::span<const std::int64_t> nchw);
/// The product of the extents of the factors [first, last) of `memory`.
std::int64_t product_of(const arrangement& a, std::size_t first, std::size_t last);

}  // namespace edgenn::import
