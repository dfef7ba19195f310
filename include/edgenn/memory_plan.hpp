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

namespace edgenn {

/// What the kernel of one node asks of the plan.
struct kernel_needs {
  int scratch_bytes = 0;
  bool in_place = false;
  bool strided = false;
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
  bool joined = false;   ///< part of the result of a concat, which does not copy it

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
  static_array<placement, N> values{};
  static_array<int, N> scratch_offsets{};  ///< bytes from the start of the arena
  int arena_bytes = 0;
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
      for (int k = 0; k < g_[i].input_count; ++k) value_of(g_[i].input(k)).last = i;
    }
    for (int k = 0; k < g_.output_count; ++k) {
      value_of(g_.output(k)).last = g_.node_count;
      is_output_[g_.output(k)] = true;
    }
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
        v.joined = true;
        root_[operand] = root_[i];
      }
      start += l.extent_of(s);
    }
  }

  constexpr bool may_join(int concat, int operand) const {
    if (operand < g_.input_count || is_output_[operand] || !is_root(operand)) return false;
    if (!needs_[operand].strided || is_view_layer(operand)) return false;
    int uses = 0;
    for (int j = operand + 1; j < g_.node_count; ++j)
      for (int k = 0; k < g_[j].input_count; ++k) {
        if (g_[j].input(k) != operand) continue;
        if (j == concat) ++uses;
        if (!needs_[j].strided || is_view_layer(j)) return false;
      }
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
    root_[i] = root_[from];
  }

  /// The output takes the place of an input whose memory nobody reads afterwards.
  constexpr void overwrite(int i) {
    if (!is_root(i) || value_of(i).view || g_[i].layer.template is<concat_layer>()) return;
    for (int k = 0; k < g_[i].input_count; ++k) {
      const int from = g_[i].input(k);
      const placement& source = value_of(from);
      if (source.outside >= 0 || !source.contiguous_as(g_[from].out) || g_[from].out.size() < g_[i].out.size()
          || !is_last_use(i, from))
        continue;
      value_of(i).offset = source.offset;
      root_[i] = root_[from];
      return;
    }
  }

  /// Whether node `i` reads `from` once and nothing else of its memory is alive from then on.
  constexpr bool is_last_use(int i, int from) {
    int reads = 0;
    for (int k = 0; k < g_[i].input_count; ++k) reads += g_[i].input(k) == from;
    if (reads != 1) return false;
    for (int j = 0; j < g_.node_count; ++j)
      if (root_[j] == root_[from]) {
        if (value_of(j).last > i || (j != from && value_of(j).last == i)) return false;
        if (j > i) return false;  // to be written later: operands of one concat
      }
    return true;
  }

  /// Lists the uses of every buffer. Buffers have the numbers of their root values, then come the scratches.
  constexpr void measure_buffers() {
    for (int i = 0; i < 2 * N; ++i) head_[i] = -1;
    const auto append = [&](int b, int number, const use& u) {
      if (u.bytes == 0) return;
      uses_[number] = u;
      uses_[number].next = head_[b];
      head_[b] = number;
    };
    for (int i = 0; i < g_.node_count; ++i) {
      const placement& v = value_of(i);
      if (v.outside >= 0) continue;
      const int end = round_up(v.offset + v.span_bytes(g_[i].out, element_bytes_), alignment_);
      append(root_[i], i, {end, v.first, v.last});
      if (!v.view) append(N + i, N + i, {round_up(needs_[i].scratch_bytes, alignment_), i, i});
    }
    for (int t = 0; t < g_.node_count; ++t) {
      int live = 0;
      for (int b = 0; b < 2 * N; ++b) {
        int most = 0;
        for (int u = head_[b]; u >= 0; u = uses_[u].next)
          if (uses_[u].first <= t && t <= uses_[u].last && uses_[u].bytes > most) most = uses_[u].bytes;
        live += most;
      }
      if (live > plan_.lower_bound_bytes) plan_.lower_bound_bytes = live;
    }
  }

  enum class order { by_size, by_time, by_duration };

  constexpr int key_of(order by, int b) const {
    int bytes = 0, first = g_.node_count, last = 0;
    for (int u = head_[b]; u >= 0; u = uses_[u].next) {
      bytes = uses_[u].bytes > bytes ? uses_[u].bytes : bytes;
      first = uses_[u].first < first ? uses_[u].first : first;
      last = uses_[u].last > last ? uses_[u].last : last;
    }
    return by == order::by_size ? bytes : by == order::by_time ? -first : last - first;
  }

  constexpr void place() {
    static_array<int, 2 * N> best{};
    for (const order by : {order::by_size, order::by_time, order::by_duration})
      for (const bool alternate : {false, true}) {
        if (plan_.arena_bytes > 0 && plan_.arena_bytes == plan_.lower_bound_bytes) continue;
        const int bytes = place_all(by, alternate);
        if (plan_.arena_bytes == 0 || bytes < plan_.arena_bytes) {
          plan_.arena_bytes = bytes;
          best = offsets_;
        }
      }
    for (int i = 0; i < g_.node_count; ++i) {
      if (value_of(i).outside < 0) value_of(i).offset += best[root_[i]];
      plan_.scratch_offsets[i] = best[N + i];
    }
  }

  /// Places the buffers one after another as low as possible or, if `alternate`, every second one as high as
  /// the lower bound lets. Returns the bytes of the arena.
  constexpr int place_all(order by, bool alternate) {
    static_array<int, 2 * N> sorted{}, keys{};
    int count = 0;
    for (int b = 0; b < 2 * N; ++b) {
      if (head_[b] < 0) continue;
      keys[b] = key_of(by, b);
      int k = count++;
      for (; k > 0 && keys[b] > keys[sorted[k - 1]]; --k) sorted[k] = sorted[k - 1];
      sorted[k] = b;
    }
    int arena = 0;
    for (int i = 0; i < count; ++i) {
      const int b = sorted[i];
      if (!(alternate && i % 2 == 1 && place_high(b, sorted, i))) place_low(b, sorted, i);
      for (int u = head_[b]; u >= 0; u = uses_[u].next)
        if (offsets_[b] + uses_[u].bytes > arena) arena = offsets_[b] + uses_[u].bytes;
    }
    return arena;
  }

  /// The use of buffer `o` that shares bytes at some time with one of buffer `b`, and that one; -1 if none.
  struct collision {
    int of_b;
    int of_o;
  };
  constexpr collision collide(int b, int o) const {
    for (int u = head_[b]; u >= 0; u = uses_[u].next)
      for (int v = head_[o]; v >= 0; v = uses_[v].next)
        if (uses_[u].at_the_time_of(uses_[v]) && offsets_[b] < offsets_[o] + uses_[v].bytes
            && offsets_[o] < offsets_[b] + uses_[u].bytes)
          return {u, v};
    return {-1, -1};
  }

  constexpr void place_low(int b, const static_array<int, 2 * N>& placed, int count) {
    offsets_[b] = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (int k = 0; k < count; ++k) {
        const collision c = collide(b, placed[k]);
        if (c.of_b < 0) continue;
        offsets_[b] = offsets_[placed[k]] + uses_[c.of_o].bytes;
        moved = true;
      }
    }
  }

  constexpr bool place_high(int b, const static_array<int, 2 * N>& placed, int count) {
    offsets_[b] = plan_.lower_bound_bytes - key_of(order::by_size, b);
    for (bool moved = true; moved;) {
      moved = false;
      for (int k = 0; k < count; ++k) {
        if (offsets_[b] < 0) return false;
        const collision c = collide(b, placed[k]);
        if (c.of_b < 0) continue;
        offsets_[b] = offsets_[placed[k]] - uses_[c.of_b].bytes;
        moved = true;
      }
    }
    return offsets_[b] >= 0;
  }

  const basic_graph<N>& g_;
  const static_array<kernel_needs, N>& needs_;
  int element_bytes_;
  int alignment_;
  memory_plan<N> plan_{};
  static_array<int, N> root_{};  // the value whose buffer holds the value
  static_array<bool, N> is_output_{};
  static_array<use, 2 * N> uses_{};     // by values, then by the nodes' scratch
  static_array<int, 2 * N> head_{};     // first use of each buffer, -1: no such buffer
  static_array<int, 2 * N> offsets_{};  // of each buffer
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

}  // namespace detail

