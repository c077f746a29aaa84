#include "core/align/coefficient_loops.h"

#include "core/tensor/for_each_processor.h"

namespace brainalign {
namespace {

BRAINALIGN_INLINE void SolveTridiagonalLoop(std::size_t rows, std::size_t columns,
                                            const double* pivot, const double* multiplier,
                                            const double* b, double* z) {
  for (std::size_t c = 0; c < columns; ++c) z[c] = b[c];
  for (std::size_t r = 1; r < rows; ++r) {
    const double factor = multiplier[r - 1];
    const double* above = z + (r - 1) * columns;
    const double* from = b + r * columns;
    double* to = z + r * columns;
    for (std::size_t c = 0; c < columns; ++c) to[c] = from[c] - factor * above[c];
  }
  const double last = 1.0 / pivot[rows - 1];
  double* bottom = z + (rows - 1) * columns;
  for (std::size_t c = 0; c < columns; ++c) bottom[c] *= last;
  for (std::size_t r = rows - 1; r-- > 0;) {
    const double inverse = 1.0 / pivot[r];
    const double factor = multiplier[r];
    const double* below = z + (r + 1) * columns;
    double* to = z + r * columns;
    for (std::size_t c = 0; c < columns; ++c) to[c] = to[c] * inverse - factor * below[c];
  }
}

BRAINALIGN_INLINE void DivideRowsLoop(std::size_t rows, std::size_t columns, const double* pivot,
                                      const double* b, double* z) {
  for (std::size_t r = 0; r < rows; ++r) {
    const double inverse = 1.0 / pivot[r];
    for (std::size_t c = 0; c < columns; ++c) z[r * columns + c] = b[r * columns + c] * inverse;
  }
}

BRAINALIGN_INLINE void AddColumnProductsLoop(std::size_t rows, std::size_t columns, const double* a,
                                             const double* b, double* sums) {
  for (std::size_t r = 0; r < rows; ++r) {
    const double* left = a + r * columns;
    const double* right = b + r * columns;
    for (std::size_t c = 0; c < columns; ++c) sums[c] += left[c] * right[c];
  }
}

BRAINALIGN_INLINE void AddColumnFloatProductsLoop(std::size_t rows, std::size_t columns,
                                                  const float* a, const float* b, double* sums) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* left = a + r * columns;
    const float* right = b + r * columns;
    for (std::size_t c = 0; c < columns; ++c) {
      sums[c] += static_cast<double>(left[c]) * static_cast<double>(right[c]);
    }
  }
}

}  // namespace

BRAINALIGN_FOR_EACH_PROCESSOR(void, SolveTridiagonal, SolveTridiagonalLoop,
                              (std::size_t rows, std::size_t columns, const double* pivot,
                               const double* multiplier, const double* b, double* z),
                              (rows, columns, pivot, multiplier, b, z))
BRAINALIGN_FOR_EACH_PROCESSOR(void, DivideRows, DivideRowsLoop,
                              (std::size_t rows, std::size_t columns, const double* pivot,
                               const double* b, double* z),
                              (rows, columns, pivot, b, z))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddColumnProducts, AddColumnProductsLoop,
                              (std::size_t rows, std::size_t columns, const double* a,
                               const double* b, double* sums),
                              (rows, columns, a, b, sums))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddColumnFloatProducts, AddColumnFloatProductsLoop,
                              (std::size_t rows, std::size_t columns, const float* a,
                               const float* b, double* sums),
                              (rows, columns, a, b, sums))

}  // namespace brainalign
