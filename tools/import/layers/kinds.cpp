#include "families.hpp"

namespace edgenn::import {

namespace {

std::vector<std::span<const layer_kind>> families() {
  return {activation_kinds(),  concat_kinds(),      convolution_kinds(),   dense_kinds(),
          detection_kinds(),   elementwise_kinds(), normalization_kinds(), pooling_kinds(),
          rearranging_kinds(), reordering_kinds(),  resize_kinds()};
}

}  // namespace

std::vector<std::string_view> known_layers() {
  std::vector<std::string_view> names;
  for (const std::span<const layer_kind> family : families())
    for (const layer_kind& k : family) names.push_back(k.name);
  return names;
}

const layer_kind& kind_of(const any_layer& l) {
  for (const std::span<const layer_kind> family : families())
    for (const layer_kind& k : family)
      if (k.name == l.name()) return k;
  throw import_error{"the importer does not know the layer " + std::string{l.name()}};
}

}  // namespace edgenn::import
