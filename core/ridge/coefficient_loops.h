#ifndef BRAINALIGN_CORE_RIDGE_COEFFICIENT_LOOPS_H_
#define BRAINALIGN_CORE_RIDGE_COEFFICIENT_LOOPS_H_

#include <cstddef>

namespace brainalign {

// Inner loops over coefficient matrices: row-major (rows, columns), densely packed. Compiled for
// several instruction sets; the one to use is chosen at run time.

// Solves L D L' z = b for every column: `pivot` (rows) holds D, `multiplier`
// (rows - 1) the sub-diagonal of the unit bidiagonal L.
void SolveTridiagonal(std::size_t rows, std::size_t columns, const double* pivot,
                      const double* multiplier, const double* b, double* z);

// Sets row i of z to row i of b divided by pivot[i].
void DivideRows(std::size_t rows, std::size_t columns, const double* pivot, const double* b,
                double* z);

// sums[c] += sum over rows of a[r, c] * b[r, c].
void AddColumnProducts(std::size_t rows, std::size_t columns, const double* a, const double* b,
                       double* sums);
void AddColumnProducts(std::size_t rows, std::size_t columns, const float* a, const float* b,
                       double* sums);

// sums[c] += sum over rows of weight[r] x[r, c]^2.
void AddWeightedColumnSquares(std::size_t rows, std::size_t columns, const double* weight,
                              const double* x, double* sums);
void AddWeightedColumnSquares(std::size_t rows, std::size_t columns, const double* weight,
                              const float* x, double* sums);

// A row of cross-products about the means of the set, in single precision:
//   out[c] = (product[c] - mean weighted[c]) varies[c].
void CentreInSingle(std::size_t columns, const double* product, double mean, const double* weighted,
                    const double* varies, float* out);

// Sums over coefficients z (rows, columns), in one pass over them:
//   products[c] += sum_r z[r, c] h[r, c],  shifts[c] += sum_r shift[r] z[r, c],
// Sets `out` to z in single precision, with rows `out_stride` apart.
void AddSolved(std::size_t rows, std::size_t columns, const double* z, const double* h,
               const double* shift, double* products, double* shifts, float* out,
               std::size_t out_stride);

// Sums of squares of a few predictions, and of others that are linear combinations of them:
//   sums[q, c] += sum_i predicted[i, q, c]^2                                  for q < terms,
//   sums[terms + a, c] += sum_i (sum_q coefficient[a, q] predicted[i, q, c])^2.
// predicted (rows, terms, columns), coefficient (fits, terms), sums (terms + fits, columns).
// At most 128 columns.
void AddCombinedSquares(std::size_t rows, std::size_t columns, std::size_t terms, std::size_t fits,
                        const float* predicted, const float* coefficient, double* sums);

// u[i, j] -= origin[j]; squares[i, j] = u[i, j]^2.
void CentreAndSquare(std::size_t rows, std::size_t columns, const float* origin, float* u,
                     float* squares);

// sums[i] += sum_j (scale[j] (x[i, j] - mean[j]))^2, x is column-major, with columns `stride`
// apart.
void AddSquaredDistances(std::size_t rows, std::size_t columns, std::size_t stride, const float* x,
                         const float* mean, const float* scale, float* sums);

// sums[c] += sum_i (scale[c] (x[i, c] - mean[c]))^4, with rows of x `stride` apart.
#define BRAINALIGN_DECLARE(T)                                                                 \
  void AddFourthPowers(std::size_t rows, std::size_t columns, const T* x, std::size_t stride, \
                       const T* mean, const T* scale, double* sums);
BRAINALIGN_DECLARE(float)
BRAINALIGN_DECLARE(double)
#undef BRAINALIGN_DECLARE

// One row of coefficients z[c] = b[target[c]] / (value + alpha), and sums over rows of
//   predicted[c] += value z^2,  coefficients[c] += z^2,
//   slope[c] += (b[target[c]] (value + 2 alpha) / (value + alpha)^2)^2.
// `z` may be null; then only the sums are computed.
void AddSolvedRow(std::size_t columns, const double* b, const int* target, double value,
                  double alpha, float* z, double* predicted, double* coefficients, double* slope);

// With r = targets[i, target[c]] - offset[c] - predicted[i, c]:
//   squares[c] += sum_i r^2,  weighted[c] += sum_i weight[i] r^2.
// Rows of predictions and targets are `predicted_stride` and `target_stride` apart.
#define BRAINALIGN_DECLARE(T)                                                                  \
  void AddWeightedSquares(std::size_t rows, std::size_t columns, const float* predicted,       \
                          std::size_t predicted_stride, const float* offset, const T* targets, \
                          std::size_t target_stride, const int* target, const float* weight,   \
                          double* squares, double* weighted);
BRAINALIGN_DECLARE(float)
BRAINALIGN_DECLARE(double)
#undef BRAINALIGN_DECLARE

// Adds to sums[c] the weighted squares of the residuals of one target each:
//   sum_i (1 + excess[i, alpha[c]]) (targets[i, target[c]] - offset[c] - predicted[i, c])^2.
// predicted (rows, columns). Rows of targets and excess are `target_stride` and `excess_stride`
// apart.
#define BRAINALIGN_DECLARE(T)                                                                \
  void AddCandidateErrors(std::size_t rows, std::size_t columns, const double* predicted,    \
                          const double* offset, const T* targets, std::size_t target_stride, \
                          const int* target, const T* excess, std::size_t excess_stride,     \
                          const int* alpha, double* sums);
BRAINALIGN_DECLARE(float)
BRAINALIGN_DECLARE(double)
#undef BRAINALIGN_DECLARE

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_COEFFICIENT_LOOPS_H_
