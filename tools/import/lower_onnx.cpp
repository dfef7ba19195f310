#include "lower_onnx.hpp"

#include <algorithm>
#include <numeric>

#include "constant.hpp"
#include "fold.hpp"
#include "lowering.hpp"

namespace edgenn::import {

namespace {

const handlers& all_handlers() {
  static const handlers table = [] {
    handlers all;
    add_convolutions(all);
    add_pooling(all);
    add_elementwise(all);
    add_arithmetic(all);
    add_rearranging(all);
    add_joining(all);
    add_matrix_products(all);
    add_normalization(all);
    add_resizing(all);
    add_detection(all);
    return all;
  }();
  return table;
}

class onnx_lowering {
 public:
  explicit onnx_lowering(model m) : net_{}, state_{std::move(m), net_}, folder_{state_.source} {}

  lowered lower() {
    place_inputs();
    // Constants first: nodes further up may need those that come later in the order.
    std::vector<bool> folded(nodes().size());
    for (std::size_t i = 0; i < nodes().size(); ++i)
      folded[i] = folder_.fold(nodes()[i], [](int) { return nullptr; });
    for (std::size_t i = 0; i < nodes().size(); ++i)
      if (!folded[i]) lower_node(nodes()[i]);
    place_outputs();
    return {std::move(net_), std::move(inputs_), std::move(outputs_)};
  }

 private:
  const std::vector<node>& nodes() const { return state_.source.nodes; }
  tensor& tensor_at(int t) { return state_.source.tensors[static_cast<std::size_t>(t)]; }
  std::optional<placed>& value_at(int t) { return state_.values[static_cast<std::size_t>(t)]; }
  std::string of(const char* kind, int t) {
    return state_.source.file + ": " + kind + " \"" + tensor_at(t).name + '"';
  }

  /// Errors of the layers' own rules know nothing of the source.
  template <class F>
  void explained(const std::string& where, F f) {
    try {
      f();
    } catch (const import_error& e) {
      if (std::string_view{e.what()}.starts_with(state_.source.file + ": ")) throw;
      throw import_error{where + ": " + e.what()};
    }
  }

  void place_inputs() {
    for (const int t : state_.source.inputs) {
      tensor& in = tensor_at(t);
      const std::string where = of("input", t);
      if (!in.known_shape)
        throw import_error{where + ": it has no shape: state --input-shape " + in.name + "=1x..."};
      if (in.dims.size() > 1 && in.dims[0] < 0) {
        in.dims[0] = 1;
        net_.note("input " + in.name + ": its first extent is open; taken as 1");
      }
      if (std::count(in.dims.begin(), in.dims.end(), -1) > 0)
        throw import_error{where + ": it has the shape " + shape_text(in.dims)
                           + ", of which every extent must be known: state --input-shape " + in.name
                           + "=1x..."};
      if (element_count(in.dims, where) == 0)
        throw import_error{where + ": it has the shape " + shape_text(in.dims) + ", which has no elements"};
      if (is_whole(in.type))
        net_.note("input " + in.name + ": of type " + name_of(in.type) + " in the source, fp32 here");
      const bool is_image = in.dims.size() == 4 && !is_read_as_nhwc(t);
      const arrangement at = is_image ? arrangement{in.dims, image_order} : arrangement{in.dims};
      explained(where, [&] {
        const int node = net_.input(is_image ? image_shape(in.dims) : natural_shape(in.dims), in.name);
        value_at(t) = placed{node, at, in.type};
      });
      inputs_.push_back({in.name, in.type, in.dims, order_of(is_image, in.dims.size()), {}, false});
    }
    if (inputs_.empty()) throw import_error{state_.source.file + ": the model has no input"};
  }

  /// Whether an input of rank 4 is an image in the order N, H, W, C, which the model brings into its own.
  bool is_read_as_nhwc(int t) const {
    bool any = false;
    for (const node& n : nodes()) {
      if (std::count(n.inputs.begin(), n.inputs.end(), t) == 0) continue;
      const auto perm = n.attributes.find("perm");
      const auto* order =
          perm == n.attributes.end() ? nullptr : std::get_if<std::vector<std::int64_t>>(&perm->second);
      if (n.op != "Transpose" || order == nullptr || *order != std::vector<std::int64_t>{0, 3, 1, 2})
        return false;
      any = true;
    }
    return any;
  }

  static std::vector<int> order_of(bool is_image, std::size_t rank) {
    if (is_image) return {std::begin(image_order), std::end(image_order)};
    std::vector<int> order(rank);
    std::iota(order.begin(), order.end(), 0);
    return order;
  }

  void lower_node(const node& n) {
    const auto known_extents = [this](int t) {
      const auto& v = state_.values[static_cast<std::size_t>(t)];
      return v ? &v->at.dims() : nullptr;
    };
    if (folder_.fold(n, known_extents)) return;
    const lowering l{state_, n};
    const auto found = all_handlers().find(n.op);
    if (found == all_handlers().end())
      l.refuse("edgenn-import does not know this operator (attributes: " + l.attributes_text()
               + "); replace it by operators that docs/importing.md lists, or end the network before it");
    state_.place.set_comment(n.outputs.empty() || n.outputs[0] < 0 ? n.name : tensor_at(n.outputs[0]).name);
    explained(l.where(), [&] { found->second(l); });
    l.check_attributes();
  }

  void place_outputs() {
    bool any = false;
    for (const int t : state_.source.outputs) {
      const std::string name = tensor_at(t).name;
      if (tensor_at(t).constant) {
        net_.note("output " + name + ": a constant; the network does not return it");
        outputs_.push_back({name, tensor_at(t).type, tensor_at(t).dims, {}, tensor_at(t), true});
        continue;
      }
      const auto& v = value_at(t);
      if (!v) throw import_error{of("output", t) + ": it is a result that edgenn does not compute"};
      explained(of("output", t), [&] { place_output(*v, name); });
      any = true;
    }
    if (!any) throw import_error{state_.source.file + ": no output depends on an input"};
  }

  void place_output(placed v, const std::string& name) {
    state_.place.set_comment(name);
    const extents& dims = v.at.dims();
    // An image, unless the source itself ends in another order, and memory has it already.
    const bool is_image =
        dims.size() == 4 && (!v.at.is_plain() || v.at.memory() == v.at.axes_in_order(image_order));
    v = is_image ? state_.place.in_order(v, image_order) : state_.place.plain(v);
    if (v.node < net_.input_count()) v.node = net_.append(identity{}, v.node, name);
    const int node = state_.place.viewed(v.node, is_image ? image_shape(dims) : natural_shape(dims));
    net_.output(node, name);
    outputs_.push_back({name, v.type, dims, order_of(is_image, dims.size()), {}, false});
  }

  target net_;
  lowering_state state_;
  folder folder_;
  std::vector<port> inputs_, outputs_;
};

}  // namespace

lowered lower_onnx(model m) { return onnx_lowering{std::move(m)}.lower(); }

std::vector<std::string_view> onnx_operators() {
  std::vector<std::string_view> names;
  for (const auto& [name, function] : all_handlers()) names.push_back(name);
  return names;
}

std::vector<std::string_view> folded_onnx_operators() {
  std::vector<std::string_view> names;
  for (const auto& [name, rule] : fold_rules())
    if (all_handlers().count(name) == 0) names.push_back(name);
  return names;
}

}  // namespace edgenn::import
