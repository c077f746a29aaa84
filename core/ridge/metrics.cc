#include "core/ridge/metrics.h"

namespace brainalign {
namespace {

Eigen::ArrayXd Pearson(const Ridge::PredictionSums& predictions, const TargetStatistics& test) {
  return predictions.products / (predictions.squares * test.squares).sqrt();
}

// Both sides measured from the method's origin instead of from their means.
Eigen::ArrayXd Cosine(const Ridge::PredictionSums& predictions, const TargetStatistics& train,
                      const TargetStatistics& test, const Eigen::ArrayXd& origin) {
  const Eigen::ArrayXd observed = test.mean - train.mean + origin;
  const Eigen::ArrayXd predicted = predictions.shift + origin;
  const Eigen::ArrayXd products = predictions.products + test.count * observed * predicted;
  return products / ((test.squares + test.count * observed.square()) *
                     (predictions.squares + test.count * predicted.square()))
                        .sqrt();
}

// 1 - sum (y - prediction)^2 / sum (y - mean y)^2.
Eigen::ArrayXd R2(const Ridge::PredictionSums& predictions, const TargetStatistics& train,
                  const TargetStatistics& test) {
  const Eigen::ArrayXd error = test.squares - 2.0 * predictions.products + predictions.squares +
                               test.count * (test.mean - train.mean - predictions.shift).square();
  return 1.0 - error / test.squares;
}

}  // namespace

Eigen::ArrayXd ScoreTargets(Metric metric, const Ridge::PredictionSums& predictions,
                            const TargetStatistics& train, const TargetStatistics& test,
                            const Eigen::ArrayXd& origin) {
  Eigen::ArrayXd score;
  switch (metric) {
    case Metric::kPearson:
      score = Pearson(predictions, test);
      break;
    case Metric::kCosine:
      score = Cosine(predictions, train, test, origin);
      break;
    case Metric::kR2:
      score = R2(predictions, train, test);
      break;
  }
  const auto defined = score.isFinite() && test.squares > 0.0;
  return defined.select(score, 0.0);
}

}  // namespace brainalign
