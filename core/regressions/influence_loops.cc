#include "core/regressions/influence_loops.h"

#include "core/tensor/for_each_processor.h"

namespace brainalign {
namespace {

template <typename T>
BRAINALIGN_INLINE void AddShiftedProductsLoop(std::size_t columns, const T* y, const T* product,
                                              const double* shift, double* __restrict sums) {
  for (std::size_t c = 0; c < columns; ++c) {
    sums[c] += static_cast<double>(y[c]) * (static_cast<double>(product[c]) + shift[c]);
  }
}

template <typename T>
BRAINALIGN_INLINE void AddSquaresAboutLoop(std::size_t columns, const T* y, const double* mean,
                                           const double* weight, double* __restrict sums) {
  for (std::size_t c = 0; c < columns; ++c) {
    const double about = static_cast<double>(y[c]) - mean[c];
    sums[c] += weight[c] * about * about;
  }
}

}  // namespace

BRAINALIGN_FOR_EACH_PROCESSOR(void, AddShiftedProducts, AddShiftedProductsLoop,
                              (std::size_t columns, const float* y, const float* product,
                               const double* shift, double* sums),
                              (columns, y, product, shift, sums))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddShiftedProducts, AddShiftedProductsLoop,
                              (std::size_t columns, const double* y, const double* product,
                               const double* shift, double* sums),
                              (columns, y, product, shift, sums))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddSquaresAbout, AddSquaresAboutLoop,
                              (std::size_t columns, const float* y, const double* mean,
                               const double* weight, double* sums),
                              (columns, y, mean, weight, sums))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddSquaresAbout, AddSquaresAboutLoop,
                              (std::size_t columns, const double* y, const double* mean,
                               const double* weight, double* sums),
                              (columns, y, mean, weight, sums))

}  // namespace brainalign
