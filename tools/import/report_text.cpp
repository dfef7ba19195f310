#include "report_text.hpp"

#include <edgenn/detail/text.hpp>
#include <map>

#include "layers/code.hpp"
#include "names.hpp"
#include "plan.hpp"

namespace edgenn::import {

namespace {

using row = edgenn::detail::text<200>;

std::string spaced(shape s) {
  std::string text = s.d == 1 ? "" : std::to_string(s.d) + " x ";
  return text + std::to_string(s.h) + " x " + std::to_string(s.w) + " x " + std::to_string(s.c);
}

/// Right-aligned columns, then the name.
std::string row_of(std::string_view node, const std::string& layer, const std::string& out,
                   const std::string& weights, const std::string& macs, const std::string& place,
                   const std::string& name) {
  row r;
  const auto view = [](std::string_view s) { return edgenn::detail::text_view{s.data(), s.size()}; };
  r.right(4, view(node)) << "  " << view(layer);
  r.right(46, view(out)).right(58, view(weights)).right(73, view(macs)).right(85, view(place));
  const edgenn::detail::text_view line = r.view();
  return std::string(line.data(), line.size()) + (name.empty() ? "" : "  " + name) + '\n';
}

std::string layer_text(const any_layer& l) {
  std::string text = l.name();
  if (l.act() != activations::none) text += (l.is<activate>() ? ':' : '+') + code(l.act());
  return text;
}

}  // namespace

std::string report_text(const target& t, const std::vector<std::string>& remarks) {
  const arena a = arena_of(t);
  long long macs = 0;
  std::string text = row_of("node", "layer", "output (h w c)", "parameters", "MACs", "arena", "value");
  for (int i = 0; i < t.count(); ++i) {
    const edgenn::node& n = t[i];
    const placement& v = a.values[static_cast<std::size_t>(i)];
    const std::string place =
        v.outside >= 0 ? "input " + std::to_string(v.outside) : std::to_string(v.offset);
    text += row_of(std::to_string(i), layer_text(n.layer), spaced(n.out), std::to_string(n.weight_count),
                   std::to_string(n.macs), place, comment(t.name_of(i), 100));
    macs += n.macs;
  }
  text += row_of("sum", "", "", std::to_string(t.weight_count()), std::to_string(macs),
                 std::to_string(a.bytes), "");
  text += "arena of the reference backend: " + std::to_string(a.bytes) + " bytes\n";
  for (const target::result& o : t.outputs())
    text += "output: node " + std::to_string(o.node) + ", " + comment(o.name, 100) + '\n';
  for (const std::string& line : t.notes()) text += comment(line, 300) + '\n';
  for (const std::string& line : remarks) text += comment(line, 300) + '\n';
  return text;
}

}  // namespace edgenn::import
