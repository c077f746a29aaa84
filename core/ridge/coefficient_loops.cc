#include "core/ridge/coefficient_loops.h"

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

template <typename T>
BRAINALIGN_INLINE void AddColumnProductsLoop(std::size_t rows, std::size_t columns, const T* a,
                                             const T* b, double* sums) {
  for (std::size_t r = 0; r < rows; ++r) {
    const T* left = a + r * columns;
    const T* right = b + r * columns;
    for (std::size_t c = 0; c < columns; ++c) {
      sums[c] += static_cast<double>(left[c]) * static_cast<double>(right[c]);
    }
  }
}

template <typename T>
BRAINALIGN_INLINE void AddWeightedColumnSquaresLoop(std::size_t rows, std::size_t columns,
                                                    const double* weight, const T* x,
                                                    double* sums) {
  for (std::size_t r = 0; r < rows; ++r) {
    const double factor = weight[r];
    const T* row = x + r * columns;
    for (std::size_t c = 0; c < columns; ++c) {
      const auto value = static_cast<double>(row[c]);
      sums[c] += factor * value * value;
    }
  }
}

BRAINALIGN_INLINE void CentreInSingleLoop(std::size_t columns, const double* product, double mean,
                                          const double* weighted, const double* varies,
                                          float* __restrict out) {
  for (std::size_t c = 0; c < columns; ++c) {
    out[c] = static_cast<float>((product[c] - mean * weighted[c]) * varies[c]);
  }
}

BRAINALIGN_INLINE void AddSolvedLoop(std::size_t rows, std::size_t columns, const double* z,
                                     const double* h, const double* shift,
                                     double* __restrict products, double* __restrict shifts,
                                     float* __restrict out, std::size_t out_stride) {
  for (std::size_t r = 0; r < rows; ++r) {
    const double* solved = z + r * columns;
    const double* other = h + r * columns;
    float* rounded = out + r * out_stride;
    const double factor = shift[r];
    for (std::size_t c = 0; c < columns; ++c) {
      products[c] += solved[c] * other[c];
      shifts[c] += factor * solved[c];
      rounded[c] = static_cast<float>(solved[c]);
    }
  }
}

constexpr std::size_t kMostColumns = 128;
// Rows whose squares are added up in single precision; they stay in the first-level cache.
constexpr std::size_t kRowsInSinglePrecision = 8;

// combined += the first kTerms of the predictions; known at compile time, so that
// they are combined in registers.
template <std::size_t kTerms>
BRAINALIGN_INLINE void AddTerms(std::size_t columns, const float* coefficient,
                                const float* predicted, float* combined) {
  for (std::size_t c = 0; c < columns; ++c) {
    float value = combined[c];
    for (std::size_t q = 0; q < kTerms; ++q) value += coefficient[q] * predicted[q * columns + c];
    combined[c] = value;
  }
}

BRAINALIGN_INLINE void AddCombinedSquaresLoop(std::size_t rows, std::size_t columns,
                                              std::size_t terms, std::size_t fits,
                                              const float* predicted, const float* coefficient,
                                              double* sums) {
  float combined[kMostColumns];
  float sum[kMostColumns];
  for (std::size_t first = 0; first < rows; first += kRowsInSinglePrecision) {
    const std::size_t last =
        first + kRowsInSinglePrecision < rows ? first + kRowsInSinglePrecision : rows;
    for (std::size_t f = 0; f < terms + fits; ++f) {
      for (std::size_t c = 0; c < columns; ++c) sum[c] = 0;
      for (std::size_t i = first; i < last; ++i) {
        const float* of_row = predicted + i * terms * columns;
        const float* value = of_row + f * columns;
        if (f >= terms) {
          const float* of_fit = coefficient + (f - terms) * terms;
          for (std::size_t c = 0; c < columns; ++c) combined[c] = 0;
          std::size_t q = 0;
          for (; q + 4 <= terms; q += 4) {
            AddTerms<4>(columns, of_fit + q, of_row + q * columns, combined);
          }
          for (; q < terms; ++q) AddTerms<1>(columns, of_fit + q, of_row + q * columns, combined);
          value = combined;
        }
        for (std::size_t c = 0; c < columns; ++c) sum[c] += value[c] * value[c];
      }
      for (std::size_t c = 0; c < columns; ++c) {
        sums[f * columns + c] += static_cast<double>(sum[c]);
      }
    }
  }
}

