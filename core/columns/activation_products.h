#ifndef BRAINALIGN_CORE_COLUMNS_ACTIVATION_PRODUCTS_H_
#define BRAINALIGN_CORE_COLUMNS_ACTIVATION_PRODUCTS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/columns/activation_rows.h"
#include "core/moments/feature_moments.h"
#include "core/problem/problem_size.h"

namespace brainalign {

// Sums over a set of words of a layer's d dimensions and of their products.
template <typename T>
struct ActivationSums {
  double count = 0;
  Vector sum;         // (d)
  ColMatrix<T> gram;  // (d, d), lower triangle
};

// The sums over the positions of `ranges`, about rows.shift(layer), for the covariance of the
// layer. They have the precision of T, which is enough because the covariance is never inverted.
// Activations that are stored as bf16 are multiplied as bf16 if the processor is faster at that:
// products of two bf16 numbers are exact in float32. `memory` (d, d), whose values are ignored, is
// used for the result. CANCELLED if `cancel` was set.
template <typename T>
absl::StatusOr<ActivationSums<T>> ProductsOver(
    const ActivationRows<T>& rows, int layer,
    const std::vector<std::pair<std::int32_t, std::int32_t>>& ranges, ColMatrix<T> memory,
    const CancelFlag& cancel);

// Bytes that ProductsOver needs in addition to `memory`: a block of words.
inline double ProductsOverBytes(const ProblemSize& size, double width) {
  return size.value_bytes * kWordsInSinglePrecision * width;
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_ACTIVATION_PRODUCTS_H_
