#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_CONTEST_ERRORS_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_CONTEST_ERRORS_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// An alpha of one target, by their indices.
struct Contest {
  Eigen::Index alpha = 0;
  Eigen::Index target = 0;
};

struct ContestErrors {
  Eigen::RowVectorXd sum;
  Eigen::RowVectorXd doubt;  // how far each sum is believed to be off at most
};

// How many deviations a sum over words of small errors of either sign may be off by. Generous,
// for residuals with heavy tails; SettleNearTies notices where it is not enough.
inline constexpr double kDoubt = 16;
// Of a prediction, where nothing cancels: what rounding may move it by in single precision. A
// product over p features is off by sqrt(p) 3e-8 or so, 1e-6 for a thousand.
inline constexpr double kPredictionRounding = 1e-6;
// Of a target's value.
inline constexpr double kValueRounding = 1.2e-7;

// A fold's leave-one-out errors of some alphas of some targets: sum_i weight_i r_i^2 over the
// training words, r the residual of the fit. `contests` are in order of their alphas.
class ContestJudge {
 public:
  virtual ~ContestJudge() = default;
  // Quickly.
  virtual ContestErrors Nearly(const std::vector<Contest>& contests) const = 0;
  // From the words, in double precision.
  virtual Eigen::RowVectorXd Exactly(const std::vector<Contest>& contests) const = 0;
};

// What a judge is told of a fold's fit and its targets; all must outlive it.
template <typename T>
struct ContestInputs {
  const Ridge& ridge;              // with Basis::kEigen
  const ColMatrix<T>& features;    // (n, p) by position
  const RowMatrix<double>& b;      // (p, m) rotated training cross-products
  const TargetStatistics& train;   // (m)
  const RowMatrixRef<T>& targets;  // (n, m) by position
  const std::vector<double>& alphas;
};

// Exactly() for weights (n, A) that are at hand.
template <typename T>
Eigen::RowVectorXd ErrorsInDoublePrecision(const ContestInputs<T>& inputs,
                                           const RowMatrix<T>& excess,
                                           const std::vector<Contest>& contests);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_CONTEST_ERRORS_H_