template <typename T>
BRAINALIGN_INLINE void AddCandidateErrorsLoop(std::size_t rows, std::size_t columns,
                                              const double* predicted, const double* offset,
                                              const T* targets, std::size_t target_stride,
                                              const int* target, const T* excess,
                                              std::size_t excess_stride, const int* alpha,
                                              double* sums) {
  for (std::size_t i = 0; i < rows; ++i) {
    const double* of_row = predicted + i * columns;
    const T* values = targets + i * target_stride;
    const T* weights = excess + i * excess_stride;
    for (std::size_t c = 0; c < columns; ++c) {
      const double residual = static_cast<double>(values[target[c]]) - offset[c] - of_row[c];
      const double weight = 1.0 + static_cast<double>(weights[alpha[c]]);
      sums[c] += weight * residual * residual;
    }
  }
}

BRAINALIGN_INLINE void AddSolvedRowLoop(std::size_t columns, const double* b, const int* target,
                                        double value, double alpha, float* z, double* predicted,
                                        double* coefficients, double* slope) {
  const double inverse = 1.0 / (value + alpha);
  const double factor = (value + 2.0 * alpha) * inverse * inverse;
  for (std::size_t c = 0; c < columns; ++c) {
    const double of_target = b[target[c]];
    const double solved = of_target * inverse;
    const double square = solved * solved;
    const double derivative = of_target * factor;
    predicted[c] += value * square;
    coefficients[c] += square;
    slope[c] += derivative * derivative;
  }
  if (z == nullptr) return;
  for (std::size_t c = 0; c < columns; ++c) z[c] = static_cast<float>(b[target[c]] * inverse);
}

BRAINALIGN_INLINE void CentreAndSquareLoop(std::size_t rows, std::size_t columns,
                                           const float* origin, float* __restrict u,
                                           float* __restrict squares) {
  for (std::size_t i = 0; i < rows; ++i) {
    float* of_row = u + i * columns;
    float* to = squares + i * columns;
    for (std::size_t j = 0; j < columns; ++j) {
      const float value = of_row[j] - origin[j];
      of_row[j] = value;
      to[j] = value * value;
    }
  }
}

BRAINALIGN_INLINE void AddSquaredDistancesLoop(std::size_t rows, std::size_t columns,
                                               std::size_t stride, const float* x,
                                               const float* mean, const float* scale,
                                               float* __restrict sums) {
  for (std::size_t j = 0; j < columns; ++j) {
    const float* column = x + j * stride;
    const float origin = mean[j];
    const float factor = scale[j];
    for (std::size_t i = 0; i < rows; ++i) {
      const float value = factor * (column[i] - origin);
      sums[i] += value * value;
    }
  }
}

template <typename T>
BRAINALIGN_INLINE void AddWeightedSquaresLoop(std::size_t rows, std::size_t columns,
                                              const float* predicted, std::size_t predicted_stride,
                                              const float* offset, const T* targets,
                                              std::size_t target_stride, const int* target,
                                              const float* weight, double* squares,
                                              double* weighted) {
  float square[kMostColumns];
  float product[kMostColumns];
  for (std::size_t begin = 0; begin < columns; begin += kMostColumns) {
    const std::size_t count = columns - begin < kMostColumns ? columns - begin : kMostColumns;
    for (std::size_t first = 0; first < rows; first += kRowsInSinglePrecision) {
      const std::size_t last =
          first + kRowsInSinglePrecision < rows ? first + kRowsInSinglePrecision : rows;
      for (std::size_t c = 0; c < count; ++c) square[c] = product[c] = 0;
      for (std::size_t i = first; i < last; ++i) {
        const float* of_row = predicted + i * predicted_stride + begin;
        const T* values = targets + i * target_stride;
        const float factor = weight[i];
        for (std::size_t c = 0; c < count; ++c) {
          const float residual =
              static_cast<float>(values[target[begin + c]]) - offset[begin + c] - of_row[c];
          square[c] += residual * residual;
          product[c] += factor * (residual * residual);
        }
      }
      for (std::size_t c = 0; c < count; ++c) {
        squares[begin + c] += static_cast<double>(square[c]);
        weighted[begin + c] += static_cast<double>(product[c]);
      }
    }
  }
}

// Long stretches of a row, which are read once and in order.
constexpr std::size_t kColumnsOfRow = 1024;

