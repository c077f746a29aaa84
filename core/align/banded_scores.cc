#include "core/align/banded_scores.h"

#include <cstdint>

#include "core/ridge/metrics.h"

namespace brainalign {

std::vector<BandedScore> ScoreBands(const BandedRegressions& regressions, const Segments& segments,
                                    int fold, Metric metric, const TargetColumns<double>& targets,
                                    const BandedRegressions::Regression::Cross& cross,
                                    const std::vector<int>& alphas,
                                    const std::vector<Eigen::Index>& columns) {
  std::vector<BandedScore> scores(columns.size());
  if (columns.empty()) return scores;
  const auto predictions = regressions.Predict(fold, cross, alphas, columns);
  const std::vector<std::int32_t> positions =
      Positions(segments, segments.folds[static_cast<std::size_t>(fold)].test);
  Vector observed(std::ssize(positions));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Eigen::Index c = columns[i];
    if (targets.statistics.test.squares(c) == 0.0) continue;
    for (Eigen::Index word = 0; word < observed.size(); ++word) {
      observed(word) = targets.values(positions[static_cast<std::size_t>(word)], c) -
                       targets.statistics.train.mean(c);
    }
    const auto column = static_cast<Eigen::Index>(i);
    const Vector nuisance = predictions.nuisance.col(column);
    const Vector activations = predictions.activations.col(column);
    const Vector predicted = nuisance + activations;
    const double origin = targets.origin(c);
    scores[i] = {ScoreOfWords(metric, observed, predicted, origin),
                 PartOfScore(metric, observed, predicted, nuisance, origin),
                 PartOfScore(metric, observed, predicted, activations, origin)};
  }
  return scores;
}

}  // namespace brainalign
