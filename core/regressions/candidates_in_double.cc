#include "core/regressions/candidates_in_double.h"

#include <algorithm>

namespace brainalign {
namespace {

// A sum of errors with random signs, each of some roundoffs, is assumed to be off by at most so
// many standard deviations of errors of one roundoff.
constexpr double kDeviations = 32;
// Targets at a time.
constexpr std::size_t kTargetsInDouble = 16;

// The distinct targets of some candidates, and what is known of them.
struct SomeTargets {
  std::vector<int> index;   // (m) ascending
  std::vector<int> column;  // by candidate: of `index`
  RowMatrix<float> values;  // (n, m)
  FoldTargets statistics;
  PerSet<CrossSums> cross;
};

// The same for every set of a fold.
template <typename Value, typename Of>
PerSet<Value> OfEachSet(const PerSet<Value>& all, const Of& of) {
  PerSet<Value> some{of(all.train), of(all.test), {}, {}};
  for (const Value& set : all.inner_test) some.inner_test.push_back(of(set));
  for (const Value& set : all.inner_train) some.inner_train.push_back(of(set));
  return some;
}

// `exactly`: with cross-products that are summed in double precision.
SomeTargets Gather(const std::vector<AlphaCandidate>& candidates,
                   const TargetsWithCross<float>& targets, const FoldSets& sets, bool exactly) {
  SomeTargets some;
  for (const AlphaCandidate& candidate : candidates) {
    some.index.push_back(static_cast<int>(candidate.target));
  }
  std::sort(some.index.begin(), some.index.end());
  some.index.erase(std::unique(some.index.begin(), some.index.end()), some.index.end());
  for (const AlphaCandidate& candidate : candidates) {
    const auto found = std::lower_bound(some.index.begin(), some.index.end(), candidate.target);
    some.column.push_back(static_cast<int>(found - some.index.begin()));
  }
  some.values = targets.values(Eigen::all, some.index);
  some.statistics = OfEachSet(targets.statistics, [&](const TargetStatistics& all) {
    return TargetStatistics{all.count, all.mean(some.index), all.squares(some.index)};
  });
  some.cross = exactly ? FoldCrossSumsInDouble<float>(targets.features, some.values, sets)
                       : OfEachSet(targets.cross, [&](const CrossSums& all) {
                           return CrossSums{all.product(Eigen::all, some.index)};
                         });
  return some;
}

// Calls `of_alpha(alpha, first, columns)` for each alpha: the candidates from `first` on have it,
// and are of these columns of the targets.
template <typename OfAlpha>
void ForEachAlphaOf(const std::vector<AlphaCandidate>& candidates, const SomeTargets& some,
                    const OfAlpha& of_alpha) {
  for (std::size_t first = 0; first < candidates.size();) {
    const Eigen::Index alpha = candidates[first].alpha;
    std::vector<int> columns;
    std::size_t last = first;
    for (; last < candidates.size() && candidates[last].alpha == alpha; ++last) {
      columns.push_back(some.column[last]);
    }
    of_alpha(Size(alpha), static_cast<Eigen::Index>(first), columns);
    first = last;
  }
}

// (m) Squares of T (RoundingBound::Scale) times the roundoff.
Eigen::RowVectorXd SquaredErrorOfSums(const RoundingBound::Errors& errors,
                                      const TargetStatistics& targets,
                                      const RowMatrix<double>& centred) {
  const Eigen::ArrayXd d = errors.deviation.array();
  const Vector inverse = (d > 0.0).select(d.square().inverse(), 0.0).matrix();
  Eigen::RowVectorXd squares = inverse.transpose() * centred.cwiseAbs2() /
                               static_cast<double>(std::max<Eigen::Index>(1, d.size()));
  squares += (targets.squares + targets.count * targets.mean.square()).matrix().transpose();
  return errors.unit * errors.unit * squares;
}

// (candidates) The variance of each candidate's criterion less that of the same target's first
// candidate, because all err alike and only differences matter. `derivative` (p, candidates): by
// cross-products whose errors have T = 1. `of_sums` (m): SquaredErrorOfSums.
Eigen::RowVectorXd VarianceOfDifferences(const RoundingBound::Errors& errors,
                                         const SomeTargets& some, const Matrix& derivative,
                                         const Eigen::RowVectorXd& of_sums) {
  const Matrix along = errors.draws.transpose() * derivative;
  Eigen::RowVectorXd variance(along.cols());
  std::vector<Eigen::Index> first(some.index.size(), -1);
  for (Eigen::Index c = 0; c < along.cols(); ++c) {
    const int column = some.column[Size(c)];
    Eigen::Index& of_target = first[Size(column)];
    if (of_target < 0) of_target = c;
    variance(c) = (along.col(c) - along.col(of_target)).squaredNorm() * of_sums(column) /
                  static_cast<double>(along.rows());
  }
  return variance;
}

// `of` of a few targets at a time, which limits the memory.
template <typename Of>
CandidateCriteria SomeAtOnce(const std::vector<AlphaCandidate>& candidates, const Of& of) {
  std::vector<Eigen::Index> targets;
  for (const AlphaCandidate& candidate : candidates) targets.push_back(candidate.target);
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  const auto count = static_cast<Eigen::Index>(candidates.size());
  CandidateCriteria all = {Eigen::RowVectorXd(count), Eigen::RowVectorXd(count)};
  for (std::size_t begin = 0; begin < targets.size(); begin += kTargetsInDouble) {
    const Eigen::Index first = targets[begin];
    const Eigen::Index last = targets[std::min(begin + kTargetsInDouble, targets.size()) - 1];
    std::vector<AlphaCandidate> some;
    std::vector<Eigen::Index> at;
    for (Eigen::Index c = 0; c < count; ++c) {
      const AlphaCandidate& candidate = candidates[Size(c)];
      if (candidate.target < first || candidate.target > last) continue;
      some.push_back(candidate);
      at.push_back(c);
    }
    const CandidateCriteria found = of(some);
    all.sum(at) = found.sum;
    all.error_bound(at) = found.error_bound;
  }
  return all;
}

// One inner fold, with its targets.
class OneInnerFold {
 public:
  OneInnerFold(const InnerFit& inner, const SomeTargets& some, const TargetsWithCross<float>& all,
               std::size_t j)
      : inner_(inner),
        train_(some.statistics.inner_train[j]),
        test_(some.statistics.inner_test[j]),
        moved_(all.mean.inner_test[j] - all.mean.inner_train[j]),
        cross_(CentredCross(some.cross.inner_train[j], all.mean.inner_train[j], train_)),
        b_(inner.ridge.Rotate(cross_)) {
    if (inner.judge) {
      h_ = CentredCross(some.cross.inner_test[j], all.mean.inner_test[j], test_);
    } else {
      h_ = OnEvaluationWords<float>(inner.ridge, some.values, some.cross.inner_test[j],
                                    all.mean.inner_test[j], test_, inner.positions);
    }
  }

