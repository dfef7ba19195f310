#include "operation.hpp"

#include <algorithm>

#include "constant.hpp"
#include "onnx_reader.hpp"

namespace edgenn::import {

const tensor& operation::constant(int k, const char* role) const {
  if (!has(k)) refuse(std::string{"it has no "} + role);
  if (!tensor_at(k).constant)
    refuse(std::string{"its "} + role + " \"" + tensor_at(k).name + "\" must be a constant, but is computed");
  return tensor_at(k);
}

std::vector<std::int64_t> operation::constant_integers(int k, const char* role) const {
  const tensor& t = constant(k, role);
  if (!is_whole(t.type))
    refuse(std::string{"its "} + role + " is of type " + name_of(t.type) + ", expected whole numbers");
  return integers_of(t);
}

double operation::constant_scalar(int k, const char* role) const {
  const std::vector<double> numbers = reals_of(constant(k, role));
  if (numbers.size() != 1)
    refuse(std::string{"its "} + role + " has " + std::to_string(numbers.size()) + " elements, expected 1");
  return numbers[0];
}

void operation::expect_inputs(int least, int most) const {
  for (int k = 0; k < least; ++k)
    if (!has(k)) refuse("input " + std::to_string(k) + " is missing");
  if (input_count() > most)
    refuse("found " + std::to_string(input_count()) + " inputs, expected at most " + std::to_string(most));
}

template <class T>
const T* operation::find(const char* name, const char* kind) const {
  seen_.insert(name);
  const auto found = node_->attributes.find(name);
  if (found == node_->attributes.end()) return nullptr;
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) refuse(std::string{"attribute "} + name + " is not " + kind);
  return value;
}

bool operation::has_attribute(const char* name) const { return node_->attributes.count(name) > 0; }

std::int64_t operation::integer(const char* name, std::int64_t fallback) const {
  const auto* v = find<std::int64_t>(name, "a whole number");
  return v == nullptr ? fallback : *v;
}

float operation::real(const char* name, float fallback) const {
  const auto* v = find<float>(name, "a number");
  return v == nullptr ? fallback : *v;
}

std::string operation::text(const char* name, const char* fallback) const {
  const auto* v = find<std::string>(name, "text");
  return v == nullptr ? fallback : *v;
}

std::vector<std::int64_t> operation::integers(const char* name, std::vector<std::int64_t> fallback) const {
  const auto* v = find<std::vector<std::int64_t>>(name, "a list of whole numbers");
  return v == nullptr ? fallback : *v;
}

std::vector<float> operation::reals(const char* name) const {
  const auto* v = find<std::vector<float>>(name, "a list of numbers");
  return v == nullptr ? std::vector<float>{} : *v;
}

const tensor& operation::tensor_attribute(const char* name) const {
  const auto* v = find<tensor>(name, "a tensor");
  if (v == nullptr) refuse(std::string{"it has no attribute "} + name);
  return *v;
}

void operation::check_attributes() const {
  for (const auto& [name, value] : node_->attributes)
    if (seen_.count(name) == 0)
      refuse("attribute " + name + " is not known for operator set " + std::to_string(version()));
}

int operation::axis(std::int64_t axis, int rank) const {
  if (axis < -rank || axis >= rank)
    refuse("axis " + std::to_string(axis) + " of a tensor of " + std::to_string(rank) + " axes");
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

std::vector<int> operation::axes(std::span<const std::int64_t> axes, int rank) const {
  std::vector<int> all;
  for (const std::int64_t a : axes) all.push_back(axis(a, rank));
  std::sort(all.begin(), all.end());
  if (std::adjacent_find(all.begin(), all.end()) != all.end())
    refuse("the axes " + list_text(axes) + " name one twice");
  return all;
}

std::string describe(const std::string& file, const node& n) {
  return file + ": node \"" + n.name + "\" (" + n.op + ')';
}

std::string operation::where() const { return describe(model_->file, *node_); }

void operation::refuse(const std::string& why) const { throw import_error{where() + ": " + why}; }

std::string operation::attributes_text() const {
  struct {
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(float v) const { return std::to_string(v); }
    std::string operator()(const std::string& v) const { return printable(v); }
    std::string operator()(const std::vector<std::int64_t>& v) const { return list_text(v); }
    std::string operator()(const std::vector<float>& v) const {
      return std::to_string(v.size()) + " numbers";
    }
    std::string operator()(const std::vector<std::string>& v) const {
      return std::to_string(v.size()) + " texts";
    }
    std::string operator()(const tensor& v) const { return "a tensor " + shape_text(v.dims); }
  } text;
  std::string all;
  for (const auto& [name, value] : node_->attributes) {
    if (all.size() > 200) return all + ", ...";
    all += (all.empty() ? "" : ", ") + name + " = " + std::visit(text, value);
  }
  return all.empty() ? "none" : all;
}

std::string list_text(std::span<const std::int64_t> numbers) {
  std::string text;
  for (const std::int64_t n : numbers) {
    if (text.size() > 100) return '[' + text + ", ...]";
    text += (text.empty() ? "" : ", ") + std::to_string(n);
  }
  return '[' + text + ']';
}

}  // namespace edgenn::import
