#include <algorithm>

#include "core/linalg/held_bytes.h"
#include "core/regressions/candidates_in_double.h"
#include "core/regressions/regression_by_target.h"
#include "core/ridge/single_precision_judge.h"

namespace brainalign {

template <typename T>
std::int64_t RegressionByTarget<T>::held_bytes() const {
  std::int64_t bytes = HeldBytes(means_.train) + HeldBytes(means_.test) +
                       HeldBytes(means_.inner_train) + HeldBytes(means_.inner_test) +
                       HeldBytes(test_positions_) + HeldBytes(train_positions_) +
                       fit().held_bytes() + rounding_.held_bytes() + HeldBytes(residual_error_) +
                       HeldBytes(errors_.deviation) + HeldBytes(errors_.draws);
  for (const InnerFit& inner : inner_) bytes += inner.held_bytes();
  if (leave_one_out_) bytes += leave_one_out_->held_bytes();
  return bytes;
}

template std::int64_t RegressionByTarget<float>::held_bytes() const;
template std::int64_t RegressionByTarget<double>::held_bytes() const;

double RegressionsByTargetBytes(const ProblemSize& size, double features) {
  double bytes = size.fits() * RidgeBytes(features);
  // Of inner fits in single precision: what compares alphas, and the Gram matrix of words of the
  // inner test set.
  if (size.value_bytes == 4) bytes += size.folds * size.inner_folds * RidgeBytes(features) / 2;
  if (size.selection == Selection::kLoo) {
    bytes += size.folds * BytesOfLeaveOneOut(size, features, 0).held;
  }
  return bytes;
}

double MakeRegressionByTargetBytes(const ProblemSize& size, double features) {
  // The words of a fold that has fewer of them than features.
  const double direct = 8 * features * features;
  double fitting = direct + MakeRidgeBytes(features);
  if (size.inner_folds > 0) {
    fitting = std::max(fitting, RidgeBytes(features) + MakeJudgeBytes(features));
  }
  if (size.selection == Selection::kLoo) {
    fitting = std::max(fitting, BytesOfLeaveOneOut(size, features, 0).making);
  }
  return AssembleFeaturesBytes(size, features) + fitting;
}

double ScoreByTargetBytes(const ProblemSize& size, double features, double targets) {
  // Sums about their means, rotated; solutions of the alphas chosen and of one more; predictions.
  double bytes = 8 * 7 * features * targets + 8 * 3 * size.alphas * targets;
  if (size.value_bytes == 4) bytes += CandidatesInDoubleBytes(size, features);
  if (size.value_bytes > 4) bytes += 8 * features * features;  // CrossOfRotatedWords
  if (size.selection == Selection::kLoo) {
    bytes += BytesOfLeaveOneOut(size, features, targets).evaluating;
  }
  return bytes;
}

}  // namespace brainalign
