#include "core/regressions/fold_regression.h"

#include <limits>

#include "core/ridge/rounding_bound.h"

namespace brainalign {

void BoundInSingle(Metric metric, const TargetsOfFold& targets, FoldScores& scores) {
  const TargetStatistics& train = targets.statistics.train;
  const TargetStatistics& test = targets.statistics.test;
  if (metric == Metric::kCosine) {
    scores.error_bound += ErrorBoundOfMeans(train, targets.origin, scores.held_out, test.count);
  }
  for (Eigen::Index target = 0; target < scores.score.size(); ++target) {
    if (scores.alphas.uncertain(target) || IsBeyond(metric, scores.score(target), 1.0)) {
      scores.error_bound(target) = std::numeric_limits<double>::infinity();
    }
  }
}

}  // namespace brainalign
