#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_CONCENTRATION_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_CONCENTRATION_H_

#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/problem/segments.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {

// (m) How few words make up the squares of each target over the training words of `sets`, about the
// training mean: n sum_i y_i^4 / (sum_i y_i^2)^2. It is 3 for normal variates, and n if one word
// does. 0 for a target that is constant. `targets` (n, m) by position.
template <typename T>
Eigen::ArrayXd Concentration(const RowMatrixRef<T>& targets, const TargetStatistics& train,
                             const FoldSets& sets);

// (A, m) Estimated bound on |sum_i d_i e_i^2|, with e the n residuals at an alpha and d numbers of
// mean 0 and spread 1, as a share of the sum of e_i^2, `residual_squares` (A, m).
//
// If many words make up the squares, the sum is one of many small errors with random signs. If few
// do, nothing is supposed about signs: the bound is that of Cauchy and Schwarz, the square root of
// n sum_i e_i^4 over the sum of e_i^2. The fourth powers of residuals are taken to be those of the
// targets at most: what no feature predicts, as an artefact, is left in the residual.
Criterion BoundOfWeightedSums(const Eigen::ArrayXd& concentration, const TargetStatistics& train,
                              const Criterion& residual_squares);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_CONCENTRATION_H_
