#pragma once
// The proof that a memory plan is sound.
#include <edgenn/basic_graph.hpp>
#include <edgenn/layers/concat.hpp>
#include <edgenn/layers/rearrange.hpp>
#include <edgenn/placement.hpp>

namespace edgenn {

namespace detail {

/// Whether two values whose bytes interleave touch no common element: parts of one tensor, side by side.
constexpr bool interleave(const placement& a, shape sa, const placement& b, shape sb, int element_bytes) {
  if (a.pixel_stride != b.pixel_stride || a.row_stride != b.row_stride || a.slice_stride != b.slice_stride
      || a.row_stride % a.pixel_stride != 0 || a.slice_stride % a.row_stride != 0)
    return false;
  // Compare along the first axis whose extents leave a gap: channels within a pixel, or pixels within a row.
  const auto apart = [&](int stride, int length_a, int length_b) {
    const int distance = ((b.offset - a.offset) / element_bytes % stride + stride) % stride;
    return distance >= length_a && distance + length_b <= stride;
  };
  return apart(a.pixel_stride, sa.c, sb.c)
         || apart(a.row_stride, (sa.w - 1) * a.pixel_stride + sa.c, (sb.w - 1) * b.pixel_stride + sb.c)
         || apart(a.slice_stride, (sa.h - 1) * a.row_stride + (sa.w - 1) * a.pixel_stride + sa.c,
                  (sb.h - 1) * b.row_stride + (sb.w - 1) * b.pixel_stride + sb.c);
}

/// Whether the value `i` lies where the concat `whole`, which reads it once, has it in its result.
template <int N>
constexpr bool is_part_of(const basic_graph<N>& g, const memory_plan<N>& plan, int i, int whole,
                          int element_bytes) {
  if (whole <= i || whole >= g.node_count || !g[whole].layer.template is<concat_layer>()) return false;
  const concat_layer l = g[whole].layer.template as<concat_layer>();
  const placement &v = plan[i], &w = plan[whole];
  if (v.pixel_stride != w.pixel_stride || v.row_stride != w.row_stride || v.slice_stride != w.slice_stride)
    return false;
  const int stride = l.along == axis::channels ? 1
                     : l.along == axis::width  ? w.pixel_stride
                     : l.along == axis::height ? w.row_stride
                                               : w.slice_stride;
  int start = 0, found = 0;
  for (int k = 0; k < g[whole].input_count; ++k) {
    const int operand = g[whole].input(k);
    shape s = g[operand].out;
    if (operand == i && ++found == 1 && v.offset != w.offset + 1LL * start * stride * element_bytes)
      return false;
    start += l.extent_of(s);
  }
  return found == 1;
}

}  // namespace detail

/// The proof that a plan is sound, independent of how it was made. Every value lies in the arena, or is a
/// network input, or is a second name for one of these, or the very part of a concat's result that it stands
/// for. Buffers and scratch start at multiples of `alignment` bytes; parts of a concat's result start at
/// whole elements. And whenever two values (or a value and a scratch) are needed at the same time they share
/// no byte, except for a view and its input, the operands of a concat and its result, and the output of a
/// kernel that works in place on one input, read for the last time.
template <int N>
constexpr bool is_sound(const basic_graph<N>& g, const static_array<kernel_needs, N>& needs,
                        const memory_plan<N>& plan, int element_bytes, int alignment) {
  // The places: every value where its kind says, aligned and within the arena.
  for (int i = 0; i < g.node_count; ++i) {
    const placement& v = plan[i];
    const shape s = g[i].out;
    if (v.view) {
      const placement& source = plan[g[i].input(0)];
      if (!g[i].layer.template is<reshape>() && !g[i].layer.template is<flatten>()) return false;
      if (v.joined >= 0 || v.offset != source.offset || v.outside != source.outside) return false;
      if (!source.contiguous_as(g[g[i].input(0)].out)) return false;
    } else if (v.outside != (i < g.input_count ? i : -1)) {
      return false;
    }
    if (v.joined < 0 ? !v.evenly_spaced_as(s) : !detail::is_part_of(g, plan, i, v.joined, element_bytes))
      return false;
    if ((i < g.input_count || v.view) && !v.contiguous_as(s)) return false;
    for (int k = 0; k < g.output_count; ++k)
      if (g.output(k) == i && (v.outside >= 0 || v.joined >= 0 || !v.contiguous_as(s))) return false;
    if (v.outside < 0
        && (v.offset < 0 || v.offset % (v.joined < 0 ? alignment : element_bytes) != 0
            || v.offset + v.span_bytes(s, element_bytes) > plan.arena_bytes))
      return false;
    if (i < g.input_count || v.view) continue;
    if (needs[i].scratch_bytes > 0
        && (plan.scratch_offsets[i] < 0 || plan.scratch_offsets[i] % alignment != 0
            || 0LL + plan.scratch_offsets[i] + needs[i].scratch_bytes > plan.arena_bytes))
      return false;
    if (needs[i].strided) continue;
    if (!v.contiguous_as(s)) return false;
    for (int k = 0; k < g[i].input_count; ++k)
      if (!plan[g[i].input(k)].contiguous_as(g[g[i].input(k)].out)) return false;
  }
  // When a value is last read, through whichever name: a view keeps its input's elements alive.
  static_array<int, N> last{};
  for (int i = 0; i < g.node_count; ++i) last[i] = i;
  for (int k = 0; k < g.output_count; ++k) last[g.output(k)] = g.node_count;
  for (int j = g.node_count - 1; j >= 0; --j)  // all readers of j come after it
    for (int k = 0; k < g[j].input_count; ++k) {
      const int i = g[j].input(k);
      const int until = plan[j].view || plan[i].joined == j ? last[j] : j;
      if (until > last[i]) last[i] = until;
    }
  const auto named = [&](int i) {  // the value that a kernel wrote, for a view of it
    while (plan[i].view) i = g[i].input(0);
    return i;
  };
  const auto holds_value_of = [&](int whole, int part) {  // all elements of part are elements of whole
    whole = named(whole);
    part = named(part);
    while (part != whole && plan[part].joined >= 0) part = plan[part].joined;
    return part == whole;
  };
  const auto writes_over = [&](int j, int i) {  // kernel j works in place on value i, or on what holds it
    if (!needs[j].in_place || g[j].layer.template is<concat_layer>() || last[i] != j
        || !plan[j].contiguous_as(g[j].out))
      return false;
    int over = -1;
    for (int k = 0; k < g[j].input_count; ++k) {
      const int operand = g[j].input(k);
      if (plan[operand].offset != plan[j].offset || !plan[operand].contiguous_as(g[operand].out)
          || g[operand].out.size() < g[j].out.size() || !holds_value_of(operand, i))
        continue;
      if (over >= 0) return false;
      over = operand;
    }
    for (int k = 0; k < g[j].input_count; ++k)
      if (g[j].input(k) == i && i != over) return false;
    return over >= 0;
  };
  for (int i = 0; i < g.node_count; ++i) {
    const placement& a = plan[i];
    const long long a_end = a.offset + a.span_bytes(g[i].out, element_bytes);
    if (a.outside >= 0) continue;
    for (int j = i + 1; j < g.node_count && j <= last[i]; ++j) {
      const placement& b = plan[j];
      const long long b_end = b.offset + b.span_bytes(g[j].out, element_bytes);
      if (b.outside >= 0) continue;
      if (a.offset >= b_end || b.offset >= a_end) continue;
      if (detail::interleave(a, g[i].out, b, g[j].out, element_bytes)) continue;
      if (!holds_value_of(j, i) && !writes_over(j, i)) return false;
    }
    for (int t = i; t < g.node_count && t <= last[i]; ++t) {
      const int bytes = plan[t].view ? 0 : needs[t].scratch_bytes;
      const long long offset = plan.scratch_offsets[t];
      if (bytes > 0 && a.offset < offset + bytes && offset < a_end) return false;
    }
  }
  return true;
}

}  // namespace edgenn
