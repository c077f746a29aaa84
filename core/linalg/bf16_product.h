#ifndef BRAINALIGN_CORE_LINALG_BF16_PRODUCT_H_
#define BRAINALIGN_CORE_LINALG_BF16_PRODUCT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace brainalign {

// Matrix products of bf16 numbers with sums in float32, by oneDNN.

// The name of the bf16 kernel of this processor, such as "onednn-2.6.3-avx512_core_bf16"; empty if
// it is not clearly faster than float32, which needs AVX512_BF16 or AMX. Kernels of the same name
// give the same bits for the same inputs. Determined once.
std::string Bf16KernelName();

// For tests: sets the result of Bf16KernelName.
enum class Bf16Choice {
  kQuick,     // as described there
  kAnywhere,  // also if oneDNN emulates bf16; empty if it cannot
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

// out (left.rows, right.columns) = left * right, its rows `out_stride` apart. Runs only on the
// calling thread. Requires left.columns == right.rows and sizes above 0. INTERNAL if oneDNN fails.
absl::Status MultiplyBf16(const Bf16Matrix& left, const Bf16Matrix& right, float* out,
                          std::int64_t out_stride);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_BF16_PRODUCT_H_
