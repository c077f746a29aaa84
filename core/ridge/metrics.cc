#include "core/ridge/metrics.h"

#include <cmath>

namespace brainalign {
namespace {

Eigen::ArrayXd Pearson(const HeldOutSums& predictions, const TargetStatistics& test) {
  return predictions.products / (predictions.squares * test.squares).sqrt();
}

// Both sides measured from the method's origin instead of from their means.
Eigen::ArrayXd Cosine(const HeldOutSums& predictions, const TargetStatistics& train,
                      const TargetStatistics& test, const Eigen::ArrayXd& origin) {
  const Eigen::ArrayXd observed = test.mean - train.mean + origin;
  const Eigen::ArrayXd predicted = predictions.shift + origin;
  const Eigen::ArrayXd products = predictions.products + test.count * observed * predicted;
  return products / ((test.squares + test.count * observed.square()) *
                     (predictions.squares + test.count * predicted.square()))
                        .sqrt();
}

// 1 - sum (y - prediction)^2 / sum (y - mean y)^2.
Eigen::ArrayXd R2(const HeldOutSums& predictions, const TargetStatistics& train,
                  const TargetStatistics& test) {
  const Eigen::ArrayXd error = test.squares - 2.0 * predictions.products + predictions.squares +
                               test.count * (test.mean - train.mean - predictions.shift).square();
  return 1.0 - error / test.squares;
}

// x'y / (|x| |y|) as a distance of two points on the sphere, which keeps it within [-1, 1]. 0 where
// one of them is.
double CosineOfAngle(const Vector& x, const Vector& y) {
  // Scaled first: squares of what is very small or large are no numbers.
  const double largest_x = x.cwiseAbs().maxCoeff();
  const double largest_y = y.cwiseAbs().maxCoeff();
  if (!(largest_x > 0) || !(largest_y > 0)) return 0;
  const Vector u = (x / largest_x).normalized();
  const Vector v = (y / largest_y).normalized();
  return u.dot(v) > 0 ? 1.0 - 0.5 * (u - v).squaredNorm() : 0.5 * (u + v).squaredNorm() - 1.0;
}

}  // namespace

double ScoreOfWords(Metric metric, const Vector& observed, const Vector& predicted, double origin) {
  double score = 0;
  switch (metric) {
    case Metric::kPearson: {
      // A constant prediction leaves rounding about its mean.
      constexpr double kConstant = 1e-12;
      const Vector about_mean = (predicted.array() - predicted.mean()).matrix();
      if (about_mean.norm() <= kConstant * predicted.norm()) return 0;
      score = CosineOfAngle((observed.array() - observed.mean()).matrix(), about_mean);
      break;
    }
    case Metric::kCosine:
      score = CosineOfAngle((observed.array() + origin).matrix(),
                            (predicted.array() + origin).matrix());
      break;
    case Metric::kR2:
      score = 1.0 - (observed - predicted).squaredNorm() /
                        (observed.array() - observed.mean()).square().sum();
      break;
    case Metric::kCca:
    case Metric::kCka:
    case Metric::kCkaDebiased:
    case Metric::kRsa:
      break;  // they score no columns
  }
  return std::isfinite(score) ? score : 0.0;
}

double PartOfScore(Metric metric, const Vector& observed, const Vector& predicted,
                   const Vector& part, double origin) {
  const auto about_mean = [](const Vector& x) { return Vector(x.array() - x.mean()); };
  double share = 0;
  switch (metric) {
    case Metric::kPearson:
      share = about_mean(observed).dot(part) /
              (about_mean(observed).norm() * about_mean(predicted).norm());
      break;
    case Metric::kCosine: {
      const Vector target = observed.array() + origin;
      const Vector guess = predicted.array() + origin;
      share = target.dot(part) / (target.norm() * guess.norm());
      break;
    }
    case Metric::kR2: {
      const Vector target = about_mean(observed);
      const Vector guess = predicted.array() - observed.mean();
      share = part.dot(2 * target - guess) / target.squaredNorm();
      break;
    }
    case Metric::kCca:
    case Metric::kCka:
    case Metric::kCkaDebiased:
    case Metric::kRsa:
      break;  // they score no columns
  }
  return std::isfinite(share) ? share : 0.0;
}

bool IsBeyond(Metric metric, double score, double limit) {
  return score > limit || (metric != Metric::kR2 && score < -limit);
}

Eigen::ArrayXd ScoreTargets(Metric metric, const HeldOutSums& predictions,
                            const TargetStatistics& train, const TargetStatistics& test,
                            const Eigen::ArrayXd& origin) {
  Eigen::ArrayXd score = Eigen::ArrayXd::Zero(test.squares.size());
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
    case Metric::kCca:
    case Metric::kCka:
    case Metric::kCkaDebiased:
    case Metric::kRsa:
      break;  // they score no columns
  }
  const auto defined = score.isFinite() && test.squares > 0.0;
  return defined.select(score, 0.0);
}

}  // namespace brainalign
