#ifndef BRAINALIGN_CORE_RIDGE_SCORE_DERIVATIVE_H_
#define BRAINALIGN_CORE_RIDGE_SCORE_DERIVATIVE_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/problem/spec.h"
#include "core/ridge/evaluation_moments.h"
#include "core/ridge/ridge.h"
#include "core/ridge/rounding_bound.h"

namespace brainalign {

// Scores of m targets, and what they were made of.
struct ScoredTargets {
  std::vector<double> alpha;        // (m)
  RowMatrix<double> coefficients;   // z (p, m) in the basis of the fit
  RowMatrix<double> on_evaluation;  // the second argument of EvaluationMoments::Predict
  HeldOutSums predictions;
  TargetStatistics train;
  TargetStatistics evaluation;
  Eigen::ArrayXd origin;
};

// (m) The deviation of each score under random errors of the training cross-products with T = 1
// (RoundingBound), to first order: of the derivative of the score by each cross-product, times its
// error. Nothing is supposed about the signs of the predictions' errors.
Eigen::ArrayXd ScoreDeviation(Metric metric, const Ridge& fit, const RoundingBound::Errors& errors,
                              const ScoredTargets& targets);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_SCORE_DERIVATIVE_H_
