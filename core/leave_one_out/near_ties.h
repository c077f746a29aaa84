#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_NEAR_TIES_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_NEAR_TIES_H_

#include <vector>

#include "core/leave_one_out/contest_errors.h"
#include "core/linalg/matrix_types.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {

// Where several targets share one alpha: its choice is between sums over groups.
struct SharedChoice {
  const Eigen::ArrayXd& weights;  // (m)
  const std::vector<ColumnGroup>& groups;
};

// Replaces entries of `criterion` (A, m) that may decide which alpha is best by what `judge`
// says of them: nearly, and where that leaves it open exactly. `doubt` (A, m): how far each entry
// is believed to be off at most. A few entries are judged whatever their doubt; where the judge
// shows that the doubt was too small, it is enlarged and more are judged. `shared`: null where
// each target chooses.
void SettleNearTies(const ContestJudge& judge, Criterion doubt, const SharedChoice* shared,
                    Criterion& criterion);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_NEAR_TIES_H_
