#include <algorithm>

#include "core/regressions/candidates_in_double.h"
#include "core/regressions/regression_by_target.h"
#include "core/ridge/single_precision_judge.h"

namespace brainalign {

double RegressionsByTargetBytes(const ProblemSize& size, double features) {
  double bytes = size.fits() * RidgeBytes(features);
  // Of inner fits in single precision: what compares alphas, and the Gram matrix of held words.
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
  // Sums about their means, turned; solutions of the alphas chosen and of one more; predictions.
  double bytes = 8 * 7 * features * targets + 8 * 3 * size.alphas * targets;
  if (size.value_bytes == 4) bytes += CandidatesInDoubleBytes(size, features);
  if (size.value_bytes > 4) bytes += 8 * features * features;  // CrossOfTurnedWords
  if (size.selection == Selection::kLoo) {
    bytes += BytesOfLeaveOneOut(size, features, targets).evaluating;
  }
  return bytes;
}

}  // namespace brainalign
