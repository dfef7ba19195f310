#include "onnx_tensor.hpp"

#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>

#include "constant.hpp"
#include "onnx_reader.hpp"

namespace edgenn::import {

namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "constants are copied as they lie in the file");

/// Elements of a TensorProto's typed field, each as a `To`.
template <class To, class Field>
void copy_elements(tensor& to, const Field& from) {
  to.data.resize(sizeof(To) * static_cast<std::size_t>(from.size()));
  std::byte* at = to.data.data();
  for (const auto v : from) {
    const To element = static_cast<To>(v);
    std::memcpy(at, &element, sizeof element);
    at += sizeof element;
  }
}

/// The field that holds the elements where they are not raw: ONNX keeps small types in wider fields.
void copy_typed_field(tensor& to, const onnx::TensorProto& t) {
  switch (to.type) {
    case element::f32:
      return copy_elements<float>(to, t.float_data());
    case element::f64:
      return copy_elements<double>(to, t.double_data());
    case element::i64:
      return copy_elements<std::int64_t>(to, t.int64_data());
    case element::u64:
      return copy_elements<std::uint64_t>(to, t.uint64_data());
    case element::u32:
      return copy_elements<std::uint32_t>(to, t.uint64_data());
    case element::i32:
      return copy_elements<std::int32_t>(to, t.int32_data());
    case element::f16:
    case element::bf16:
    case element::u16:
    case element::i16:
      return copy_elements<std::uint16_t>(to, t.int32_data());
    case element::u8:
    case element::i8:
    case element::boolean:
      return copy_elements<std::uint8_t>(to, t.int32_data());
  }
}

std::uint64_t number_of(const std::string& text, const char* key, const std::string& where) {
  std::uint64_t v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc{} || end != text.data() + text.size())
    throw import_error{where + ": external data: " + key + " is \"" + printable(text)
                       + "\", expected a number"};
  return v;
}

/// Where the data of a tensor lie outside the model.
struct external_place {
  std::string location;
  std::uint64_t offset = 0, length = 0;
  bool has_length = false;

  external_place(const onnx::TensorProto& t, const std::string& where) {
    for (const auto& entry : t.external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = number_of(entry.value(), "offset", where);
      if (entry.key() == "length") {
        length = number_of(entry.value(), "length", where);
        has_length = true;
      }
    }
  }
};

/// The file that `place` names, which must lie in `folder` after all links have been followed.
fs::path resolved(const external_place& place, const fs::path& folder, const std::string& where) {
  const std::string name = "external data \"" + printable(place.location) + '"';
  const fs::path relative{place.location};
  bool leaves =
      place.location.empty() || place.location.find('\0') != std::string::npos || relative.is_absolute();
  for (const fs::path& part : relative) leaves = leaves || part == "..";
  if (leaves) throw import_error{where + ": " + name + " must be a file below the folder of external data"};
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  if (error) throw import_error{where + ": " + name + ": there is no folder " + printable(folder.string())};
  const fs::path file = fs::canonical(root / relative, error);
  if (error) throw import_error{where + ": " + name + " is not in " + printable(folder.string())};
  const auto [end, rest] = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
  if (end != root.end())
    throw import_error{where + ": " + name + " is a link that leaves " + printable(folder.string())};
  if (!fs::is_regular_file(file, error)) throw import_error{where + ": " + name + " is not a regular file"};
  return file;
}

void read_external(tensor& to, const onnx::TensorProto& t, std::uint64_t expected, const std::string& where,
                   const std::optional<fs::path>& folder) {
  const external_place place{t, where};
  if (!folder)
    throw import_error{where + ": its data lie in another file, \"" + printable(place.location)
                       + "\": state --external-data DIR if you trust the model with files of that folder"};
  const fs::path file = resolved(place, *folder, where);
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  const std::uint64_t length = place.has_length ? place.length : expected;
  if (error || length != expected || place.offset > size || length > size - place.offset)
    throw import_error{where + ": external data of " + std::to_string(length) + " bytes at "
                       + std::to_string(place.offset) + " of " + std::to_string(size) + ", expected "
                       + std::to_string(expected)};
  to.data.resize(static_cast<std::size_t>(length));
  std::ifstream in{file, std::ios::binary};
  in.seekg(static_cast<std::streamoff>(place.offset));
  if (!in.read(reinterpret_cast<char*>(to.data.data()), static_cast<std::streamsize>(length)))
    throw import_error{where + ": external data cannot be read"};
}

}  // namespace

element onnx_element(int data_type, const std::string& where) {
  switch (data_type) {
    case onnx::TensorProto::FLOAT:
      return element::f32;
    case onnx::TensorProto::UINT8:
      return element::u8;
    case onnx::TensorProto::INT8:
      return element::i8;
    case onnx::TensorProto::UINT16:
      return element::u16;
    case onnx::TensorProto::INT16:
      return element::i16;
    case onnx::TensorProto::INT32:
      return element::i32;
    case onnx::TensorProto::INT64:
      return element::i64;
    case onnx::TensorProto::BOOL:
      return element::boolean;
    case onnx::TensorProto::FLOAT16:
      return element::f16;
    case onnx::TensorProto::DOUBLE:
      return element::f64;
    case onnx::TensorProto::UINT32:
      return element::u32;
    case onnx::TensorProto::UINT64:
      return element::u64;
    case onnx::TensorProto::BFLOAT16:
      return element::bf16;
    default:
      throw import_error{where + ": found element type " + std::to_string(data_type)
                         + ", expected a type of real or whole numbers"};
  }
}

tensor onnx_constant(const onnx::TensorProto& t, const std::string& where,
                     const std::optional<fs::path>& external_data) {
  tensor to;
  to.name = printable(t.name());
  to.type = onnx_element(t.data_type(), where);
  to.dims.assign(t.dims().begin(), t.dims().end());
  to.known_shape = to.constant = true;
  const std::uint64_t expected = byte_count(to, where);
  if (t.has_segment()) throw import_error{where + ": segments of tensors are not supported"};
  if (t.data_location() == onnx::TensorProto::EXTERNAL) {
    read_external(to, t, expected, where, external_data);
  } else if (t.has_raw_data()) {
    to.data.resize(t.raw_data().size());
    if (!to.data.empty()) std::memcpy(to.data.data(), t.raw_data().data(), to.data.size());
  } else {
    copy_typed_field(to, t);
  }
  if (to.data.size() != expected)
    throw import_error{where + ": found " + std::to_string(to.data.size()) + " bytes of data, expected "
                       + std::to_string(expected) + " for the shape " + shape_text(to.dims)};
  return to;
}

}  // namespace edgenn::import