  // Sets errors() and derivatives of these targets at an alpha.
  void Fit(double alpha, const std::vector<int>& columns) {
    const Ridge& ridge = inner_.ridge;
    const RowMatrix<double> b = b_(Eigen::all, columns);
    const RowMatrix<double> h = h_(Eigen::all, columns);
    const Eigen::RowVectorXd offset = (test_.mean - train_.mean)(columns).matrix().transpose();
    RowMatrix<double> z;
    ridge.Solve(alpha, b, z);
    weights_.noalias() = ridge.rotation() * z;
    const Eigen::RowVectorXd off = offset - moved_.transpose() * weights_;
    Eigen::RowVectorXd squares;
    Eigen::RowVectorXd products;
    if (inner_.judge) {
      const Matrix rotated = inner_.inner_test_gram * weights_;
      squares = weights_.cwiseProduct(rotated).colwise().sum();
      products = weights_.cwiseProduct(h).colwise().sum();
      slope_ = ridge.rotation().transpose() * (h - rotated + test_.count * moved_ * off);
    } else {
      const EvaluationMoments& moments = ridge.evaluation();
      const HeldOutSums sums = moments.Predict(z, h);
      squares = sums.squares.matrix().transpose();
      products = sums.products.matrix().transpose();
      const Matrix left = h - moments.values * z;
      slope_ = moments.direct() ? Matrix(moments.values.transpose() * left) : left;
      slope_ += test_.count * moments.shift.transpose() * off;
    }
    errors_ = test_.squares(columns).matrix().transpose() - 2.0 * products + squares +
              test_.count * off.cwiseAbs2();
    RowMatrix<double> solved;
    ridge.Solve(alpha, slope_, solved);
    derivative_.noalias() = ridge.rotation() * solved;
  }

  const Eigen::RowVectorXd& errors() const { return errors_; }
  const Matrix& derivative() const { return derivative_; }
  const Matrix& weights() const { return weights_; }

  // (candidates) The variance of half the errors, from that of the cross-products. `derivative`,
  // `weights` (p, candidates): of all candidates.
  Eigen::RowVectorXd Variance(const RoundingBound::Errors& errors, const SomeTargets& some,
                              const Matrix& derivative, const Matrix& weights) const {
    Eigen::RowVectorXd variance =
        VarianceOfDifferences(errors, some, derivative, SquaredErrorOfSums(errors, train_, cross_));
    if (inner_.judge) {
      variance +=
          VarianceOfDifferences(errors, some, weights, SquaredErrorOfSums(errors, test_, h_));
    }
    return variance;
  }

