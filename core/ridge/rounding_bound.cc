#include "core/ridge/rounding_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/linalg/held_bytes.h"
#include "core/linalg/lapack.h"
#include "core/linalg/single_range.h"
#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

// Random errors that a bound is estimated from.
constexpr Eigen::Index kDraws = 6;
// What sums in blocks are off by, in unit roundoffs of their terms' root mean square.
constexpr double kGrowth = 2.0;
// Alphas from one evaluation to the next; between them, and as functions of log(alpha), logarithms
// of the gains are nearly straight.
constexpr std::size_t kAlphasApart = 3;
// An addition to a criterion of this share of the least does not count.
constexpr double kVisibleShare = 1e-3;
constexpr double kUnbounded = std::numeric_limits<double>::infinity();

// Standard normal, by Box and Muller.
RowMatrix<double> Normal(Eigen::Index rows) {
  std::mt19937_64 random(20261128);
  const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; };
  RowMatrix<double> matrix(rows, kDraws);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) {
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    matrix.data()[i] = radius * std::cos(2.0 * 3.14159265358979323846 * uniform());
  }
  return matrix;
}

double RootOfMean(double sum, double count) {
  const double mean = sum / count;
  return std::isfinite(mean) ? std::sqrt(std::max(0.0, mean)) : kUnbounded;
}

// The first, every third and the last of this many alphas.
std::vector<std::size_t> EvaluatedAlphas(std::size_t count) {
  std::vector<std::size_t> evaluated;
  for (std::size_t a = 0; a < count; a += kAlphasApart) evaluated.push_back(a);
  if (count > 0 && evaluated.back() + 1 < count) evaluated.push_back(count - 1);
  return evaluated;
}

template <typename Scalar>
Eigen::ArrayXd WeightedSquares(const Vector& weight, const Scalar* x, Eigen::Index columns) {
  Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(columns);
  AddWeightedColumnSquares(Size(weight.size()), Size(columns), weight.data(), x, sums.data());
  return sums;
}

}  // namespace

RoundingBound::Errors RoundingBound::Independent(const Vector& deviation, double unit) {
  return {unit, true, deviation, deviation.asDiagonal() * Normal(deviation.size())};
}

RoundingBound::Errors RoundingBound::InBf16(const Matrix& back, const Vector& deviation) {
  return {kBf16Roundoff, false, deviation, back * Normal(back.cols())};
}

RoundingBound RoundingBound::Make(const Fit& fit, const Errors& errors,
                                  const std::vector<double>& alphas, const SquaresOf& squares_of) {
  RoundingBound bound;
  bound.unit_ = kGrowth * errors.unit;
  bound.of_sums_ = errors.of_sums;
  bound.train_count_ = fit.train_count;
  bound.evaluation_count_ = fit.evaluation_count;
  const Eigen::ArrayXd squares = errors.deviation.array().square();
  bound.inverse_square_ = (squares > 0.0).select(squares.inverse(), 0.0).matrix();
  // A column at a time: squares of the whole rotation would be as large as itself.
  bound.along_.resize(fit.rotation.cols());
  for (Eigen::Index i = 0; i < bound.along_.size(); ++i) {
    bound.along_(i) = fit.rotation.col(i).array().square().matrix().dot(squares.matrix());
  }
  const RowMatrix<double> b = fit.rotation.transpose() * errors.draws;
  bound.gain_.resize(alphas.size());
  bound.mean_gain_.resize(alphas.size());
  bound.spread_.resize(alphas.size());
  // Solutions of all evaluated alphas side by side: one product predicts from them.
  const std::vector<std::size_t> evaluated = EvaluatedAlphas(alphas.size());
  const Eigen::Index draws = b.cols();
  RowMatrix<double> solutions(b.rows(), draws * static_cast<Eigen::Index>(evaluated.size()));
  RowMatrix<double> z;
  for (std::size_t i = 0; i < evaluated.size(); ++i) {
    fit.solver.Solve(alphas[evaluated[i]], b, z);
    solutions.middleCols(static_cast<Eigen::Index>(i) * draws, draws) = z;
  }
  const Eigen::ArrayXd predicted = squares_of(solutions);
  const Eigen::ArrayXd spreads = WeightedSquares(bound.along_, solutions.data(), solutions.cols());
  const Eigen::ArrayXd means = (fit.shift * solutions).transpose().array();
  for (std::size_t i = 0; i < evaluated.size(); ++i) {
    const std::size_t a = evaluated[i];
    const Eigen::Index begin = static_cast<Eigen::Index>(i) * draws;
    bound.gain_[a] =
        bound.unit_ * RootOfMean(predicted.segment(begin, draws).mean(), fit.evaluation_count);
    bound.mean_gain_[a] =
        bound.unit_ * RootOfMean(means.segment(begin, draws).square().sum(), kDraws);
    bound.spread_[a] = bound.unit_ * RootOfMean(spreads.segment(begin, draws).mean(), 1);
    if (i == 0) continue;
    const std::size_t before = evaluated[i - 1];
    for (std::size_t between = before + 1; between < a; ++between) {
      const double share =
          std::log(alphas[between] / alphas[before]) / std::log(alphas[a] / alphas[before]);
      for (std::vector<double>* of : {&bound.gain_, &bound.mean_gain_, &bound.spread_}) {
        (*of)[between] = std::pow((*of)[before], 1 - share) * std::pow((*of)[a], share);
      }
    }
  }
  return bound;
}

