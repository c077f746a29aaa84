#ifndef BRAINALIGN_CORE_ALIGN_ACTIVATION_PRODUCTS_H_
#define BRAINALIGN_CORE_ALIGN_ACTIVATION_PRODUCTS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/activation_rows.h"
#include "core/align/cancel.h"
#include "core/align/feature_moments.h"

namespace brainalign {

// Sums of a layer's dimensions and of their products over the positions of `ranges`, about
// rows.shift(layer): what its covariance is made from. In float32 inside blocks of
// words (T = float), added up in float64. Activations that are bf16 are multiplied as they are
// where the processor is quicker at that: products of bf16 numbers are exact in float32.
// `zero`: sums of no words, which are added to. CANCELLED if `cancel` was set.
template <typename T>
absl::StatusOr<FeatureSums> ProductsOver(
    const ActivationRows<T>& rows, int layer,
    const std::vector<std::pair<std::int32_t, std::int32_t>>& ranges, FeatureSums zero,
    const CancelFlag& cancel);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_ACTIVATION_PRODUCTS_H_
