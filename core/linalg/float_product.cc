#include "core/linalg/float_product.h"

#include <cblas.h>
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/linalg/address_space.h"
#include "core/linalg/one_dnn_threads.h"

namespace brainalign {
namespace {

bool OneDnnIsQuicker() {
  // Of other processors' products oneDNN has plain loops only.
  static const bool quicker = [] {
#if defined(__x86_64__)
    return (static_cast<unsigned>(dnnl_get_effective_cpu_isa()) & dnnl_cpu_isa_avx2) ==
           dnnl_cpu_isa_avx2;
#else
    return false;
#endif
  }();
  return quicker;
}

}  // namespace

void MultiplyFloat(const FloatMatrix& left, const FloatMatrix& right, float* out,
                   std::int64_t out_stride, Sum sum) {
  const float keep = sum == Sum::kAdd ? 1.0f : 0.0f;
  if (left.columns == 0) {
    if (sum == Sum::kAdd) return;
    for (std::int64_t row = 0; row < left.rows; ++row) {
      std::fill_n(out + row * out_stride, right.columns, 0.0f);
    }
    return;
  }
  if (OneDnnIsQuicker()) {
    UseCallersOneDnnThread();
    const dnnl_status_t status =
        dnnl_sgemm(left.by_columns ? 'T' : 'N', right.by_columns ? 'T' : 'N', left.rows,
                   right.columns, left.columns, 1.0f, left.data, left.stride, right.data,
                   right.stride, keep, out, out_stride);
    if (status == dnnl_success) return;
    // Not OpenBLAS in its place, which rounds otherwise.
    if (status == dnnl_out_of_memory) throw std::bad_alloc();  // for its packed copies
    throw std::runtime_error("oneDNN's sgemm failed with code " + std::to_string(status));
  }
  const auto order = [](const FloatMatrix& of) {
    return of.by_columns ? CblasTrans : CblasNoTrans;
  };
  cblas_sgemm(CblasRowMajor, order(left), order(right), static_cast<int>(left.rows),
              static_cast<int>(right.columns), static_cast<int>(left.columns), 1.0f, left.data,
              static_cast<int>(left.stride), right.data, static_cast<int>(right.stride), keep, out,
              static_cast<int>(out_stride));
}

bool MakeFloatKernels() {
  static bool made = false;
  if (made || !OneDnnIsQuicker()) return true;
  // Many times what they take. oneDNN crashes where it has none for the code that it makes, and a
  // thread of OpenBLAS's own, which begins with the program, may take 256 MiB in the meantime.
  constexpr std::size_t kKernelBytes = std::size_t{320} << 20;
  if (!HasAddressSpace(kKernelBytes)) return false;
  constexpr std::int64_t kSize = 96;
  const std::vector<float> ones(kSize * kSize, 1.0f);
  std::vector<float> product(ones.size());
  for (const bool left_by_columns : {false, true}) {
    for (const bool right_by_columns : {false, true}) {
      for (const Sum sum : {Sum::kSet, Sum::kAdd}) {
        MultiplyFloat({ones.data(), kSize, kSize, kSize, left_by_columns},
                      {ones.data(), kSize, kSize, kSize, right_by_columns}, product.data(), kSize,
                      sum);
      }
    }
  }
  made = true;
  return true;
}

void MultiplyTriangle(const FloatMatrix& triangle, Triangle which, const FloatMatrix& columns,
                      float* out, std::int64_t out_stride) {
  // By rows of blocks: few enough multiply zeros, and they are large enough to be quick.
  constexpr std::int64_t kRowsAtOnce = 40;
  const auto part = [](const FloatMatrix& of, std::int64_t row, std::int64_t column) {
    return of.data + (of.by_columns ? row + column * of.stride : row * of.stride + column);
  };
  for (std::int64_t row = 0; row < triangle.rows; row += kRowsAtOnce) {
    const std::int64_t rows = std::min(kRowsAtOnce, triangle.rows - row);
    const std::int64_t first = which == Triangle::kUpper ? row : 0;
    const std::int64_t last = which == Triangle::kUpper ? triangle.columns : row + rows;
    MultiplyFloat(
        {part(triangle, row, first), rows, last - first, triangle.stride, triangle.by_columns},
        {part(columns, first, 0), last - first, columns.columns, columns.stride,
         columns.by_columns},
        out + row * out_stride, out_stride);
  }
}

}  // namespace brainalign
