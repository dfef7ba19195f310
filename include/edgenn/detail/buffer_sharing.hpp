#pragma once
#include <edgenn/basic_graph.hpp>
#include <edgenn/layers/concat.hpp>
#include <edgenn/layers/rearrange.hpp>
#include <edgenn/placement.hpp>

namespace edgenn::detail {

/// The values of one buffer.
struct members {
  int last = 0;       ///< when the last of them is read
  int read_last = 0;  ///< how many of them are read then
  int latest = 0;     ///< the one that is written last
};

/// The first half of a memory plan: when values live, and which of them share a buffer. Offsets are from the
/// start of the buffer.
template <int N>
class buffer_sharing {
 public:
  constexpr buffer_sharing(const basic_graph<N>& g, const static_array<kernel_needs, N>& needs,
                           int element_bytes, memory_plan<N>& plan)
      : g_{g}, needs_{needs}, element_bytes_{element_bytes}, plan_{plan} {
    find_lifetimes();
    for (int i = g_.node_count - 1; i >= g_.input_count; --i)
      if (g_[i].layer.template is<concat_layer>()) join(i);
    for (int i = g_.input_count; i < g_.node_count; ++i) space(i);
    for (int i = g_.input_count; i < g_.node_count; ++i) {
      if (is_view_layer(i)) alias(i);
      if (needs_[i].in_place) overwrite(i);
    }
  }

  /// The number of the buffer that holds value `i`: that of its first value.
  constexpr int buffer_of(int i) const { return root_[i]; }

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
      bears_gaps_[i] = i >= g_.input_count && needs_[i].strided && !is_view_layer(i);
      for (int k = 0; k < g_[i].input_count; ++k) {
        value_of(g_[i].input(k)).last = i;
        if (needs_[i].input_gap > gap_[g_[i].input(k)]) gap_[g_[i].input(k)] = needs_[i].input_gap;
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
        v.offset = static_cast<int>(whole.offset + 1LL * start * stride * element_bytes_);
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

  /// The pixels of value `i` move apart if a reader would like that, and its producer and all readers bear
  /// it.
  constexpr void space(int i) {
    if (!is_root(i) || is_output_[i] || !bears_gaps_[i] || has_reader_without_gaps_[i]
        || g_[i].layer.template is<concat_layer>())
      return;
    placement& v = value_of(i);
    const shape s = g_[i].out;
    const long long pixels = 1LL * s.d * s.h * s.w, pixel = 1LL * s.c + gap_[i];
    if (gap_[i] == 0 || pixel * pixels > max_int / element_bytes_) return;
    v.pixel_stride = s.c + gap_[i];
    v.row_stride = s.w * v.pixel_stride;
    v.slice_stride = s.h * v.row_stride;
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
    if (!is_root(i) || value_of(i).view || g_[i].layer.template is<concat_layer>()
        || !value_of(i).contiguous_as(g_[i].out))
      return;
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

  const basic_graph<N>& g_;
  const static_array<kernel_needs, N>& needs_;
  int element_bytes_;
  memory_plan<N>& plan_;
  static_array<int, N> root_{};  // the value whose buffer holds the value
  static_array<bool, N> is_output_{};
  static_array<bool, N> bears_gaps_{};  // whether the node's kernel takes views with gaps
  static_array<bool, N> has_reader_without_gaps_{};
  static_array<int, N> gap_{};          // elements that a reader would like between pixels
  static_array<members, N> members_{};  // of the buffers, by roots
};

}  // namespace edgenn::detail