template <typename T>
BRAINALIGN_INLINE void AddFourthPowersLoop(std::size_t rows, std::size_t columns, const T* x,
                                           std::size_t stride, const T* mean, const T* scale,
                                           double* sums) {
  T sum[kColumnsOfRow];
  for (std::size_t begin = 0; begin < columns; begin += kColumnsOfRow) {
    const std::size_t count = columns - begin < kColumnsOfRow ? columns - begin : kColumnsOfRow;
    for (std::size_t first = 0; first < rows; first += kRowsInSinglePrecision) {
      const std::size_t last =
          first + kRowsInSinglePrecision < rows ? first + kRowsInSinglePrecision : rows;
      for (std::size_t c = 0; c < count; ++c) sum[c] = 0;
      for (std::size_t i = first; i < last; ++i) {
        const T* of_row = x + i * stride + begin;
        for (std::size_t c = 0; c < count; ++c) {
          const T value = scale[begin + c] * (of_row[c] - mean[begin + c]);
          const T square = value * value;
          sum[c] += square * square;
        }
      }
      for (std::size_t c = 0; c < count; ++c) sums[begin + c] += static_cast<double>(sum[c]);
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
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddColumnProducts, AddColumnProductsLoop,
                              (std::size_t rows, std::size_t columns, const float* a,
                               const float* b, double* sums),
                              (rows, columns, a, b, sums))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddWeightedColumnSquares, AddWeightedColumnSquaresLoop,
                              (std::size_t rows, std::size_t columns, const double* weight,
                               const double* x, double* sums),
                              (rows, columns, weight, x, sums))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddWeightedColumnSquares, AddWeightedColumnSquaresLoop,
                              (std::size_t rows, std::size_t columns, const double* weight,
                               const float* x, double* sums),
                              (rows, columns, weight, x, sums))
BRAINALIGN_FOR_EACH_PROCESSOR(void, CentreInSingle, CentreInSingleLoop,
                              (std::size_t columns, const double* product, double mean,
                               const double* weighted, const double* varies, float* out),
                              (columns, product, mean, weighted, varies, out))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddSolved, AddSolvedLoop,
                              (std::size_t rows, std::size_t columns, const double* z,
                               const double* h, const double* shift, double* products,
                               double* shifts, float* out, std::size_t out_stride),
                              (rows, columns, z, h, shift, products, shifts, out, out_stride))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddCombinedSquares, AddCombinedSquaresLoop,
                              (std::size_t rows, std::size_t columns, std::size_t terms,
                               std::size_t fits, const float* predicted, const float* coefficient,
                               double* sums),
                              (rows, columns, terms, fits, predicted, coefficient, sums))
BRAINALIGN_FOR_EACH_PROCESSOR(void, CentreAndSquare, CentreAndSquareLoop,
                              (std::size_t rows, std::size_t columns, const float* origin, float* u,
                               float* squares),
                              (rows, columns, origin, u, squares))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddSquaredDistances, AddSquaredDistancesLoop,
                              (std::size_t rows, std::size_t columns, std::size_t stride,
                               const float* x, const float* mean, const float* scale, float* sums),
                              (rows, columns, stride, x, mean, scale, sums))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddSolvedRow, AddSolvedRowLoop,
                              (std::size_t columns, const double* b, const int* target,
                               double value, double alpha, float* z, double* predicted,
                               double* coefficients, double* slope),
                              (columns, b, target, value, alpha, z, predicted, coefficients, slope))

#define BRAINALIGN_DEFINE(T)                                                                       \
  BRAINALIGN_FOR_EACH_PROCESSOR(void, AddFourthPowers, AddFourthPowersLoop,                        \
                                (std::size_t rows, std::size_t columns, const T* x,                \
                                 std::size_t stride, const T* mean, const T* scale, double* sums), \
                                (rows, columns, x, stride, mean, scale, sums))                     \
  BRAINALIGN_FOR_EACH_PROCESSOR(void, AddWeightedSquares, AddWeightedSquaresLoop,                  \
                                (std::size_t rows, std::size_t columns, const float* predicted,    \
                                 std::size_t predicted_stride, const float* offset,                \
                                 const T* targets, std::size_t target_stride, const int* target,   \
                                 const float* weight, double* squares, double* weighted),          \
                                (rows, columns, predicted, predicted_stride, offset, targets,      \
                                 target_stride, target, weight, squares, weighted))                \
  BRAINALIGN_FOR_EACH_PROCESSOR(                                                                   \
      void, AddCandidateErrors, AddCandidateErrorsLoop,                                            \
      (std::size_t rows, std::size_t columns, const double* predicted, const double* offset,       \
       const T* targets, std::size_t target_stride, const int* target, const T* excess,            \
       std::size_t excess_stride, const int* alpha, double* sums),                                 \
      (rows, columns, predicted, offset, targets, target_stride, target, excess, excess_stride,    \
       alpha, sums))
BRAINALIGN_DEFINE(float)
BRAINALIGN_DEFINE(double)
#undef BRAINALIGN_DEFINE

}  // namespace brainalign