Eigen::ArrayXd RoundingBound::ScaleFrom(const TargetStatistics& train,
                                        const Eigen::ArrayXd& squares) const {
  // About the origin of the sums: a mean that is taken out afterwards has been rounded in them.
  Eigen::ArrayXd square = train.squares;
  if (of_sums_) square += train.count * train.mean.square();
  if (of_sums_) square += squares / static_cast<double>(std::max<Eigen::Index>(1, along_.size()));
  const Eigen::ArrayXd deviation = (train.squares / train.count).sqrt();
  if (unit_ < kGrowth * kUnitRoundoff<float>) return square.sqrt();
  return HeldInSingle(deviation).select(square.sqrt(), kUnbounded);
}

template <typename Scalar>
Eigen::ArrayXd RoundingBound::Scale(const TargetStatistics& train, const Scalar* cross) const {
  return ScaleFrom(train, WeightedSquares(inverse_square_, cross, train.squares.size()));
}

Eigen::ArrayXd RoundingBound::ScaleOfRotated(const TargetStatistics& train,
                                             const float* rotated) const {
  const Vector ones = Vector::Ones(along_.size());
  return ScaleFrom(train, WeightedSquares(ones, rotated, train.squares.size()));
}

double RoundingBound::ErrorBoundOfMean(Metric metric, double error, const Judged& judged,
                                       Eigen::Index target) {
  const double n = judged.evaluation.count;
  const double predicted = judged.predictions.shift(target);
  if (metric == Metric::kR2) {
    const double off = judged.evaluation.mean(target) - judged.train.mean(target) - predicted;
    return n * error * (2.0 * std::abs(off) + error) / judged.evaluation.squares(target);
  }
  if (metric != Metric::kCosine) return 0;  // r is about the means
  const double whole = predicted + judged.origin(target);
  return error / std::sqrt(judged.predictions.squares(target) / n + whole * whole);
}

template <typename Scalar>
Eigen::ArrayXd RoundingBound::ScoreErrorBound(Metric metric, const Eigen::ArrayXd& scale,
                                              const std::vector<int>& alpha,
                                              const Scalar* coefficients,
                                              const Judged& judged) const {
  const TargetStatistics& evaluation = judged.evaluation;
  const Eigen::ArrayXd& squares = judged.predictions.squares;
  const double n = evaluation.count;
  const Eigen::ArrayXd sizes = WeightedSquares(along_, coefficients, squares.size());
  Eigen::ArrayXd error_bound(squares.size());
  for (Eigen::Index target = 0; target < error_bound.size(); ++target) {
    const std::size_t a = Size(alpha[Size(target)]);
    const double error = gain_[a] * scale(target);
    if (evaluation.squares(target) == 0.0 || scale(target) == 0.0 || error == 0.0) {
      error_bound(target) = 0;
      continue;
    }
    // r and cosine are relative to the predictions' size, r2 to the target's.
    const double size =
        std::sqrt(metric == Metric::kR2 ? evaluation.squares(target) : squares(target));
    // Part of the error is correlated with the target by chance, and it has a size of its own.
    const double share = error / (size / std::sqrt(n));
    // The evaluation words' cross-products err as well.
    const double of_products = unit_ * scale(target) * std::sqrt(n / train_count_) *
                               (std::sqrt(sizes(target)) + spread_[a] * scale(target)) /
                               (size * std::sqrt(evaluation.squares(target)));
    double bound = share / std::sqrt(n) + 0.5 * share * share + of_products;
    if (metric == Metric::kR2) {
      // The square of the residual has twice the error. r and cosine do not depend on the size of
      // the predictions, so that an error along them does nothing. r2 does, and the two may well
      // lie along each other: both are large in directions that training words hardly span.
      bound = 2.0 * (bound + std::sqrt(squares(target)) / size * share);
    }
    bound += ErrorBoundOfMean(metric, mean_gain_[a] * scale(target), judged, target);
    error_bound(target) = std::isfinite(bound) ? bound : kUnbounded;
  }
  return error_bound;
}

