#include "tflite_options.hpp"

#include "tflite_generated.h"

namespace edgenn::import {

namespace {

/// Collects the attributes of one operator.
class attributes {
 public:
  explicit attributes(const std::string& where) : where_{where} {}

  attributes& integer(const char* name, std::int64_t v) { return add(name, v); }
  attributes& real(const char* name, float v) { return add(name, v); }
  attributes& integers(const char* name, const flatbuffers::Vector<std::int32_t>* v) {
    return add(name,
               v == nullptr ? std::vector<std::int64_t>{} : std::vector<std::int64_t>(v->begin(), v->end()));
  }
  attributes& pad(tflite::Padding v) {
    return enumerator("padding", tflite::EnumNamePadding(v), static_cast<int>(v));
  }
  attributes& act(tflite::Activation v) {
    return enumerator("activation", tflite::EnumNameActivation(v), static_cast<int>(v));
  }
  std::map<std::string, attribute>&& done() { return std::move(all_); }

 private:
  attributes& enumerator(const char* name, const std::string& text, int number) {
    if (text.empty())
      throw import_error{where_ + ": " + name + ": found " + std::to_string(number)
                         + ", which is none of those known"};
    return add(name, text);
  }
  attributes& add(const char* name, attribute v) {
    all_[name] = std::move(v);
    return *this;
  }

  const std::string& where_;
  std::map<std::string, attribute> all_;
};

// An overload for each type of options.

void read(attributes& a, const tflite::Conv2D& o) {
  a.pad(o.padding()).act(o.activation());
  a.integer("stride_h", o.stride_h()).integer("stride_w", o.stride_w());
  a.integer("dilation_h", o.dilation_h()).integer("dilation_w", o.dilation_w());
}
void read(attributes& a, const tflite::DepthwiseConv2D& o) {
  a.pad(o.padding()).act(o.activation());
  a.integer("stride_h", o.stride_h()).integer("stride_w", o.stride_w()).integer("multiplier", o.multiplier());
  a.integer("dilation_h", o.dilation_h()).integer("dilation_w", o.dilation_w());
}
void read(attributes& a, const tflite::Pool2D& o) {
  a.pad(o.padding()).act(o.activation());
  a.integer("stride_h", o.stride_h()).integer("stride_w", o.stride_w());
  a.integer("window_h", o.window_h()).integer("window_w", o.window_w());
}
void read(attributes& a, const tflite::FullyConnected& o) {
  a.act(o.activation())
      .integer("weights_format", o.weights_format())
      .integer("keep_num_dims", o.keep_num_dims());
}
void read(attributes& a, const tflite::Softmax& o) { a.real("beta", o.beta()); }
void read(attributes& a, const tflite::Concatenation& o) { a.integer("axis", o.axis()).act(o.activation()); }
void read(attributes& a, const tflite::Add& o) { a.act(o.activation()); }
void read(attributes& a, const tflite::Mul& o) { a.act(o.activation()); }
void read(attributes& a, const tflite::LocalResponseNormalization& o) {
  a.integer("radius", o.radius()).real("bias", o.bias()).real("alpha", o.alpha()).real("beta", o.beta());
}
void read(attributes& a, const tflite::ResizeBilinear& o) {
  a.integer("align_corners", o.align_corners()).integer("half_pixel_centers", o.half_pixel_centers());
}
void read(attributes& a, const tflite::ResizeNearest& o) {
  a.integer("align_corners", o.align_corners()).integer("half_pixel_centers", o.half_pixel_centers());
}
void read(attributes& a, const tflite::Reshape& o) { a.integers("new_shape", o.new_shape()); }
void read(attributes& a, const tflite::Squeeze& o) { a.integers("dims", o.dims()); }
void read(attributes& a, const tflite::Reducer& o) { a.integer("keep_dims", o.keep_dims()); }
void read(attributes& a, const tflite::LeakyRelu& o) { a.real("alpha", o.alpha()); }

/// Reads the options if they are of the type `O`.
template <class O>
void read_if(attributes& a, const tflite::Operator& from) {
  if (from.options_type() == tflite::OptionsTraits<O>::enum_value && from.options() != nullptr)
    read(a, *static_cast<const O*>(from.options()));
}

template <class... O>
void read_any(attributes& a, const tflite::Operator& from) {
  (read_if<O>(a, from), ...);
}

}  // namespace

std::map<std::string, attribute> tflite_attributes(const tflite::Operator& from, const std::string& where) {
  attributes a{where};
  read_any<tflite::Conv2D, tflite::DepthwiseConv2D, tflite::Pool2D, tflite::FullyConnected, tflite::Softmax,
           tflite::Concatenation, tflite::Add, tflite::Mul, tflite::LocalResponseNormalization,
           tflite::ResizeBilinear, tflite::ResizeNearest, tflite::Reshape, tflite::Squeeze, tflite::Reducer,
           tflite::LeakyRelu>(a, from);
  std::map<std::string, attribute> all = a.done();
  if (from.custom_options() != nullptr && from.custom_options()->size() > 0)
    all["custom_options"] = std::string(reinterpret_cast<const char*>(from.custom_options()->data()),
                                        from.custom_options()->size());
  return all;
}

}  // namespace edgenn::import
