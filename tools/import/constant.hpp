#pragma once
// Numbers of constant tensors.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "source.hpp"

namespace edgenn::import {

/// Bytes of one element.
std::size_t size_of(element type);
/// Whether its numbers are whole ones.
bool is_whole(element type);
/// The type's name as ONNX has it: "float", "int64".
const char* name_of(element type);

/// Extents as "1x3x224x224"; "?" for an unknown one; "scalar" if there are none.
std::string shape_text(std::span<const std::int64_t> dims);

/// The product of `dims`; throws import_error that begins with `where` if one is negative, there are more
/// than 16, or the product of those that are not 0 exceeds 2147483647.
std::int64_t element_count(std::span<const std::int64_t> dims, const std::string& where);
/// Bytes that the data of `t` must have; throws likewise.
std::uint64_t byte_count(const tensor& t, const std::string& where);

/// The same for a constant that is computed; throws also if it would take more than 512 MiB.
std::uint64_t computed_byte_count(element type, std::span<const std::int64_t> dims);

/// All elements of a constant, converted.
/// @{
std::vector<float> floats_of(const tensor& t);
std::vector<double> reals_of(const tensor& t);
std::vector<std::int64_t> integers_of(const tensor& t);  ///< real ones towards zero, limited to int64
/// @}

/// Constants from numbers, converted to `type`.
/// @{
tensor constant_of(element type, std::vector<std::int64_t> dims, std::span<const double> numbers);
tensor constant_of(element type, std::vector<std::int64_t> dims, std::span<const std::int64_t> numbers);
/// @}
/// A vector of int64, as shapes are.
tensor vector_of(std::span<const std::int64_t> numbers);

}  // namespace edgenn::import
