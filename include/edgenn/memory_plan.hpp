#pragma once
// Where every activation lives in the one arena of a network, decided by the compiler.
//
// First values share buffers: operands of a concat become parts of its result, a reshape is a second name for
// its input, and a kernel that works in place writes over an input that nobody needs any more. Then the
// buffers and the kernels' scratch get offsets: greedily, each at the lowest free place over its whole
// lifetime, in the order of size that Pisarchyk & Lee 2020 ("Efficient memory management for deep neural net
// inference") found best; other orders are tried while the arena is above its lower bound.
#include <edgenn/graph.hpp>
#include <edgenn/layers/concat.hpp>
#include <edgenn/layers/rearrange.hpp>
#include <initializer_list>

namespace edgenn {

/// What the kernel of one node asks of the plan.
struct kernel_needs {
  int scratch_bytes = 0;  ///< memory used only while the kernel runs
  bool in_place = false;  ///< the output may lie on an input
  bool strided = false;   ///< views may have gaps
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
  /// Bytes from its first to past its last element.
  constexpr int span_bytes(shape s, int element_bytes) const {
    return ((s.d - 1) * slice_stride + (s.h - 1) * row_stride + (s.w - 1) * pixel_stride + s.c)
           * element_bytes;
  }
};

/// All that `plan_memory` decides.
template <int N>
struct memory_plan {
  static_array<placement, N> values{};     ///< by node
  static_array<int, N> scratch_offsets{};  ///< bytes from the start of the arena
  int arena_bytes = 0;                     ///< bytes of the whole arena
  int lower_bound_bytes = 0;  ///< the most bytes in use at once: no placement of these buffers needs less

  constexpr const placement& operator[](int i) const { return values[i]; }
};

namespace detail {

/// Bytes from the start of a buffer that are in use during [first, last]: one value of the buffer, or a
/// scratch.
struct use {
  int bytes = 0;
  int first = 0;
  int last = -1;
  int next = -1;  ///< the buffer's next use

  constexpr bool at_the_time_of(const use& o) const { return first <= o.last && o.first <= last; }
};

/// Memory that is placed as one: values that share it, or a kernel's scratch.
struct buffer {
  int number = 0;
  int bytes = 0;  ///< of its largest use
  int first = 0;  ///< of its first use
  int last = 0;   ///< of its last use
};

/// The values of one buffer.
struct members {
  int last = 0;       ///< when the last of them is read
  int read_last = 0;  ///< how many of them are read then
  int latest = 0;     ///< the one that is written last
};

constexpr int round_up(int bytes, int alignment) { return (bytes + alignment - 1) / alignment * alignment; }

template <int N>
class planner {
 public:
  constexpr planner(const basic_graph<N>& g, const static_array<kernel_needs, N>& needs, int element_bytes,
                    int alignment)
      : g_{g}, needs_{needs}, element_bytes_{element_bytes}, alignment_{alignment} {}

  constexpr memory_plan<N> run() {
    find_lifetimes();
    for (int i = g_.node_count - 1; i >= g_.input_count; --i)
      if (g_[i].layer.template is<concat_layer>()) join(i);
    for (int i = g_.input_count; i < g_.node_count; ++i) {
      if (g_[i].layer.template is<reshape>() || g_[i].layer.template is<flatten>()) alias(i);
      if (needs_[i].in_place) overwrite(i);
    }
    measure_buffers();
    place();
    return plan_;
  }

 private:
  constexpr placement& value_of(int i) { return plan_.values[i]; }
  constexpr bool is_root(int i) const { return root_[i] == i; }
  /// Buffers have the numbers of their root values, then come the scratches.
  constexpr int scratch_of(int i) const { return g_.node_count + i; }

  constexpr void find_lifetimes() {
    for (int i = 0; i < g_.node_count; ++i) {
      const shape s = g_[i].out;
      placement& v = value_of(i);
      v.pixel_stride = s.c;
      v.row_stride = s.w * s.c;
      v.slice_stride = s.h * s.w * s.c;
      v.first = v.last = i;
      v.outside = i < g_.input_count ? i : -1;
      root_[i] = i;
      bears_gaps_[i] = i >= g_.input_count && needs_[i].strided && !is_view_layer(i);
      for (int k = 0; k < g_[i].input_count; ++k) {
        value_of(g_[i].input(k)).last = i;
        if (!bears_gaps_[i]) has_reader_without_gaps_[g_[i].input(k)] = true;
      }
    }
    for (int k = 0; k < g_.output_count; ++k) {
      value_of(g_.output(k)).last = g_.node_count;
      is_output_[g_.output(k)] = true;
    }
    for (int i = 0; i < g_.node_count; ++i) members_[i] = {value_of(i).last, 1, i};
  }

