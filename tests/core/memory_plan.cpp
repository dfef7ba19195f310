#include <doctest/doctest.h>

#include <edgenn.hpp>

#include "random_graph.hpp"
#include "simulated_run.hpp"

namespace {

using plan_type = edgenn::memory_plan<random_capacity>;

constexpr unsigned seeds = 1500;

plan_type plan_of(const planned& p) {
  return edgenn::plan_memory(p.graph, p.needs, p.element_bytes, p.alignment);
}
bool sound(const planned& p, const plan_type& plan) {
  return edgenn::is_sound(p.graph, p.needs, plan, p.element_bytes, p.alignment);
}
std::string simulate(const planned& p, const plan_type& plan) { return simulated_run{p, plan}.run(); }

TEST_CASE("plans of random networks are sound and run on an arena of tags") {
  int views = 0, joined = 0, outside = 0, in_place = 0, spaced = 0, at_bound = 0;
  double over_bound = 0;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    const planned p = random_graph_maker{seed}.make();
    const plan_type plan = plan_of(p);
    REQUIRE(sound(p, plan));
    REQUIRE(simulate(p, plan) == "");
    REQUIRE(plan.arena_bytes >= plan.lower_bound_bytes);
    REQUIRE(plan.lower_bound_bytes > 0);
    at_bound += plan.arena_bytes == plan.lower_bound_bytes;
    over_bound += static_cast<double>(plan.arena_bytes) / static_cast<double>(plan.lower_bound_bytes) - 1;
    for (int i = p.graph.input_count; i < p.graph.node_count; ++i) {
      views += plan[i].view;
      joined += plan[i].joined >= 0;
      outside += plan[i].outside >= 0;
      spaced += plan[i].joined < 0 && !plan[i].contiguous_as(p.graph[i].out);
      for (int k = 0; k < p.graph[i].input_count; ++k)
        in_place += !plan[i].view && plan[i].joined < 0 && plan[p.graph[i].input(k)].outside < 0
                    && plan[p.graph[i].input(k)].offset == plan[i].offset;
    }
    for (int i = p.graph.input_count; i < p.graph.node_count; ++i) {
      if (plan[i].outside < 0 && plan[i].joined < 0) REQUIRE(plan[i].offset % p.alignment == 0);
      REQUIRE(plan.scratch_offsets[i] % p.alignment == 0);
    }
  }
  // The random networks do exercise every way to share memory.
  CHECK(views > 100);
  CHECK(joined > 100);
  CHECK(outside > 10);
  CHECK(in_place > 100);
  CHECK(spaced > 100);
  MESSAGE(at_bound << " of " << seeds << " arenas equal their lower bound; mean excess "
                   << 100 * over_bound / seeds << " %");
}
/// Changes a plan, or what it was made for, in one random way.
class spoiler {
 public:
  explicit spoiler(unsigned seed) : random_{seed} {}

  void spoil(planned& p, plan_type& plan) {
    const random_network& g = p.graph;
    const int i = g.input_count + below(g.node_count - g.input_count);
    edgenn::placement& v = plan.values[i];
    switch (below(13)) {
      case 0:
        v.offset += some_shift(p);
        break;
      case 1:
        plan.scratch_offsets[i] += some_shift(p);
        p.needs[i].scratch_bytes = p.needs[i].scratch_bytes + below(64);
        break;
      case 2:
        plan.arena_bytes -= 1 + below(64);
        break;
      case 3:
        v.offset = plan[below(g.node_count)].offset;
        break;
      case 4:
        v.offset = plan[g[i].input(below(g[i].input_count))].offset;
        break;
      case 5:
        v.view = !v.view;
        break;
      case 6:
        v.joined = below(g.node_count + 1) - 1;
        break;
      case 7:
        v.outside = below(g.input_count + 1) - 1;
        break;
      case 8:
        (below(2) == 0 ? v.pixel_stride : v.row_stride) += 1 + below(2);
        break;
      case 9:
        p.needs[i].in_place = false;
        break;
      case 10:
        p.needs[i].strided = false;
        break;
      case 11:
        move_with_all_names(p, plan, i);
        break;
      default:  // a value that is needed for longer than planned
        p.graph.outputs[0] = i;
    }
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  int some_shift(const planned& p) {
    const int shifts[] = {1, p.element_bytes, p.alignment, 1 + below(200)};
    return shifts[below(4)] * (below(2) == 0 ? 1 : -1);
  }

  /// Moves a value together with its views, its parts and what it is a part of: each place fits its kind.
  void move_with_all_names(const planned& p, plan_type& plan, int i) {
    const random_network& g = p.graph;
    std::vector<bool> moves(static_cast<std::size_t>(g.node_count), false);
    const auto moved = [&](int j) { return moves[static_cast<std::size_t>(j)]; };
    moves[static_cast<std::size_t>(i)] = true;
    for (bool grows = true; grows;) {
      grows = false;
      for (int j = g.input_count; j < g.node_count; ++j) {
        const int tied = plan[j].view ? g[j].input(0) : plan[j].joined;
        if (tied < 0 || moved(j) == moved(tied)) continue;
        moves[static_cast<std::size_t>(j)] = moves[static_cast<std::size_t>(tied)] = grows = true;
      }
    }
    const int shift = below(2) == 0 ? some_shift(p) : p.element_bytes * (below(41) - 20);
    for (int j = 0; j < g.node_count; ++j)
      if (moved(j) && plan[j].outside < 0) plan.values[j].offset += shift;
  }

  std::mt19937 random_;
};

TEST_CASE("is_sound refuses every spoiled plan that goes wrong on an arena of tags") {
  int wrong = 0, refused_only = 0, harmless = 0;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    const planned original = random_graph_maker{seed}.make();
    const plan_type made = plan_of(original);
    spoiler random{seed};
    for (int round = 0; round < 8; ++round) {
      planned p = original;
      plan_type plan = made;
      random.spoil(p, plan);
      const std::string failure = simulate(p, plan);
      const bool accepted = sound(p, plan);
      CAPTURE(seed);
      CAPTURE(round);
      CAPTURE(failure);
      if (!failure.empty()) REQUIRE_FALSE(accepted);
      wrong += !failure.empty();
      refused_only += failure.empty() && !accepted;
      harmless += failure.empty() && accepted;
    }
  }
  CHECK(wrong > 1000);
  CHECK(harmless > 100);
  MESSAGE(wrong << " spoiled plans go wrong, " << refused_only << " are refused although this run went well, "
                << harmless << " are harmless");
}

}  // namespace
