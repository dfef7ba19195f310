#pragma once
// Where the axes of a source's tensor lie in memory.
//
// The source's axes have a logical order; edgenn stores {d, h, w, c} with the channels innermost. So an ONNX
// image [1, C, H, W] lies in memory as H, W, C. An arrangement says which. It splits axes into factors:
// flattening C, H, W into one axis changes the names of the factors, not the memory. Reshape, Transpose,
// Squeeze and the like then cost nothing, until a layer needs another order.
#include <cstdint>
#include <edgenn/shape.hpp>
#include <optional>
#include <span>
#include <vector>

namespace edgenn::import {

class arrangement {
 public:
  arrangement() = default;
  /// Axes in memory as in the source.
  explicit arrangement(std::vector<std::int64_t> dims);
  /// The axes `order` of the source from the outermost in memory to the innermost.
  arrangement(std::vector<std::int64_t> dims, std::span<const int> order);

  /// The source's extents, outermost first.
  const std::vector<std::int64_t>& dims() const { return dims_; }
  int rank() const { return static_cast<int>(dims_.size()); }
  std::int64_t extent(int axis) const { return dims_[static_cast<std::size_t>(axis)]; }
  std::int64_t size() const;

  /// Extents of the factors, all above 1, in the source's order. Each belongs to one axis.
  const std::vector<std::int64_t>& factors() const { return factors_; }
  /// Numbers of the factors from the outermost in memory to the innermost.
  const std::vector<int>& memory() const { return memory_; }
  /// The factors of an axis: [first, last).
  struct range {
    int first, last;
  };
  range factors_of(int axis) const;

  bool is_plain() const;  ///< whether memory has the source's order
  /// The factors of `axes`, axis by axis, each in the source's order.
  std::vector<int> axes_in_order(std::span<const int> axes) const;

  /// The same memory under other extents, or nothing if some of them mix factors that lie apart.
  std::optional<arrangement> reshaped(std::vector<std::int64_t> dims) const;
  /// The same memory; axis i of the result is axis `order[i]` of this.
  arrangement transposed(std::span<const int> order) const;
  /// With another extent of an axis whose factors lie together. One of extent 1 becomes the outermost in
  /// memory.
  arrangement resized(int axis, std::int64_t extent) const;
  /// With an axis of extent 1, whatever was before. Its factors may lie apart.
  arrangement with_one_element(int axis) const;
  /// The same source axes with memory in the order `factors`.
  arrangement rearranged(std::vector<int> factors) const;

 private:
  void make_factors();

  std::vector<std::int64_t> dims_;
  std::vector<std::int64_t> factors_;
  std::vector<int> memory_;
};

/// The order in which rank-4 tensors of ONNX lie in memory: N, H, W, C.
inline constexpr int image_order[] = {0, 2, 3, 1};

}  // namespace edgenn::import
