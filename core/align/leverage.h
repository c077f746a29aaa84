#ifndef BRAINALIGN_CORE_ALIGN_LEVERAGE_H_
#define BRAINALIGN_CORE_ALIGN_LEVERAGE_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "core/align/matrix_types.h"
#include "core/align/ridge.h"

namespace brainalign {

// How far the weight 1 / (1 - leverage)^2 of a word's residual in leave-one-out
// exceeds 1, for each alpha in the fit of `ridge`; the leverage includes the
// intercept: 1 / n_train + x'(G + alpha I)^-1 x about the training mean. Written to
// the columns of `excess` (n, A) for the words of `ranges`, whether trained on or
// not. Requires Ridge::Basis::kEigen.
template <typename T>
void ExcessWeights(const Ridge& ridge, const ColMatrix<T>& features,
                   const std::vector<double>& alphas,
                   const std::vector<std::pair<std::int32_t, std::int32_t>>& ranges,
                   Eigen::Ref<RowMatrix<T>, 0, Eigen::OuterStride<>> excess);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_LEVERAGE_H_
