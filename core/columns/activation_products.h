#ifndef BRAINALIGN_CORE_COLUMNS_ACTIVATION_PRODUCTS_H_
#define BRAINALIGN_CORE_COLUMNS_ACTIVATION_PRODUCTS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/columns/activation_rows.h"
#include "core/moments/feature_moments.h"

namespace brainalign {

// Sums over a set of words of a layer's d dimensions and of their products.
template <typename T>
struct ActivationSums {
  double count = 0;
  Vector sum;         // (d)
  ColMatrix<T> gram;  // (d, d), lower triangle
};

// Those over the positions of `ranges`, about rows.shift(layer): what the layer's covariance is
// made from. In the precision of the rows: it is not to be inverted. Activations that are bf16 are
// multiplied as they are where the processor is quicker at that: products of bf16 numbers are
// exact in float32. `memory` (d, d) of any values becomes the sums. CANCELLED if `cancel` was set.
template <typename T>
absl::StatusOr<ActivationSums<T>> ProductsOver(
    const ActivationRows<T>& rows, int layer,
    const std::vector<std::pair<std::int32_t, std::int32_t>>& ranges, ColMatrix<T> memory,
    const CancelFlag& cancel);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_ACTIVATION_PRODUCTS_H_
