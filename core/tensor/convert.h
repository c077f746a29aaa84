#ifndef BRAINALIGN_CORE_TENSOR_CONVERT_H_
#define BRAINALIGN_CORE_TENSOR_CONVERT_H_

#include <cstddef>
#include <cstdint>

#include "core/tensor/dtype.h"

namespace brainalign {

// Reads `count` elements of type `dtype`, `stride` elements apart, starting at
// `source` (which need not be aligned), into `out`. f64 is rounded to nearest.
void ConvertToFloat(DType dtype, const std::byte* source, std::int64_t stride, std::int64_t count,
                    float* out);
void ConvertToDouble(DType dtype, const std::byte* source, std::int64_t stride, std::int64_t count,
                     double* out);

// Rounds `count` numbers to bf16, to nearest, halves to even. NaN stays NaN.
void RoundToBFloat16(const float* source, std::int64_t count, std::uint16_t* out);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_CONVERT_H_
