#ifndef BRAINALIGN_CORE_ALIGN_CONTEST_ERRORS_H_
#define BRAINALIGN_CORE_ALIGN_CONTEST_ERRORS_H_

#include <vector>

#include "core/align/leverage.h"
#include "core/align/matrix_types.h"
#include "core/align/ridge.h"
#include "core/align/target_moments.h"

namespace brainalign {

// A fold's leave-one-out errors are sum_i weight_i r_i^2 over the training words, r the
// residual of the fit.
template <typename T>
struct LeaveOneOutWords {
  const ColMatrix<T>& features;    // (n, p) by position
  const RowMatrixRef<T>& targets;  // (n, m)
  const LeaveOneOutWeights<T>& weights;
};

// An alpha of one target, by their indices.
struct Contest {
  Eigen::Index alpha = 0;
  Eigen::Index target = 0;
};

struct ContestErrors {
  Eigen::RowVectorXd sum;
  Eigen::RowVectorXd doubt;  // how far rounding may have moved each sum
};

// The errors of some alphas of some targets, summed from the words. `contests` are in order
// of their alphas; `ridge` has Basis::kEigen; `b` (p, m) are its rotated training
// cross-products.
template <typename T>
ContestErrors ErrorsInSinglePrecision(const Ridge& ridge, const RowMatrix<double>& b,
                                      const TargetStatistics& train,
                                      const LeaveOneOutWords<T>& words,
                                      const std::vector<double>& alphas,
                                      const std::vector<Contest>& contests);
template <typename T>
Eigen::RowVectorXd ErrorsInDoublePrecision(const Ridge& ridge, const RowMatrix<double>& b,
                                           const TargetStatistics& train,
                                           const LeaveOneOutWords<T>& words,
                                           const std::vector<double>& alphas,
                                           const std::vector<Contest>& contests);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_CONTEST_ERRORS_H_
