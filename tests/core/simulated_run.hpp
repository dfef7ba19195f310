#pragma once
// Runs a memory plan on an arena of tags, to see whether every kernel finds what it must read.
//
// It knows what a plan means, not how it was made or proven: each byte of the arena holds a tag that says
// which element of which value was written there last. A kernel that is not in place may write any of its
// output before it reads the last of its inputs, and its scratch at any time, so both are spoiled first.
#include <cstdint>
#include <string>
#include <vector>

#include "random_graph.hpp"

class simulated_run {
 public:
  simulated_run(const planned& p, const edgenn::memory_plan<random_capacity>& plan)
      : g_{p.graph}, needs_{p.needs}, plan_{plan}, element_bytes_{p.element_bytes}, alignment_{p.alignment} {}

  /// Empty if every value is found where and when it is needed, else what went wrong first.
  std::string run() {
    if (plan_.arena_bytes < 0) return "negative arena";
    arena_.assign(static_cast<std::size_t>(plan_.arena_bytes), spoiled);
    for (int i = 0; i < g_.input_count && error_.empty(); ++i) {
      contents_.push_back(fresh(g_[i].out.size()));
      outside_.emplace_back(static_cast<std::size_t>(g_[i].out.size() * element_bytes_), spoiled);
      if (plan_[i].outside != i) fail(i, "an input that is not the caller's memory");
      store(i, true);
    }
    for (int i = g_.input_count; i < g_.node_count && error_.empty(); ++i) step(i);
    for (int k = 0; k < g_.output_count && error_.empty(); ++k) {
      const int i = g_.output(k);
      if (plan_[i].outside >= 0) fail(i, "an output outside the arena");
      if (!plan_[i].contiguous_as(g_[i].out)) fail(i, "an output with gaps");
      check(i, i, "output");
    }
    return error_;
  }

 private:
  using tags = std::vector<std::uint32_t>;
  using shape = edgenn::shape;
  static constexpr std::uint32_t spoiled = 0;

  void fail(int i, const std::string& what) {
    if (error_.empty()) error_ = "node " + std::to_string(i) + ": " + what;
  }

  /// The content of a value that a kernel computes: as many new tags as it has elements.
  tags fresh(int elements) {
    tags t(static_cast<std::size_t>(elements));
    for (std::uint32_t& tag : t) tag = ++next_tag_;
    return t;
  }

  /// Calls f(tag, byte) for every byte of every element of value `i`; nullptr where there is no such byte.
  template <class F>
  void for_each_byte(int i, const tags& content, F f) {
    const edgenn::placement& v = plan_[i];
    const shape s = g_[i].out;
    tags& memory = v.outside >= 0 ? outside_[static_cast<std::size_t>(v.outside)] : arena_;
    std::size_t e = 0;
    for (int z = 0; z < s.d; ++z)
      for (int y = 0; y < s.h; ++y)
        for (int x = 0; x < s.w; ++x)
          for (int c = 0; c < s.c; ++c, ++e) {
            const int element = z * v.slice_stride + y * v.row_stride + x * v.pixel_stride + c;
            for (int b = 0; b < element_bytes_; ++b) {
              const long long at = v.offset + 1LL * element * element_bytes_ + b;
              const bool exists = at >= 0 && at < static_cast<long long>(memory.size());
              f(content[e] * 4u + static_cast<std::uint32_t>(b),
                exists ? &memory[static_cast<std::size_t>(at)] : nullptr);
            }
          }
  }

  void store(int i, bool to_outside = false) {
    if (plan_[i].outside >= 0 && !to_outside) return fail(i, "writes over the caller's input");
    for_each_byte(i, contents_[static_cast<std::size_t>(i)], [&](std::uint32_t tag, std::uint32_t* byte) {
      if (byte == nullptr) return fail(i, "writes outside the arena");
      *byte = tag;
    });
  }
  void spoil(int i) {
    for_each_byte(i, contents_[static_cast<std::size_t>(i)], [&](std::uint32_t, std::uint32_t* byte) {
      if (byte != nullptr) *byte = spoiled;
    });
  }
  void check(int i, int reader, const char* what) {
    for_each_byte(i, contents_[static_cast<std::size_t>(i)], [&](std::uint32_t tag, std::uint32_t* byte) {
      if (byte == nullptr || *byte != tag)
        fail(reader, std::string{what} + " " + std::to_string(i) + " was overwritten or is not there");
    });
  }
  void spoil_scratch(int i) {
    if (needs_[i].scratch_bytes > 0 && plan_.scratch_offsets[i] % alignment_ != 0)
      fail(i, "misaligned scratch");
    for (int b = 0; b < needs_[i].scratch_bytes; ++b) {
      const int at = plan_.scratch_offsets[i] + b;
      if (at < 0 || at >= plan_.arena_bytes) return fail(i, "scratch outside the arena");
      arena_[static_cast<std::size_t>(at)] = spoiled;
    }
  }

  bool is_concat(int i) const { return g_[i].layer.is<edgenn::concat_layer>(); }
  bool has_gaps(int i) const { return !plan_[i].contiguous_as(g_[i].out); }

