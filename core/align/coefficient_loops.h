#ifndef BRAINALIGN_CORE_ALIGN_COEFFICIENT_LOOPS_H_
#define BRAINALIGN_CORE_ALIGN_COEFFICIENT_LOOPS_H_

#include <cstddef>

namespace brainalign {

// Inner loops over coefficient matrices: row-major (rows, columns), densely
// packed. Compiled for several instruction sets, chosen at run time.

// Solves L D L' z = b for every column: `pivot` (rows) holds D, `multiplier`
// (rows - 1) the sub-diagonal of the unit bidiagonal L.
void SolveTridiagonal(std::size_t rows, std::size_t columns, const double* pivot,
                      const double* multiplier, const double* b, double* z);

// z = b, row i divided by pivot[i].
void DivideRows(std::size_t rows, std::size_t columns, const double* pivot, const double* b,
                double* z);

// sums[c] += sum over rows of a[r, c] * b[r, c].
void AddColumnProducts(std::size_t rows, std::size_t columns, const double* a, const double* b,
                       double* sums);
void AddColumnProducts(std::size_t rows, std::size_t columns, const float* a, const float* b,
                       double* sums);

// Weighted squares of the residuals of several fits of one target, whose
// predictions are combinations of a few:
//   sums[a, c] += sum_i weight[i, a] (observed[i, c] - sum_q coefficient[a, q] predicted[i, q,
//   c])^2.
// observed (rows, columns), predicted (rows, terms, columns), coefficient (fits,
// terms), weight (rows, fits), sums (fits, columns). At most 128 columns.
void AddWeightedErrors(std::size_t rows, std::size_t columns, std::size_t terms, std::size_t fits,
                       const float* observed, const float* predicted, const float* coefficient,
                       const float* weight, double* sums);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_COEFFICIENT_LOOPS_H_
