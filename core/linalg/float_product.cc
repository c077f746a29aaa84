#include "core/linalg/float_product.h"

#include <cblas.h>
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>

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
    // It had no memory for its packed copies, and has changed nothing.
  }
  const auto order = [](const FloatMatrix& of) {
    return of.by_columns ? CblasTrans : CblasNoTrans;
  };
  cblas_sgemm(CblasRowMajor, order(left), order(right), static_cast<int>(left.rows),
              static_cast<int>(right.columns), static_cast<int>(left.columns), 1.0f, left.data,
              static_cast<int>(left.stride), right.data, static_cast<int>(right.stride), keep, out,
              static_cast<int>(out_stride));
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
