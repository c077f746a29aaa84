#ifndef BRAINALIGN_CLIENT_LAB_FILES_ELEMENT_TYPE_H_
#define BRAINALIGN_CLIENT_LAB_FILES_ELEMENT_TYPE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/tensor/dtype.h"

namespace brainalign {

// Types of elements in the files of labs.
enum class ElementType { kF16, kF32, kF64, kI8, kU8, kI16, kU16, kI32, kU32, kI64, kU64 };

std::size_t ElementSize(ElementType type);

// As MATLAB calls it: "half", "single", "double", "int8", "uint8", ...
const char* ElementTypeName(ElementType type);

bool IsFloating(ElementType type);

// The type of integers of `size` bytes. Requires: size is 1, 2, 4 or 8.
ElementType IntegerType(std::size_t size, bool is_signed);

// A type of tensors that holds each value: the same one for floating-point numbers. Integers become
// f32 if they have at most 16 bits and else f64, which holds those up to 2^53.
DType FloatingTypeFor(ElementType type);

// The same for numbers that may stay integers: i16, i32 or i64, and i64 for those that tensors do
// not have.
DType NumberTypeFor(ElementType type);

// Copies `count` elements that lie side by side at `source` to `target`, `stride` elements apart,
// as `to`, which is one of the two types above. Addresses need not be aligned. The value that `to`
// does not hold exactly, as text, if there is one.
std::optional<std::string> CopyElements(ElementType from, const std::byte* source,
                                        std::int64_t count, DType to, std::byte* target,
                                        std::int64_t stride);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_ELEMENT_TYPE_H_