Eigen::ArrayXd RoundingBound::PredictionError(const Eigen::ArrayXd& scale,
                                              const std::vector<int>& alpha) const {
  Eigen::ArrayXd error = scale;
  for (Eigen::Index target = 0; target < error.size(); ++target) {
    error(target) *= gain_[Size(alpha[Size(target)])];
  }
  return error;
}

void RoundingBound::AddInflation(const Eigen::ArrayXd& scale,
                                 Eigen::Ref<Criterion> inflation) const {
  for (Eigen::Index a = 0; a < inflation.rows(); ++a) {
    const double gain = gain_[Size(a)];
    const double mean_gain = mean_gain_[Size(a)];
    inflation.row(a).array() +=
        evaluation_count_ * (gain * gain + mean_gain * mean_gain) * scale.square().transpose();
  }
}

std::int64_t RoundingBound::held_bytes() const {
  return HeldBytes(inverse_square_) + HeldBytes(along_) + HeldBytes(gain_) + HeldBytes(mean_gain_) +
         HeldBytes(spread_);
}

Eigen::ArrayXd ErrorBoundOfMeans(const TargetStatistics& train, const Eigen::ArrayXd& origin,
                                 const HeldOutSums& predictions, double count) {
  const Eigen::ArrayXd deviation = (train.squares / train.count).sqrt();
  const Eigen::ArrayXd size =
      (predictions.squares / count + (origin + predictions.shift).square()).sqrt();
  const Eigen::ArrayXd error_bound = 0.5 * kUnitRoundoff<float> * deviation / size;
  return (deviation > 0.0).select(error_bound.isFinite().select(error_bound, kUnbounded), 0.0);
}

double ExplainedErrorBound(const RoundingBound::Fit& fit, const RoundingBound::Errors& errors) {
  const Vector& values = fit.solver.diagonal();
  const Eigen::ArrayXd spans = fit.solver.Spanned();
  const Eigen::ArrayXd along =
      (fit.rotation.transpose() * errors.draws).rowwise().squaredNorm().array() / kDraws;
  const double sum = (spans * along / (values.array() + (1.0 - spans))).sum();
  return kGrowth * errors.unit * std::sqrt(sum);
}

Eigen::ArrayXd ResidualErrorBounds(const RoundingBound::Fit& fit,
                                   const RoundingBound::Errors& errors,
                                   const std::vector<double>& alphas) {
  const Eigen::ArrayXd values = fit.solver.diagonal().array();
  const Eigen::ArrayXd along =
      fit.solver.Spanned() *
      (fit.rotation.transpose() * errors.draws).rowwise().squaredNorm().array() / kDraws;
  Eigen::ArrayXd bounds(static_cast<Eigen::Index>(alphas.size()));
  for (Eigen::Index a = 0; a < bounds.size(); ++a) {
    const Eigen::ArrayXd sums = values + alphas[Size(a)];
    const Eigen::ArrayXd slope = (sums + alphas[Size(a)]) / sums.square();
    bounds(a) = kGrowth * errors.unit * std::sqrt((along * values * slope.square()).sum());
  }
  return bounds;
}

void AddExplainedErrorBound(const Eigen::ArrayXd& error_bound, const TargetStatistics& train,
                            Criterion& inflation) {
  // Along a direction that is mostly noise the target has about its deviation.
  constexpr double kDeviations = 4.0;
  const Eigen::ArrayXd deviation = (train.squares / train.count).sqrt();
  inflation.array().rowwise() +=
      (error_bound.square() + kDeviations * error_bound * deviation).transpose();
}

Flags HidesTheLeast(const Criterion& criterion, const Criterion& inflation) {
  Flags hides(criterion.cols());
  for (Eigen::Index target = 0; target < criterion.cols(); ++target) {
    const double least = criterion.col(target).minCoeff();
    bool found = false;
    for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
      const double added = inflation(a, target);
      // Comparisons that fail for what is not a number.
      const bool is_visible = added > 0 && !(added <= kVisibleShare * least);
      found = found || (is_visible && !(criterion(a, target) - added > least));
    }
    hides(target) = found || !std::isfinite(least);
  }
  return hides;
}

#define BRAINALIGN_INSTANTIATE(T)                                                           \
  template Eigen::ArrayXd RoundingBound::Scale<T>(const TargetStatistics&, const T*) const; \
  template Eigen::ArrayXd RoundingBound::ScoreErrorBound<T>(                                \
      Metric, const Eigen::ArrayXd&, const std::vector<int>&, const T*, const Judged&) const;

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
