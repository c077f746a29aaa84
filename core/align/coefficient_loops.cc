#include "core/align/coefficient_loops.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BRAINALIGN_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define BRAINALIGN_CLONES
#endif

namespace brainalign {

BRAINALIGN_CLONES
void SolveTridiagonal(std::size_t rows, std::size_t columns, const double* pivot,
                      const double* multiplier, const double* b, double* z) {
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

BRAINALIGN_CLONES
void DivideRows(std::size_t rows, std::size_t columns, const double* pivot, const double* b,
                double* z) {
  for (std::size_t r = 0; r < rows; ++r) {
    const double inverse = 1.0 / pivot[r];
    for (std::size_t c = 0; c < columns; ++c) z[r * columns + c] = b[r * columns + c] * inverse;
  }
}

BRAINALIGN_CLONES
void AddColumnProducts(std::size_t rows, std::size_t columns, const double* a, const double* b,
                       double* sums) {
  for (std::size_t r = 0; r < rows; ++r) {
    const double* left = a + r * columns;
    const double* right = b + r * columns;
    for (std::size_t c = 0; c < columns; ++c) sums[c] += left[c] * right[c];
  }
}

BRAINALIGN_CLONES
void AddColumnProducts(std::size_t rows, std::size_t columns, const float* a, const float* b,
                       double* sums) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* left = a + r * columns;
    const float* right = b + r * columns;
    for (std::size_t c = 0; c < columns; ++c) {
      sums[c] += static_cast<double>(left[c]) * static_cast<double>(right[c]);
    }
  }
}

}  // namespace brainalign
