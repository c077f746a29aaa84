#ifndef BRAINALIGN_CORE_TENSOR_DTYPE_H_
#define BRAINALIGN_CORE_TENSOR_DTYPE_H_

#include <cstddef>
#include <cstdint>

namespace brainalign {

// Element type of a tensor. Values are part of the bytes on disk: append only.
enum class DType : std::uint8_t {
  kF16 = 1,
  kBF16 = 2,
  kF32 = 3,
  kF64 = 4,
  kI16 = 5,
  kI32 = 6,
  kI64 = 7,
};

// Size of one element in bytes.
std::size_t DTypeSize(DType dtype);

// "f16", "bf16", "f32", "f64", "i16", "i32" or "i64".
const char* DTypeName(DType dtype);

// Whether the type is a floating-point type.
inline bool IsFloating(DType dtype) {
  return dtype == DType::kF16 || dtype == DType::kBF16 || dtype == DType::kF32 ||
         dtype == DType::kF64;
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_DTYPE_H_
