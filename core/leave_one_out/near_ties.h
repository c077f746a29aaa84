#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_NEAR_TIES_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_NEAR_TIES_H_

#include <vector>

#include "core/leave_one_out/candidate_errors.h"
#include "core/linalg/matrix_types.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {

// Groups of targets that share one alpha. It is chosen by the weighted sum of the group's errors.
struct SharedChoice {
  const Eigen::ArrayXd& weights;  // (m) of the targets in the sum
  const std::vector<ColumnGroup>& groups;
};

// Makes `criterion` (A, m) accurate where its errors could change which alpha is best
// (docs/method.md, "Leave-one-out"). `error_bound` (A, m): estimated bound on the error of each
// entry. If several alphas of a target may have the least error, their entries are replaced by
// errors.Nearly, and if that does not decide, by errors.Exactly. The two least entries of about
// eight targets are replaced in any case, as probes. If a probe shows that `error_bound` was too
// small, it is enlarged, and more entries are replaced. `shared`: null if each target has an alpha
// of its own.
void SettleNearTies(const LeaveOneOutErrors& errors, Criterion error_bound,
                    const SharedChoice* shared, Criterion& criterion);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_NEAR_TIES_H_
