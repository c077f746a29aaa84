#ifndef BRAINALIGN_CORE_LINALG_FLOAT_PRODUCT_H_
#define BRAINALIGN_CORE_LINALG_FLOAT_PRODUCT_H_

#include <cstdint>

#include "core/linalg/matrix_types.h"

namespace brainalign {

// Large matrix products in float32, only on the calling thread: by oneDNN on x86-64 with AVX2 or
// more, where it is a sixth faster than OpenBLAS (docs/performance.md), else by OpenBLAS. Eigen's
// own products use OpenBLAS. If oneDNN has no memory, OpenBLAS does not take its place, because it
// rounds differently: std::bad_alloc is thrown, as by Eigen's products, and the fence of the unit
// catches it (core/fence.h).

// A float32 matrix: element (i, j) at data[i * stride + j], or, by columns, at
// data[i + j * stride].
struct FloatMatrix {
  const float* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t stride = 0;
  bool by_columns = false;

  FloatMatrix transposed() const { return {data, columns, rows, stride, !by_columns}; }
};

// `matrix` must be stored by rows. For any other, the result would refer to a temporary copy.
inline FloatMatrix ByRows(const RowMatrixRef<float>& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols(), matrix.outerStride()};
}

// The rows [row, row + count) of a matrix by columns.
inline FloatMatrix RowsOf(const ColMatrix<float>& matrix, Eigen::Index row, Eigen::Index count) {
  return {matrix.data() + row, count, matrix.cols(), matrix.rows(), true};
}

// The whole matrix, by columns.
inline FloatMatrix ByColumns(const ColMatrix<float>& matrix) {
  return RowsOf(matrix, 0, matrix.rows());
}

// Whether a product is written to the output or added to it.
enum class Sum { kSet, kAdd };

// out (left.rows, right.columns) = left * right, or the product is added to `out`; its rows
// `out_stride` apart. Requires left.columns == right.rows. With nothing to sum over, zeros.
// Quickest where no stride is a multiple of 1,024: such rows share few sets of the processor's
// caches.
void MultiplyFloat(const FloatMatrix& left, const FloatMatrix& right, float* out,
                   std::int64_t out_stride, Sum sum = Sum::kSet);

// The same into a matrix of the right size.
inline void MultiplyFloat(const FloatMatrix& left, const FloatMatrix& right,
                          RowMatrix<float>& out) {
  out.resize(left.rows, right.columns);
  MultiplyFloat(left, right, out.data(), out.cols());
}

// Makes the kernels of MultiplyFloat and keeps them. False if there is no memory for them:
// MultiplyFloat would then crash. Not thread-safe.
bool MakeFloatKernels();

// The triangle of a square matrix that is not zero.
enum class Triangle { kLower, kUpper };

// out (n, m) = triangle * columns, with a square matrix that holds zeros in its other triangle;
// about half the work of MultiplyFloat. Rows of out `out_stride` apart.
void MultiplyTriangle(const FloatMatrix& triangle, Triangle which, const FloatMatrix& columns,
                      float* out, std::int64_t out_stride);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_FLOAT_PRODUCT_H_
