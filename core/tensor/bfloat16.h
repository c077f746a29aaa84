#ifndef BRAINALIGN_CORE_TENSOR_BFLOAT16_H_
#define BRAINALIGN_CORE_TENSOR_BFLOAT16_H_

#include <cstdint>
#include <cstring>

#include "core/tensor/for_each_processor.h"

namespace brainalign {

// Conversions for loops that are compiled for several instruction sets.

BRAINALIGN_INLINE float FloatOfBits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

BRAINALIGN_INLINE std::uint32_t BitsOfFloat(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

// The nearest bf16 number to `value`, halves to even; NaN stays NaN.
BRAINALIGN_INLINE std::uint16_t BFloat16Of(float value) {
  const std::uint32_t bits = BitsOfFloat(value);
  const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const std::uint32_t quiet = (bits >> 16) | 0x40u;
  return static_cast<std::uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? quiet : rounded);
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_BFLOAT16_H_