/// The proof that a plan is sound, independent of how it was made: whenever two values (or a value and a
/// scratch) are needed at the same time they share no byte, except for a view and its input, the operands of
/// a concat and its result, and the output of a kernel that works in place on an input read for the last
/// time.
template <int N>
constexpr bool is_sound(const basic_graph<N>& g, const static_array<kernel_needs, N>& needs,
                        const memory_plan<N>& plan, int element_bytes) {
  // When a value is last read, through whichever name: a view keeps its input's elements alive.
  static_array<int, N> last{};
  for (int i = g.node_count - 1; i >= 0; --i) {
    const auto see = [&](int t) {
      if (t > last[i]) last[i] = t;
    };
    see(i);
    for (int k = 0; k < g.output_count; ++k)
      if (g.output(k) == i) see(g.node_count);
    for (int j = i + 1; j < g.node_count; ++j)
      for (int k = 0; k < g[j].input_count; ++k)
        if (g[j].input(k) == i) {
          see(j);
          if (plan[j].view || (g[j].layer.template is<concat_layer>() && plan[i].joined)) see(last[j]);
        }
  }
  const auto holds_value_of = [&](int whole, int part) {  // whole is a view of, or joins, part
    for (bool found = true; found && part < whole;) {
      found = false;
      for (int j = part + 1; j <= whole && !found; ++j)
        for (int k = 0; k < g[j].input_count && !found; ++k)
          if (g[j].input(k) == part
              && (plan[j].view || (g[j].layer.template is<concat_layer>() && plan[part].joined))) {
            part = j;
            found = true;
          }
    }
    return part == whole;
  };
  for (int i = 0; i < g.node_count; ++i) {
    const placement& a = plan[i];
    const int a_end = a.offset + a.span_bytes(g[i].out, element_bytes);
    if (a.outside >= 0) continue;
    if (a.offset < 0 || a_end > plan.arena_bytes) return false;
    for (int j = i + 1; j < g.node_count; ++j) {
      const placement& b = plan[j];
      const int b_end = b.offset + b.span_bytes(g[j].out, element_bytes);
      if (b.outside >= 0 || last[i] < j) continue;
      if (a.offset >= b_end || b.offset >= a_end) continue;
      if (detail::interleave(a, g[i].out, b, g[j].out, element_bytes)) continue;
      if (holds_value_of(j, i)) continue;
      bool reads = false;
      for (int k = 0; k < g[j].input_count; ++k) reads = reads || holds_value_of(g[j].input(k), i);
      const bool written_over = reads && needs[j].in_place && last[i] == j && a.offset == b.offset;
      if (!written_over) return false;
    }
    for (int t = 0; t < g.node_count; ++t) {
      const int bytes = plan[t].view ? 0 : needs[t].scratch_bytes;
      const int offset = plan.scratch_offsets[t];
      if (bytes == 0 || t < i || t > last[i]) continue;
      if (offset < 0 || offset + bytes > plan.arena_bytes) return false;
      if (a.offset < offset + bytes && offset < a_end) return false;
    }
  }
  return true;
}

}  // namespace edgenn
