#pragma once
#include <edgenn/detail/buffer_sharing.hpp>
#include <initializer_list>

namespace edgenn::detail {

/// Bytes from the start of a buffer that are in use during [first, last]: one value of the buffer, or a
/// scratch.
struct use {
  long long bytes = 0;
  int first = 0;
  int last = -1;
  int next = -1;  ///< the buffer's next use

  constexpr bool at_the_time_of(const use& o) const { return first <= o.last && o.first <= last; }
};

/// Memory that is placed as one: values that share it, or a kernel's scratch.
struct buffer {
  int number = 0;
  long long bytes = 0;  ///< of its largest use
  int first = 0;        ///< of its first use
  int last = 0;         ///< of its last use
};

constexpr long long round_up(long long bytes, int alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

/// The second half of a memory plan: offsets of the buffers and of the kernels' scratch in the arena.
template <int N>
class buffer_placement {
 public:
  constexpr buffer_placement(const basic_graph<N>& g, const static_array<kernel_needs, N>& needs,
                             const buffer_sharing<N>& sharing, int element_bytes, int alignment,
                             memory_plan<N>& plan)
      : g_{g},
        needs_{needs},
        sharing_{sharing},
        element_bytes_{element_bytes},
        alignment_{alignment},
        plan_{plan} {
    measure_buffers();
    place();
  }

 private:
  constexpr placement& value_of(int i) { return plan_.values[i]; }
  /// Buffers have the numbers of their first values, then come the scratches.
  constexpr int scratch_of(int i) const { return g_.node_count + i; }

  /// Lists the uses of every buffer.
  constexpr void measure_buffers() {
    for (int b = 0; b < 2 * g_.node_count; ++b) head_[b] = -1;
    for (int i = 0; i < g_.node_count; ++i) {
      const placement& v = value_of(i);
      if (v.outside >= 0) continue;
      append(sharing_.buffer_of(i), i, {v.offset + v.span_bytes(g_[i].out, element_bytes_), v.first, v.last});
      if (!v.view) append(scratch_of(i), scratch_of(i), {needs_[i].scratch_bytes, i, i});
    }
    static_array<long long, N + 1> live{};  // bytes in use at the time of each node
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
    for (const long long bytes : live)
      if (bytes > plan_.lower_bound_bytes) plan_.lower_bound_bytes = bytes;
  }

  constexpr void append(int b, int number, use u) {
    if (u.bytes == 0) return;
    u.bytes = round_up(u.bytes, alignment_);
    u.next = head_[b];
    uses_[number] = u;
    head_[b] = number;
  }

  constexpr long long bytes_at(int b, int time) const {
    long long most = 0;
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
    static_array<long long, 2 * N> best{};
    // Compilers bound the steps of one constant evaluation, so large networks get fewer attempts.
    int attempts = buffer_count_ <= 96 ? 6 : buffer_count_ <= 192 ? 2 : 1;
    for (const order by : {order::by_size, order::by_time, order::by_duration})
      for (const bool alternate : {false, true}) {
        if (attempts-- <= 0 || (plan_.arena_bytes > 0 && plan_.arena_bytes == plan_.lower_bound_bytes))
          continue;
        const long long bytes = place_all(by, alternate);
        if (plan_.arena_bytes == 0 || bytes < plan_.arena_bytes) {
          plan_.arena_bytes = bytes;
          best = offsets_;
        }
      }
    for (int i = 0; i < g_.node_count; ++i) {
      if (value_of(i).outside < 0)
        value_of(i).offset = static_cast<int>(value_of(i).offset + best[sharing_.buffer_of(i)]);
      plan_.scratch_offsets[i] = static_cast<int>(best[scratch_of(i)]);
    }
  }

  /// Places the buffers one after another as low as possible or, if `alternate`, every second one as high as
  /// the lower bound lets. Returns the bytes of the arena.
  constexpr long long place_all(order by, bool alternate) {
    for (int i = 1; i < buffer_count_; ++i) {  // insertion sort: stable
      const buffer b = buffers_[i];
      int k = i;
      for (; k > 0 && goes_before(by, b, buffers_[k - 1]); --k) buffers_[k] = buffers_[k - 1];
      buffers_[k] = b;
    }
    long long arena = 0;
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
    const long long at_b = offsets_[b], at_o = offsets_[o];
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
  const buffer_sharing<N>& sharing_;
  int element_bytes_;
  int alignment_;
  memory_plan<N>& plan_;
  static_array<use, 2 * N> uses_{};           // by values, then by the nodes' scratch
  static_array<int, 2 * N> head_{};           // first use of each buffer, -1: no such buffer
  static_array<long long, 2 * N> offsets_{};  // of each buffer
  static_array<buffer, 2 * N> buffers_{};     // those that exist, in the order of placement
  int buffer_count_ = 0;
  static_array<int, 2 * N> neighbours_{};  // placed buffers alive at the time of the one being placed
  int neighbour_count_ = 0;
};

}  // namespace edgenn::detail