  /// Value `i` moves into the buffer of value `root`.
  constexpr void share(int i, int root) {
    root_[i] = root_[root];
    members& m = members_[root_[i]];
    const int last = value_of(i).last;
    m = {last > m.last ? last : m.last, last > m.last ? 1 : m.read_last + (last == m.last),
         i > m.latest ? i : m.latest};
  }

  /// Operands of the concat `i` become parts of its result, where producer and all readers bear the gaps.
  constexpr void join(int i) {
    const concat_layer l = g_[i].layer.template as<concat_layer>();
    const placement whole = value_of(i);
    int start = 0;  // elements along the joined axis
    for (int k = 0; k < g_[i].input_count; ++k) {
      const int operand = g_[i].input(k);
      shape s = g_[operand].out;
      if (may_join(i, operand)) {
        const int stride = l.along == axis::channels ? 1
                           : l.along == axis::width  ? whole.pixel_stride
                           : l.along == axis::height ? whole.row_stride
                                                     : whole.slice_stride;
        placement& v = value_of(operand);
        v.offset = whole.offset + start * stride * element_bytes_;
        v.pixel_stride = whole.pixel_stride;
        v.row_stride = whole.row_stride;
        v.slice_stride = whole.slice_stride;
        v.joined = i;
        share(operand, i);
      }
      start += l.extent_of(s);
    }
  }

  constexpr bool may_join(int concat, int operand) const {
    if (!is_root(operand) || is_output_[operand]) return false;
    if (!bears_gaps_[operand] || has_reader_without_gaps_[operand]) return false;
    int uses = 0;
    for (int k = 0; k < g_[concat].input_count; ++k) uses += g_[concat].input(k) == operand;
    return uses == 1;
  }

  constexpr bool is_view_layer(int i) const {
    return g_[i].layer.template is<reshape>() || g_[i].layer.template is<flatten>();
  }

  /// A reshape of a contiguous value is the same memory. An output stays in the arena.
  constexpr void alias(int i) {
    const int from = g_[i].input(0);
    const placement& source = value_of(from);
    if (!is_root(i) || !source.contiguous_as(g_[from].out) || (source.outside >= 0 && is_output_[i])) return;
    placement& v = value_of(i);
    v.offset = source.offset;
    v.outside = source.outside;
    v.view = true;
    share(i, from);
  }

  /// The output takes the place of an input whose memory nobody reads afterwards. That is never part of a
  /// concat's result, so that all other values start at a multiple of the alignment.
  constexpr void overwrite(int i) {
    if (!is_root(i) || value_of(i).view || g_[i].layer.template is<concat_layer>()) return;
    for (int k = 0; k < g_[i].input_count; ++k) {
      const int from = g_[i].input(k);
      const placement& source = value_of(from);
      if (source.outside >= 0 || source.joined >= 0 || !source.contiguous_as(g_[from].out)
          || g_[from].out.size() < g_[i].out.size() || !is_last_use(i, from))
        continue;
      value_of(i).offset = source.offset;
      share(i, from);
      return;
    }
  }

  /// Whether node `i` reads `from` once and nothing else of its memory is alive from then on, or to be
  /// written later (other operands of a concat).
  constexpr bool is_last_use(int i, int from) const {
    int reads = 0;
    for (int k = 0; k < g_[i].input_count; ++k) reads += g_[i].input(k) == from;
    const members& m = members_[root_[from]];
    return reads == 1 && m.last == i && m.read_last == 1 && m.latest < i;
  }

  /// Lists the uses of every buffer.
  constexpr void measure_buffers() {
    for (int b = 0; b < 2 * g_.node_count; ++b) head_[b] = -1;
    for (int i = 0; i < g_.node_count; ++i) {
      const placement& v = value_of(i);
      if (v.outside >= 0) continue;
      append(root_[i], i, {v.offset + v.span_bytes(g_[i].out, element_bytes_), v.first, v.last});
      if (!v.view) append(scratch_of(i), scratch_of(i), {needs_[i].scratch_bytes, i, i});
    }
    static_array<int, N + 1> live{};  // bytes in use at the time of each node
    for (int b = 0; b < 2 * g_.node_count; ++b) {
      if (head_[b] < 0) continue;
      buffer& whole = buffers_[buffer_count_++];
      whole = {b, 0, g_.node_count, 0};
      for (int u = head_[b]; u >= 0; u = uses_[u].next) {
        if (uses_[u].bytes > whole.bytes) whole.bytes = uses_[u].bytes;
        if (uses_[u].first < whole.first) whole.first = uses_[u].first;
        if (uses_[u].last > whole.last) whole.last = uses_[u].last;
      }
      for (int t = whole.first; t <= whole.last; ++t) live[t] += bytes_at(b, t);
    }
    for (const int bytes : live)
      if (bytes > plan_.lower_bound_bytes) plan_.lower_bound_bytes = bytes;
  }

