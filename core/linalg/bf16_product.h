#ifndef BRAINALIGN_CORE_LINALG_BF16_PRODUCT_H_
#define BRAINALIGN_CORE_LINALG_BF16_PRODUCT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace brainalign {

// Matrix products of bf16 numbers with sums in float32, by oneDNN.

// What multiplies in bf16 on this processor, such as
// "onednn-2.6.3-avx512_core_bf16"; empty where that is not clearly quicker than
// float32, which takes instructions for it (AVX512_BF16 or AMX). The same inputs give
// the same bits wherever the name is the same. Worked out once.
std::string Bf16KernelName();

// For tests: what Bf16KernelName finds.
enum class Bf16Choice {
  kQuick,     // as described there
  kAnywhere,  // also where oneDNN has to emulate bf16; empty where it cannot do even that
  kNowhere,   // empty
};
void SetBf16ChoiceForTest(Bf16Choice choice);

// A bf16 matrix: element (i, j) at data[i * stride + j * column_stride].
struct Bf16Matrix {
  const std::uint16_t* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t stride = 0;
  std::int64_t column_stride = 1;
};

// out (left.rows, right.columns) = left * right, its rows `out_stride` apart. Runs on the
// calling thread alone. Requires left.columns == right.rows and sizes above 0.
// INTERNAL if oneDNN refuses.
absl::Status MultiplyBf16(const Bf16Matrix& left, const Bf16Matrix& right, float* out,
                          std::int64_t out_stride);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_BF16_PRODUCT_H_
