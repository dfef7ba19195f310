#pragma once
// What a memory plan says: needs of kernels go in, places of values come out.
#include <edgenn/basic_graph.hpp>
#include <edgenn/static_array.hpp>

namespace edgenn {

/// What the kernel of one node asks of the plan.
struct kernel_needs {
  int scratch_bytes = 0;  ///< memory used only while the kernel runs
  bool in_place = false;  ///< the output may lie on an input
  bool strided = false;   ///< views may have gaps
  int input_gap = 0;      ///< elements that the kernel would like between the pixels of its inputs
};

/// Where the value of one node lies, and when.
struct placement {
  int offset = 0;  ///< bytes from the start of the arena; for a value outside it, from its input's start
  int pixel_stride = 0;  ///< elements
  int row_stride = 0;    ///< elements
  int slice_stride = 0;  ///< elements
  int first = 0;         ///< node that writes it
  int last = 0;          ///< last node that reads it; node_count if it is an output
  int outside = -1;      ///< number of the network input whose memory, the caller's, holds it; -1: the arena
  bool view = false;     ///< a second name for its input: no kernel runs
  int joined = -1;       ///< number of the concat whose result it is a part of, without a copy; -1: none

  /// Whether a value of shape `s` here has no gaps.
  constexpr bool contiguous_as(shape s) const {
    return pixel_stride == s.c && row_stride == s.w * s.c && slice_stride == s.h * s.w * s.c;
  }
  /// Whether a value of shape `s` here has gaps, of equal size, between pixels at most.
  constexpr bool evenly_spaced_as(shape s) const {
    return pixel_stride >= s.c && row_stride == s.w * pixel_stride && slice_stride == s.h * row_stride;
  }
  /// Bytes from its first to past its last element.
  constexpr long long span_bytes(shape s, int element_bytes) const {
    return (1LL * (s.d - 1) * slice_stride + 1LL * (s.h - 1) * row_stride + 1LL * (s.w - 1) * pixel_stride
            + s.c)
           * element_bytes;
  }
};

/// All that `plan_memory` decides. Offsets mean nothing where the arena has more than 2147483647 bytes: a
/// model refuses such a plan.
template <int N>
struct memory_plan {
  static_array<placement, N> values{};     ///< by node
  static_array<int, N> scratch_offsets{};  ///< bytes from the start of the arena
  long long arena_bytes = 0;               ///< bytes of the whole arena
  long long lower_bound_bytes = 0;  ///< the most in use at once: no placement of these buffers needs less

  constexpr const placement& operator[](int i) const { return values[i]; }
};

}  // namespace edgenn
