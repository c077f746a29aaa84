#include "core/ridge/score_derivative.h"

namespace brainalign {
namespace {

// Derivatives of each score by the sums that it is made of (HeldOutSums).
struct ScoreSlopes {
  Eigen::ArrayXd products;
  Eigen::ArrayXd squares;
  Eigen::ArrayXd shift;
};

ScoreSlopes SlopesOf(Metric metric, const ScoredTargets& of) {
  const double n = of.evaluation.count;
  const Eigen::ArrayXd& observed = of.evaluation.squares;
  const Eigen::ArrayXd& predicted = of.predictions.squares;
  const Eigen::ArrayXd moved = of.evaluation.mean - of.train.mean;
  if (metric == Metric::kR2) {
    return {2.0 / observed, -1.0 / observed, 2.0 * n * (moved - of.predictions.shift) / observed};
  }
  // Of cosine sums are about the origin; of r about the means.
  const double about = metric == Metric::kCosine ? n : 0.0;
  const Eigen::ArrayXd of_observed = moved + of.origin;
  const Eigen::ArrayXd of_predicted = of.predictions.shift + of.origin;
  const Eigen::ArrayXd squares = predicted + about * of_predicted.square();
  const Eigen::ArrayXd root = ((observed + about * of_observed.square()) * squares).sqrt();
  const Eigen::ArrayXd score =
      (of.predictions.products + about * of_observed * of_predicted) / root;
  return {1.0 / root, -0.5 * score / squares,
          about * (of_observed / root - score * of_predicted / squares)};
}

}  // namespace

Eigen::ArrayXd ScoreDeviation(Metric metric, const Ridge& fit, const RoundingBound::Errors& errors,
                              const ScoredTargets& targets) {
  const EvaluationMoments& moments = fit.evaluation();
  const ScoreSlopes slopes = SlopesOf(metric, targets);
  RowMatrix<double> slope = moments.values * targets.coefficients;
  slope.array().rowwise() *= 2.0 * slopes.squares.transpose();
  slope += targets.on_evaluation * slopes.products.matrix().asDiagonal();
  if (moments.direct()) slope = moments.values.transpose() * slope;
  slope += moments.shift.transpose() * slopes.shift.matrix().transpose();
  Matrix solved(slope.rows(), slope.cols());
  RowMatrix<double> column;
  for (Eigen::Index target = 0; target < slope.cols(); ++target) {
    fit.Solve(targets.alpha[Size(target)], slope.col(target), column);
    solved.col(target) = column;
  }
  const Matrix turned_draws = fit.rotation().transpose() * errors.draws;
  const Eigen::ArrayXd squares =
      (turned_draws.transpose() * solved).colwise().squaredNorm().transpose().array() /
      static_cast<double>(errors.draws.cols());
  const Eigen::ArrayXd deviation = errors.unit * squares.sqrt();
  const auto scored = targets.predictions.squares > 0.0 && targets.evaluation.squares > 0.0;
  return scored.select(deviation, 0.0);
}

}  // namespace brainalign