  void step(int i) {
    const edgenn::node& n = g_[i];
    if (is_concat(i))
      contents_.push_back(joined_content(i));
    else if (n.layer.is<edgenn::reshape>() || n.layer.is<edgenn::flatten>())
      contents_.push_back(contents_[static_cast<std::size_t>(n.input(0))]);
    else
      contents_.push_back(fresh(n.out.size()));
    if (plan_[i].view) return;  // no kernel runs; whoever reads it sees whether its elements are there

    if (plan_[i].outside >= 0) return fail(i, "a kernel's result outside the arena");
    const int start = plan_[i].joined < 0 ? alignment_ : element_bytes_;
    if (plan_[i].offset % start != 0) return fail(i, "a misaligned result");
    if (is_concat(i)) return join(i);
    check_gaps(i);
    spoil_scratch(i);
    const int over = overwritten_operand(i);
    if (over >= 0) check(over, i, "operand");
    spoil(i);
    for (int k = 0; k < n.input_count; ++k)
      if (n.input(k) != over) check(n.input(k), i, "operand");
    store(i);
    spoil_scratch(i);
    check(i, i, "result");
  }

  void check_gaps(int i) {
    if (needs_[i].strided) return;
    bool gaps = has_gaps(i);
    for (int k = 0; k < g_[i].input_count; ++k) gaps = gaps || has_gaps(g_[i].input(k));
    if (gaps) fail(i, "a kernel that needs contiguous views gets gaps");
  }

  /// The operand that a kernel which may work in place has in its output's place, read once, or -1.
  int overwritten_operand(int i) const {
    const edgenn::node& n = g_[i];
    if (!needs_[i].in_place || has_gaps(i)) return -1;
    for (int k = 0; k < n.input_count; ++k) {
      const int from = n.input(k);
      int reads = 0;
      for (int o = 0; o < n.input_count; ++o) reads += n.input(o) == from;
      if (reads == 1 && plan_[from].outside < 0 && plan_[from].offset == plan_[i].offset && !has_gaps(from)
          && g_[from].out.size() >= n.out.size())
        return from;
    }
    return -1;
  }

  /// What a concat does: copies the operands that are not already part of its result, one after another.
  void join(int i) {
    bool copies = false;
    for (int k = 0; k < g_[i].input_count; ++k) copies = copies || plan_[g_[i].input(k)].joined != i;
    if (!copies) return;
    check_gaps(i);
    spoil_scratch(i);
    for (int k = 0; k < g_[i].input_count; ++k) {
      const int operand = g_[i].input(k);
      check(operand, i, "operand");
      if (plan_[operand].joined != i) copy_part(i, k);
    }
    spoil_scratch(i);
    check(i, i, "result");
  }

  /// Where element `e` of operand `k` stands in the result of concat `i`, both in storage order.
  int element_in_result(int i, int k, int e) const {
    using edgenn::axis;
    const axis along = g_[i].layer.as<edgenn::concat_layer>().along;
    const shape from = g_[g_[i].input(k)].out, to = g_[i].out;
    int c = e % from.c, x = e / from.c % from.w, y = e / (from.c * from.w) % from.h,
        z = e / (from.c * from.w * from.h);
    for (int earlier = 0; earlier < k; ++earlier) {
      const shape s = g_[g_[i].input(earlier)].out;
      if (along == axis::channels) c += s.c;
      if (along == axis::width) x += s.w;
      if (along == axis::height) y += s.h;
      if (along == axis::depth) z += s.d;
    }
    return ((z * to.h + y) * to.w + x) * to.c + c;
  }

  tags joined_content(int i) const {
    tags t(static_cast<std::size_t>(g_[i].out.size()), spoiled);
    for (int k = 0; k < g_[i].input_count; ++k) {
      const tags& part = contents_[static_cast<std::size_t>(g_[i].input(k))];
      for (int e = 0; e < static_cast<int>(part.size()); ++e)
        t[static_cast<std::size_t>(element_in_result(i, k, e))] = part[static_cast<std::size_t>(e)];
    }
    return t;
  }

  void copy_part(int i, int k) {
    std::vector<bool> in_part(contents_[static_cast<std::size_t>(i)].size(), false);
    const int count = g_[g_[i].input(k)].out.size();
    for (int e = 0; e < count; ++e) in_part[static_cast<std::size_t>(element_in_result(i, k, e))] = true;
    std::size_t byte_number = 0;
    for_each_byte(i, contents_[static_cast<std::size_t>(i)], [&](std::uint32_t tag, std::uint32_t* byte) {
      if (!in_part[byte_number++ / static_cast<std::size_t>(element_bytes_)]) return;
      if (byte == nullptr) return fail(i, "writes outside the arena");
      *byte = tag;
    });
  }

  const random_network& g_;
  const random_needs& needs_;
  const edgenn::memory_plan<random_capacity>& plan_;
  int element_bytes_;
  int alignment_;
  std::uint32_t next_tag_ = 0;
  std::vector<tags> contents_;  // of each value, in storage order
  std::vector<tags> outside_;   // the network inputs' memory
  tags arena_;
  std::string error_;
};
