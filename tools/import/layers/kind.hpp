#pragma once
// What the importer knows of each type of layer: how it is written in C++, what it computes, and what the
// reference backend's kernel asks of the memory plan. One file a family of layers; `kinds.cpp` lists the
// families.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../target.hpp"
#include "code.hpp"

namespace edgenn::import {

/// A value while a network runs: contiguous, in storage order.
struct operand {
  const float* data;
  shape extents;
};

/// One execution of a layer.
struct work {
  std::span<const operand> in;
  float* out;
  shape out_shape;
  const float* weights;
};

/// One type of layer, its parameters erased.
struct layer_kind {
  std::string_view name;
  /// The C++ expression of its result.
  std::string (*expression)(const any_layer&, std::span<const std::string> operands);
  void (*run)(const any_layer&, const work&);
  /// Of the kernel of edgenn::reference.
  kernel_needs (*needs)(const any_layer&, std::span<const shape> in, shape out);
  int (*append)(target&, const any_layer&, std::span<const int> inputs, std::vector<float> weights,
                std::string comment);
};

/// A layer that keeps to its place in memory: the kernel bears gaps, and nothing else.
inline kernel_needs strided() { return {.strided = true}; }
/// A layer that may also write over its input.
inline kernel_needs strided_in_place() { return {.in_place = true, .strided = true}; }

/// The kind of the layers `L`. A family's file has these three functions for each of its layers, overloaded:
///
///     constexpr layer_kind kinds[] = {kind_of_layer<softmax, expression, run, needs>(), ...};
template <layer L, std::string (*Expression)(const L&, std::span<const std::string>),
          void (*Run)(const L&, const work&), kernel_needs (*Needs)(const L&, std::span<const shape>, shape)>
constexpr layer_kind kind_of_layer() {
  return {L::name,
          [](const any_layer& l, std::span<const std::string> operands) {
            return Expression(l.as<L>(), operands);
          },
          [](const any_layer& l, const work& w) { Run(l.as<L>(), w); },
          [](const any_layer& l, std::span<const shape> in, shape out) { return Needs(l.as<L>(), in, out); },
          [](target& t, const any_layer& l, std::span<const int> inputs, std::vector<float> weights,
             std::string comment) {
            return t.append_joined(l.as<L>(), inputs, std::move(weights), std::move(comment));
          }};
}

/// The names of all layers that it knows.
std::vector<std::string_view> known_layers();
/// The kind of a layer. Throws import_error if the importer does not know it.
const layer_kind& kind_of(const any_layer& l);

}  // namespace edgenn::import
