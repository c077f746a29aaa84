#ifndef BRAINALIGN_CORE_RIDGE_METRICS_H_
#define BRAINALIGN_CORE_RIDGE_METRICS_H_

#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/problem/spec.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// Score of each target's predictions on the test words, from sums alone (METHOD,
// "Metrics"). `train`, `test`: the targets' statistics; `origin`: see
// TargetColumns. A target that is constant on the test words scores 0, as does
// one whose predictions are constant and have no Pearson r or cosine.
Eigen::ArrayXd ScoreTargets(Metric metric, const Ridge::PredictionSums& predictions,
                            const TargetStatistics& train, const TargetStatistics& test,
                            const Eigen::ArrayXd& origin);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_METRICS_H_
