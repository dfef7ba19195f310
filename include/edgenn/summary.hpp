#pragma once
// A network as a table.
#include <edgenn/detail/text.hpp>
#include <edgenn/model.hpp>
#include <string_view>

namespace edgenn {

/// Calls `put` with the lines (std::string_view, no newline) of a table of `Model`: each node as it runs with
/// its output shape, parameters, multiply-accumulate operations and the offset of its value in the arena in
/// bytes ("input 0": the caller's memory), then the sums. `dense+relu` is a layer with an activation fused
/// into it, `activate:relu` one on its own.
template <class Model, class Put>
void summary(Put put_view) {
  using line = detail::text<120>;
  const auto put = [&](detail::text_view t) { put_view(std::string_view(t)); };
  constexpr auto& nodes = Model::graph;
  const auto number = [](long long v) { return static_cast<std::uint64_t>(v); };
  line head;
  put((head << "node  layer")
          .right(48, "output (h w c)")
          .right(62, "parameters")
          .right(78, "MACs")
          .right(92, "arena offset")
          .view());
  for (int i = 0; i < nodes.node_count; ++i) {
    const node& n = nodes[i];
    const placement& v = Model::plan[i];
    line shape_text, place, row;
    if (n.out.d != 1) shape_text << number(n.out.d) << " x ";
    shape_text << number(n.out.h) << " x " << number(n.out.w) << " x " << number(n.out.c);
    if (v.outside >= 0)
      place << "input " << number(v.outside);
    else
      place << number(v.offset);
    row.right(4, number(i)) << "  " << n.layer.name();
    const activation act = n.layer.act();
    if (act != activations::none) row << (n.layer.is<activate>() ? ":" : "+") << name_of(act.kind);
    put(row.right(48, shape_text.view())
            .right(62, number(n.weight_count))
            .right(78, number(n.macs))
            .right(92, place.view())
            .view());
  }
  line sums, bytes;
  put((sums << "sum").right(62, number(Model::weight_count)).right(78, number(Model::macs)).view());
  put((bytes << "arena " << number(Model::arena_bytes) << " bytes, weights " << number(Model::weight_bytes)
             << " bytes")
          .view());
}

}  // namespace edgenn
