#ifndef BRAINALIGN_CORE_ALIGN_NEAR_TIES_H_
#define BRAINALIGN_CORE_ALIGN_NEAR_TIES_H_

#include <cstdint>
#include <vector>

#include "core/align/alpha_choice.h"
#include "core/align/matrix_types.h"
#include "core/align/ridge.h"
#include "core/align/target_moments.h"

namespace brainalign {

// A fold's leave-one-out errors are sum_i (1 + excess_i) r_i^2 over the training
// words, r the residual of the fit and 1 + excess = 1 / (1 - leverage)^2.
template <typename T>
struct LeaveOneOutWords {
  const ColMatrix<T>& features;                // (n, p) by position
  const RowMatrixRef<T>& targets;              // (n, m)
  const std::vector<std::int32_t>& positions;  // the training words
  // (n, A) by position; only the training words' are read.
  RowMatrixRef<T> excess;
};

// Where several targets share one alpha: its choice is between sums over groups.
struct SharedChoice {
  const Eigen::ArrayXd& weights;  // (m)
  const std::vector<ColumnGroup>& groups;
};

// Replaces entries of `criterion` (A, m) that may decide which alpha is best by
// their exact values, from the words in double precision. `doubt` (A, m): how far
// each entry may be off at most. `ridge` has Basis::kEigen; `b` (p, m) are its
// rotated training cross-products. `shared`: null where each target chooses.
template <typename T>
void SettleNearTies(const Ridge& ridge, const RowMatrix<double>& b, const TargetStatistics& train,
                    const LeaveOneOutWords<T>& words, const std::vector<double>& alphas,
                    const Criterion& doubt, const SharedChoice* shared, Criterion& criterion);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_NEAR_TIES_H_
