#ifndef BRAINALIGN_CORE_ALIGN_NEAR_TIES_H_
#define BRAINALIGN_CORE_ALIGN_NEAR_TIES_H_

#include <vector>

#include "core/align/alpha_choice.h"
#include "core/align/contest_errors.h"
#include "core/align/matrix_types.h"
#include "core/align/ridge.h"
#include "core/align/target_moments.h"

namespace brainalign {

// Where several targets share one alpha: its choice is between sums over groups.
struct SharedChoice {
  const Eigen::ArrayXd& weights;  // (m)
  const std::vector<ColumnGroup>& groups;
};

// Replaces entries of `criterion` (A, m) that may decide which alpha is best by
// sums over the words: in single precision, and what that leaves open in double precision. `doubt`
// (A, m): how far each entry is believed to be off at most. A few entries are summed whatever their
// doubt; where what is summed shows that the doubt was too small, it is enlarged and more are
// summed. `ridge` has Basis::kEigen; `b` (p, m) are its rotated training cross-products.
// `shared`: null where each target chooses.
template <typename T>
void SettleNearTies(const Ridge& ridge, const RowMatrix<double>& b, const TargetStatistics& train,
                    const LeaveOneOutWords<T>& words, const std::vector<double>& alphas,
                    Criterion doubt, const SharedChoice* shared, Criterion& criterion);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_NEAR_TIES_H_
