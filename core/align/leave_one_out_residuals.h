#ifndef BRAINALIGN_CORE_ALIGN_LEAVE_ONE_OUT_RESIDUALS_H_
#define BRAINALIGN_CORE_ALIGN_LEAVE_ONE_OUT_RESIDUALS_H_

#include <cstdint>
#include <vector>

#include "core/align/alpha_choice.h"
#include "core/align/near_ties.h"

namespace brainalign {

// Of the target: what the few combinations may leave out of a prediction.
constexpr double kExpansionTolerance = 1e-6;

// Leave-one-out squared error over the training words at `positions`:
// sum of ((y - prediction) / (1 - h(a)))^2 with h the leverage, intercept
// included (what scikit-learn's RidgeCV minimises). From the residuals of every
// word, in single precision and for a few combinations of the alphas' solutions
// (solution_expansion.h); in double precision for each alpha wherever that could
// leave it open which alpha is best. `ridge` has Basis::kEigen; `b` (p, m) are its
// rotated training cross-products; `shared` as in SettleNearTies.
template <typename T>
Criterion LeaveOneOutCriterion(const Ridge& ridge, const RowMatrix<double>& b,
                               const TargetStatistics& train, const ColMatrix<T>& features,
                               const RowMatrixRef<T>& targets,
                               const std::vector<std::int32_t>& positions,
                               const std::vector<double>& alphas, const SharedChoice* shared);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_LEAVE_ONE_OUT_RESIDUALS_H_
