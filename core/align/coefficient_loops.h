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
void AddColumnFloatProducts(std::size_t rows, std::size_t columns, const float* a, const float* b,
                            double* sums);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_COEFFICIENT_LOOPS_H_
