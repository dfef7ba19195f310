#include "constant.hpp"

#include <cmath>
#include <cstring>
#include <edgenn/bfloat16.hpp>
#include <edgenn/half.hpp>
#include <limits>
#include <utility>

namespace edgenn::import {

namespace {

/// Calls `f` with a null pointer to the C++ type of `type`.
template <class F>
auto with_type(element type, F f) {
  switch (type) {
    case element::f32:
      return f(static_cast<float*>(nullptr));
    case element::f16:
      return f(static_cast<half*>(nullptr));
    case element::bf16:
      return f(static_cast<bfloat16*>(nullptr));
    case element::f64:
      return f(static_cast<double*>(nullptr));
    case element::u8:
    case element::boolean:
      return f(static_cast<std::uint8_t*>(nullptr));
    case element::i8:
      return f(static_cast<std::int8_t*>(nullptr));
    case element::u16:
      return f(static_cast<std::uint16_t*>(nullptr));
    case element::i16:
      return f(static_cast<std::int16_t*>(nullptr));
    case element::u32:
      return f(static_cast<std::uint32_t*>(nullptr));
    case element::i32:
      return f(static_cast<std::int32_t*>(nullptr));
    case element::u64:
      return f(static_cast<std::uint64_t*>(nullptr));
    case element::i64:
      break;
  }
  return f(static_cast<std::int64_t*>(nullptr));
}

template <class T>
concept stored_real = std::same_as<T, half> || std::same_as<T, bfloat16>;

/// Conversion without undefined behaviour. Whole numbers wrap, as ONNX Runtime's and numpy's do. Real ones
/// that become whole are limited to the range of `To`, and NaN becomes 0.
template <class To, class From>
To converted(From v) {
  if constexpr (stored_real<From>) {
    return converted<To>(static_cast<float>(v));
  } else if constexpr (stored_real<To>) {
    return To{static_cast<float>(v)};
  } else if constexpr (std::is_floating_point_v<To>) {
    return static_cast<To>(v);
  } else if constexpr (std::is_floating_point_v<From>) {
    if (std::isnan(v)) return 0;
    // The largest To may not be a From, but the power of two above it is.
    const From above = std::ldexp(From{1}, std::numeric_limits<To>::digits);
    if (v >= above) return std::numeric_limits<To>::max();
    if (v <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    return static_cast<To>(v);
  } else {
    return static_cast<To>(v);
  }
}

template <class To>
std::vector<To> elements_of(const tensor& t) {
  return with_type(t.type, [&t]<class From>(From*) {
    std::vector<To> numbers(t.data.size() / sizeof(From));
    const std::byte* at = t.data.data();
    for (To& to : numbers) {
      From v;
      std::memcpy(&v, at, sizeof v);
      at += sizeof v;
      to = converted<To>(v);
    }
    return numbers;
  });
}

template <class From>
tensor made_of(element type, std::vector<std::int64_t>&& dims, std::span<const From> numbers) {
  tensor t;
  t.type = type;
  t.dims = std::move(dims);
  t.known_shape = t.constant = true;
  with_type(type, [&]<class To>(To*) {
    t.data.resize(numbers.size() * sizeof(To));
    std::byte* at = t.data.data();
    for (const From v : numbers) {
      To to = converted<To>(v);
      if (type == element::boolean) to = converted<To>(v != From{0} ? 1 : 0);
      std::memcpy(at, &to, sizeof to);
      at += sizeof to;
    }
  });
  return t;
}

}  // namespace

std::size_t size_of(element type) {
  return with_type(type, []<class T>(T*) { return sizeof(T); });
}

bool is_whole(element type) {
  return type != element::f32 && type != element::f64 && type != element::f16 && type != element::bf16;
}

const char* name_of(element type) {
  static constexpr const char* names[] = {"float", "float16", "bfloat16", "double", "uint8", "int8", "uint16",
                                          "int16", "uint32",  "int32",    "uint64", "int64", "bool"};
  return names[static_cast<std::size_t>(type)];
}

std::string shape_text(std::span<const std::int64_t> dims) {
  if (dims.empty()) return "scalar";
  std::string text;
  for (const std::int64_t d : dims) {
    if (!text.empty()) text += 'x';
    text += d < 0 ? "?" : std::to_string(d);
  }
  return text;
}

std::int64_t element_count(std::span<const std::int64_t> dims, const std::string& where) {
  constexpr std::size_t max_rank = 16;
  constexpr std::int64_t max_count = 2147483647;
  if (dims.size() > max_rank)
    throw import_error{where + ": found " + std::to_string(dims.size()) + " axes, expected at most "
                       + std::to_string(max_rank)};
  std::int64_t count = 1;
  bool fits = true, empty = false;
  for (const std::int64_t d : dims) {
    if (d < 0) throw import_error{where + ": found the extent " + std::to_string(d) + ", expected 0 or more"};
    empty = empty || d == 0;
    fits = fits && (d == 0 || count <= max_count / d);
    if (fits && d > 0) count *= d;
  }
  // Of an empty shape the other extents count too: strides and loops are made of them.
  if (!fits)
    throw import_error{where + ": the shape " + shape_text(dims) + " has more than 2147483647 elements"
                       + (empty ? " but for its extents of 0" : "")};
  return empty ? 0 : count;
}

std::uint64_t byte_count(const tensor& t, const std::string& where) {
  return size_of(t.type) * static_cast<std::uint64_t>(element_count(t.dims, where));
}

std::uint64_t computed_byte_count(element type, std::span<const std::int64_t> dims) {
  const std::string where = "a computed constant";
  const auto count = static_cast<std::uint64_t>(element_count(dims, where));
  const std::uint64_t bytes = size_of(type) * count;
  if (bytes > std::uint64_t{1} << 29)
    throw import_error{where + ": the shape " + shape_text(dims) + " takes more than 512 MiB"};
  if (count > std::uint64_t{1} << 27)  // smaller types take 8 bytes each on the way
    throw import_error{where + ": the shape " + shape_text(dims) + " has more than 134217728 elements"};
  return bytes;
}

std::vector<float> floats_of(const tensor& t) { return elements_of<float>(t); }
std::vector<double> reals_of(const tensor& t) { return elements_of<double>(t); }
std::vector<std::int64_t> integers_of(const tensor& t) { return elements_of<std::int64_t>(t); }

tensor constant_of(element type, std::vector<std::int64_t> dims, std::span<const double> numbers) {
  return made_of(type, std::move(dims), numbers);
}
tensor constant_of(element type, std::vector<std::int64_t> dims, std::span<const std::int64_t> numbers) {
  return made_of(type, std::move(dims), numbers);
}
tensor vector_of(std::span<const std::int64_t> numbers) {
  return constant_of(element::i64, {static_cast<std::int64_t>(numbers.size())}, numbers);
}

}  // namespace edgenn::import
