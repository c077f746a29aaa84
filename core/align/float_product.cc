#include "core/align/float_product.h"

#include <cblas.h>
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>

#include "core/align/one_dnn_threads.h"

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

}  // namespace brainalign
