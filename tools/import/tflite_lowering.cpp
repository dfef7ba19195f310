#include "tflite_lowering.hpp"

#include "constant.hpp"
#include "dequantize.hpp"

namespace edgenn::import {

shape shape_of_extents(const extents& dims, const std::string& where) {
  if (element_count(dims, where) == 0)
    throw import_error{where + ": the shape " + shape_text(dims)
                       + " has no elements, which edgenn's values must have"};
  shape s;
  int shape::*const axes[] = {&shape::c, &shape::w, &shape::h, &shape::d};
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const int extent = static_cast<int>(dims[dims.size() - 1 - i]);
    if (i < 4)
      s.*axes[i] = extent;
    else
      s.d *= extent;
  }
  return s;
}

int tflite_lowering::value(int k) const {
  if (!has(k)) refuse("input " + std::to_string(k) + " is missing");
  const int node = state_->nodes[static_cast<std::size_t>(input(k))];
  if (node < 0)
    refuse("input " + std::to_string(k) + " \"" + tensor_at(k).name
           + "\" is a constant, expected a computed value");
  return node;
}

const extents& tflite_lowering::dims_of(int k) const {
  if (!has(k)) refuse("input " + std::to_string(k) + " is missing");
  return state_->dims[static_cast<std::size_t>(input(k))];
}

std::vector<float> tflite_lowering::numbers(int k, const char* role) const {
  const tensor& t = constant(k, role);
  if (!t.scaling.scales.empty() && !state_->dequantize)
    refuse(std::string{"its "} + role + " is quantised: --dequantize takes it as real numbers");
  if (is_whole(t.type) && t.scaling.scales.empty())
    refuse(std::string{"its "} + role + " is of type " + name_of(t.type) + " without a scale");
  return real_numbers(t);
}

int tflite_lowering::viewed(int node, shape s) const {
  if (shape_of(node) == s) return node;
  return append(reshape{s.h, s.w, s.c, s.d}, node);
}

int tflite_lowering::as_image(int node) const {
  const shape s = shape_of(node);
  return s.d == 1 ? node : viewed(node, {s.d * s.h, s.w, s.c});
}

void tflite_lowering::result(int node, extents dims) const {
  const auto to = static_cast<std::size_t>(output(0));
  if (!state_->dims[to].empty() && state_->dims[to] != dims)
    refuse("its result has the shape " + shape_text(dims) + ", but the file states "
           + shape_text(state_->dims[to]));
  state_->nodes[to] = viewed(node, shape_of_extents(dims, where()));
  state_->dims[to] = std::move(dims);
}

void tflite_lowering::activated_result(int node, extents dims) const {
  const activation a = stated_activation();
  result(a == none ? node : append(activate{a}, node), std::move(dims));
}

activation tflite_lowering::act() const {
  const activation stated = stated_activation();
  return stated == none ? implied_activation() : stated;
}

activation tflite_lowering::stated_activation() const {
  const std::string name = text("activation", "NONE");
  if (name == "NONE") return none;
  if (name == "RELU") return relu;
  if (name == "RELU6") return relu6;
  if (name == "RELU_N1_TO_1") return clip(-1, 1);
  if (name == "TANH") return activations::tanh;
  refuse("the fused activation " + name + " is not supported");
}

activation tflite_lowering::implied_activation() const {
  const tensor& y = state_->source.tensors[static_cast<std::size_t>(output(0))];
  if (y.scaling.scales.size() != 1 || (y.type != element::u8 && y.type != element::i8)) return none;
  if (y.scaling.zero_points[0] != (y.type == element::u8 ? 0 : -128)) return none;
  const float largest = 255 * y.scaling.scales[0];
  const bool six = largest > 5.95f && largest < 6.05f;
  note((six ? "relu6, because its quantised numbers go from 0 to 6: "
            : "relu, because its quantised numbers begin at 0: ")
       + name());
  return six ? relu6 : relu;
}

int tflite_lowering::required(const char* name) const {
  if (!has_attribute(name)) refuse(std::string{"it lacks the option "} + name);
  return static_cast<int>(integer(name, 0));
}

}  // namespace edgenn::import