  constexpr void append(int b, int number, use u) {
    if (u.bytes == 0) return;
    u.bytes = round_up(u.bytes, alignment_);
    u.next = head_[b];
    uses_[number] = u;
    head_[b] = number;
  }

  constexpr int bytes_at(int b, int time) const {
    int most = 0;
    for (int u = head_[b]; u >= 0; u = uses_[u].next)
      if (uses_[u].first <= time && time <= uses_[u].last && uses_[u].bytes > most) most = uses_[u].bytes;
    return most;
  }

  enum class order { by_size, by_time, by_duration };

  static constexpr bool goes_before(order by, const buffer& a, const buffer& b) {
    if (by == order::by_size) return a.bytes > b.bytes;
    if (by == order::by_time) return a.first < b.first;
    return a.last - a.first > b.last - b.first;
  }

  constexpr void place() {
    static_array<int, 2 * N> best{};
    // Compilers bound the steps of one constant evaluation, so large networks get fewer attempts.
    int attempts = buffer_count_ <= 96 ? 6 : buffer_count_ <= 192 ? 2 : 1;
    for (const order by : {order::by_size, order::by_time, order::by_duration})
      for (const bool alternate : {false, true}) {
        if (attempts-- <= 0 || (plan_.arena_bytes > 0 && plan_.arena_bytes == plan_.lower_bound_bytes))
          continue;
        const int bytes = place_all(by, alternate);
        if (plan_.arena_bytes == 0 || bytes < plan_.arena_bytes) {
          plan_.arena_bytes = bytes;
          best = offsets_;
        }
      }
    for (int i = 0; i < g_.node_count; ++i) {
      if (value_of(i).outside < 0) value_of(i).offset += best[root_[i]];
      plan_.scratch_offsets[i] = best[scratch_of(i)];
    }
  }

  /// Places the buffers one after another as low as possible or, if `alternate`, every second one as high as
  /// the lower bound lets. Returns the bytes of the arena.
  constexpr int place_all(order by, bool alternate) {
    for (int i = 1; i < buffer_count_; ++i) {  // insertion sort: stable
      const buffer b = buffers_[i];
      int k = i;
      for (; k > 0 && goes_before(by, b, buffers_[k - 1]); --k) buffers_[k] = buffers_[k - 1];
      buffers_[k] = b;
    }
    int arena = 0;
    for (int i = 0; i < buffer_count_; ++i) {
      const buffer b = buffers_[i];
      neighbour_count_ = 0;
      for (int k = 0; k < i; ++k)
        if (b.first <= buffers_[k].last && buffers_[k].first <= b.last)
          neighbours_[neighbour_count_++] = buffers_[k].number;
      if (!(alternate && i % 2 == 1 && place_high(b))) place_low(b.number);
      if (offsets_[b.number] + b.bytes > arena) arena = offsets_[b.number] + b.bytes;
    }
    return arena;
  }

  /// The use of buffer `o` that shares bytes at some time with one of buffer `b`, and that one; -1 if none.
  struct collision {
    int of_b;
    int of_o;
  };
  constexpr collision collide(int b, int o) const {
    const int at_b = offsets_[b], at_o = offsets_[o];
    for (int u = head_[b]; u >= 0; u = uses_[u].next)
      for (int v = head_[o]; v >= 0; v = uses_[v].next)
        if (at_b < at_o + uses_[v].bytes && at_o < at_b + uses_[u].bytes && uses_[u].at_the_time_of(uses_[v]))
          return {u, v};
    return {-1, -1};
  }

  /// At the lowest place where it collides with none of `neighbours_`, those alive at its time.
  constexpr void place_low(int b) {
    offsets_[b] = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (int k = 0; k < neighbour_count_; ++k) {
        const collision c = collide(b, neighbours_[k]);
        if (c.of_b < 0) continue;
        offsets_[b] = offsets_[neighbours_[k]] + uses_[c.of_o].bytes;
        moved = true;
      }
    }
  }

