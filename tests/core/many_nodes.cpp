// More nodes than a network has room for by default: planned, bound and instantiated, but not run. Compilers
// bound the steps of a constant evaluation, the depth of templates and of fold expressions.
#include <edgenn.hpp>

namespace {

constexpr auto many_nodes = edgenn::network<512>({4, 4, 2}, [](edgenn::value x) {
  using namespace edgenn;
  for (int i = 0; i < 74; ++i) {
    const value left = x | conv2d{.filters = 2, .kernel = 1} | relu6;
    x = add(left, x | max_pool2d{.window = 3, .stride = 1, .pad = 1});
  }
  for (int i = 0; i < 3; ++i) x = x | dense{.units = 8};
  return x;
});
static_assert(many_nodes.node_count == 300);
using many_model = edgenn::model<many_nodes, edgenn::reference>;
static_assert(many_model::graph.node_count == 300 - 74, "each activation is fused");
static_assert(many_model::arena_bytes == 3 * 4 * 4 * 2 * 4);  // a block, its left branch and its right one

}  // namespace

float first_result(std::span<const float, many_model::weight_count> weights, std::span<const float, 32> x) {
  static many_model net{weights};
  return net.run(x)[0];
}