 private:
  const InnerFit& inner_;
  const TargetStatistics& train_;
  const TargetStatistics& test_;
  const Vector moved_;  // (p) mean of the words of the inner test set less that of the others
  const RowMatrix<double> cross_;
  const RowMatrix<double> b_;
  RowMatrix<double> h_;
  Matrix weights_;             // (p, columns) of the features
  Matrix slope_;               // (p, columns) in the basis
  Matrix derivative_;          // (p, columns) by the cross-products, of half the errors
  Eigen::RowVectorXd errors_;  // (columns)
};

}  // namespace

CandidateCriteria BlockedCandidates::Of(int level,
                                        const std::vector<AlphaCandidate>& candidates) const {
  const SomeTargets some = Gather(candidates, targets_, sets_, level > 0);
  const auto count = static_cast<Eigen::Index>(candidates.size());
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(count);
  Eigen::RowVectorXd variance = Eigen::RowVectorXd::Zero(count);
  Matrix derivative(targets_.features.cols(), count);
  Matrix weights(derivative.rows(), count);
  for (std::size_t j = 0; j < fits_.size(); ++j) {
    if (j == left_out_) continue;
    OneInnerFold fold(fits_[j], some, targets_, j);
    ForEachAlphaOf(candidates, some,
                   [&](std::size_t alpha, Eigen::Index first, const std::vector<int>& columns) {
                     fold.Fit(alphas_[alpha], columns);
                     const auto width = static_cast<Eigen::Index>(columns.size());
                     sum.segment(first, width) += fold.errors();
                     derivative.middleCols(first, width) = fold.derivative();
                     weights.middleCols(first, width) = fold.weights();
                   });
    variance += fold.Variance(errors_, some, derivative, weights);
  }
  return {sum, 2.0 * kDeviations * variance.cwiseSqrt()};
}

CandidateCriteria GcvCandidates::Of(int level,
                                    const std::vector<AlphaCandidate>& candidates) const {
  const SomeTargets some = Gather(candidates, targets_, sets_, level > 0);
  const TargetStatistics& train = some.statistics.train;
  const RowMatrix<double> cross = CentredCross(some.cross.train, targets_.mean.train, train);
  const RowMatrix<double> b = fit_.Rotate(cross);
  const Criterion criterion = GcvCriterion(fit_, b, train, alphas_);
  const Vector divisor = GcvDivisors(fit_, alphas_);
  const Eigen::RowVectorXd error = SquaredErrorOfSums(errors_, train, cross);
  const Eigen::ArrayXd values = fit_.eigenvalues().array();
  const Eigen::ArrayXd spans = fit_.solver().Spanned();
  const auto count = static_cast<Eigen::Index>(candidates.size());
  CandidateCriteria found = {Eigen::RowVectorXd(count), Eigen::RowVectorXd(count)};
  Matrix derivative(b.rows(), count);
  ForEachAlphaOf(candidates, some,
                 [&](std::size_t alpha, Eigen::Index first, const std::vector<int>& columns) {
                   const Eigen::ArrayXd sums = values + alphas_[alpha];
                   const Vector slope = (spans * (sums + alphas_[alpha]) / sums.square()).matrix();
                   const auto width = static_cast<Eigen::Index>(columns.size());
                   const auto row = static_cast<Eigen::Index>(alpha);
                   derivative.middleCols(first, width) =
                       slope.asDiagonal() * b(Eigen::all, columns) / divisor(row);
                   const Eigen::RowVectorXd of_alpha = criterion.row(row);
                   found.sum.segment(first, width) = of_alpha(columns);
                 });
  found.error_bound =
      2.0 * kDeviations *
      VarianceOfDifferences(errors_, some, fit_.rotation() * derivative, error).cwiseSqrt();
  return found;
}

CandidateCriteria BlockedCandidates::At(int level,
                                        const std::vector<AlphaCandidate>& candidates) const {
  return SomeAtOnce(candidates,
                    [&](const std::vector<AlphaCandidate>& some) { return Of(level, some); });
}

CandidateCriteria GcvCandidates::At(int level,
                                    const std::vector<AlphaCandidate>& candidates) const {
  return SomeAtOnce(candidates,
                    [&](const std::vector<AlphaCandidate>& some) { return Of(level, some); });
}

double CandidatesInDoubleBytes(const ProblemSize& size, double features) {
  // Weights and derivatives of every alpha, once more of one; and cross-products of every set.
  const auto targets = static_cast<double>(kTargetsInDouble);
  return 8 * features * targets * (2 * size.alphas + 6 + 2 * size.sets()) +
         size.value_bytes * size.words * targets;
}

}  // namespace brainalign
