#ifndef BRAINALIGN_CORE_RIDGE_METRICS_H_
#define BRAINALIGN_CORE_RIDGE_METRICS_H_

#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/problem/spec.h"
#include "core/ridge/evaluation_moments.h"

namespace brainalign {

// (m) Score of each target's predictions on the test words, from sums alone (docs/method.md, "The
// score of one cell"). `train`, `test`: the targets' statistics. `origin` (m): see TargetColumns.
// The score is 0 for a target that is constant on the test words, and for one whose predictions are
// constant and therefore have no Pearson r or cosine.
Eigen::ArrayXd ScoreTargets(Metric metric, const HeldOutSums& predictions,
                            const TargetStatistics& train, const TargetStatistics& test,
                            const Eigen::ArrayXd& origin);

// The score of one target from its values on the test words, `observed` and `predicted`, both less
// the target's training mean. Never above 1 and, except for r2, never below -1, however large the
// rounding errors are.
double ScoreOfWords(Metric metric, const Vector& observed, const Vector& predicted, double origin);

// The product measure of `part`, a summand of `predicted` (docs/method.md, "Nuisance beside the
// activations"). The measures of all summands add up to the score, except for the contribution of
// the intercept to cosine and r2. Arguments as in ScoreOfWords. 0 if the score is undefined.
double PartOfScore(Metric metric, const Vector& observed, const Vector& predicted,
                   const Vector& part, double origin);

// Whether a score is beyond `limit` (at most 1): above it or, except for r2, below its negative.
bool IsBeyond(Metric metric, double score, double limit);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_METRICS_H_