  /// At the highest place below the lower bound; false if there is none.
  constexpr bool place_high(const buffer& b) {
    offsets_[b.number] = plan_.lower_bound_bytes - b.bytes;
    for (bool moved = true; moved;) {
      moved = false;
      for (int k = 0; k < neighbour_count_; ++k) {
        if (offsets_[b.number] < 0) return false;
        const collision c = collide(b.number, neighbours_[k]);
        if (c.of_b < 0) continue;
        offsets_[b.number] = offsets_[neighbours_[k]] - uses_[c.of_b].bytes;
        moved = true;
      }
    }
    return offsets_[b.number] >= 0;
  }

  const basic_graph<N>& g_;
  const static_array<kernel_needs, N>& needs_;
  int element_bytes_;
  int alignment_;
  memory_plan<N> plan_{};
  static_array<int, N> root_{};  // the value whose buffer holds the value
  static_array<bool, N> is_output_{};
  static_array<bool, N> bears_gaps_{};  // whether the node's kernel takes views with gaps
  static_array<bool, N> has_reader_without_gaps_{};
  static_array<members, N> members_{};     // of the buffers, by roots
  static_array<use, 2 * N> uses_{};        // by values, then by the nodes' scratch
  static_array<int, 2 * N> head_{};        // first use of each buffer, -1: no such buffer
  static_array<int, 2 * N> offsets_{};     // of each buffer
  static_array<buffer, 2 * N> buffers_{};  // those that exist, in the order of placement
  int buffer_count_ = 0;
  static_array<int, 2 * N> neighbours_{};  // placed buffers alive at the time of the one being placed
  int neighbour_count_ = 0;
};

}  // namespace detail

/// Plans the arena of `g`, whose kernels need `needs`. `alignment` in bytes, of every buffer.
template <int N>
constexpr memory_plan<N> plan_memory(const basic_graph<N>& g, const static_array<kernel_needs, N>& needs,
                                     int element_bytes, int alignment) {
  return detail::planner<N>{g, needs, element_bytes, alignment}.run();
}

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
    if (operand == i && ++found == 1 && v.offset != w.offset + start * stride * element_bytes) return false;
    start += l.extent_of(s);
  }
  return found == 1;
}

}  // namespace detail

/// The proof that a plan is sound, independent of how it was made. Every value lies in the arena, or is a
/// network input, or is a second name for one of these, or the very part of a concat's result that it stands
/// for. And whenever two values (or a value and a scratch) are needed at the same time they share no byte,
/// except for a view and its input, the operands of a concat and its result, and the output of a kernel that
/// works in place on one input, read for the last time.
template <int N>
constexpr bool is_sound(const basic_graph<N>& g, const static_array<kernel_needs, N>& needs,
                        const memory_plan<N>& plan, int element_bytes) {
  // The places: every value where its kind says, whole elements within the arena.
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
    if (v.joined < 0 ? !v.contiguous_as(s) : !detail::is_part_of(g, plan, i, v.joined, element_bytes))
      return false;
    for (int k = 0; k < g.output_count; ++k)
      if (g.output(k) == i && (v.outside >= 0 || v.joined >= 0)) return false;
    if (v.outside < 0
        && (v.offset < 0 || v.offset % element_bytes != 0
            || v.offset + v.span_bytes(s, element_bytes) > plan.arena_bytes))
      return false;
    if (i < g.input_count || v.view) continue;
    if (needs[i].scratch_bytes > 0
        && (plan.scratch_offsets[i] < 0
            || plan.scratch_offsets[i] + needs[i].scratch_bytes > plan.arena_bytes))
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
    const int a_end = a.offset + a.span_bytes(g[i].out, element_bytes);
    if (a.outside >= 0) continue;
    for (int j = i + 1; j < g.node_count && j <= last[i]; ++j) {
      const placement& b = plan[j];
      const int b_end = b.offset + b.span_bytes(g[j].out, element_bytes);
      if (b.outside >= 0) continue;
      if (a.offset >= b_end || b.offset >= a_end) continue;
      if (detail::interleave(a, g[i].out, b, g[j].out, element_bytes)) continue;
      if (!holds_value_of(j, i) && !writes_over(j, i)) return false;
    }
    for (int t = i; t < g.node_count && t <= last[i]; ++t) {
      const int bytes = plan[t].view ? 0 : needs[t].scratch_bytes;
      const int offset = plan.scratch_offsets[t];
      if (bytes > 0 && a.offset < offset + bytes && offset < a_end) return false;
    }
  }
  return true;
}

}  // namespace edgenn
