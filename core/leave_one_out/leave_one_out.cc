#include "core/leave_one_out/leave_one_out.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/leave_one_out/concentration.h"
#include "core/leave_one_out/few_words_errors.h"
#include "core/leave_one_out/many_words_errors.h"
#include "core/linalg/held_bytes.h"

namespace brainalign {
namespace {

// Targets whose two least errors are summed from the words whatever their error bound.
constexpr Eigen::Index kProbes = 8;

// For estimates of work: the share of targets and alphas whose errors are summed from the words (a
// third with hundreds of words, a thirtieth with tens of thousands), and the share of the
// directions of the features that this and the leverages of many words take.
constexpr double kSummedShare = 0.1;
constexpr double kDirectionsShare = 0.5;

// Whether the weights of all words are held: if T is double.
bool HoldsAllWeights(const ProblemSize& size) { return size.value_bytes > 4; }

// From a sample of the leverages, whose mean over all words is known.
LeaveOneOutMoments MomentsOf(const LeverageSample& sample, const Ridge& ridge,
                             const std::vector<double>& alphas) {
  const Matrix leverage = sample.leverage.cast<double>();
  LeaveOneOutMoments moments = {Vector(leverage.cols()), Vector(leverage.cols())};
  for (Eigen::Index a = 0; a < leverage.cols(); ++a) {
    const auto of_words = leverage.col(a).array();
    const double mean = MeanLeverage(ridge, alphas[Size(a)]);
    const Eigen::ArrayXd excess = of_words.unaryExpr(&ExcessOf<double>);
    // To first order the excess follows the leverage; a sample has to tell of the rest only.
    const double slope = 2.0 / std::pow(1.0 - mean, 3);
    moments.mean(a) = (excess - slope * (of_words - mean)).mean();
    const Eigen::ArrayXd squares = (excess - moments.mean(a)).square();
    moments.spread(a) =
        SpreadOfMany(squares.sum(), squares.square().sum(), static_cast<double>(squares.size()));
  }
  return moments;
}

// Positions of the words whose leverages are lost in rounding.
std::vector<std::int32_t> WordsOfLittleLeft(const RowMatrix<double>& excess) {
  constexpr double kMostExcess = 1.0 / (LeftOutWords::kLittleLeft * LeftOutWords::kLittleLeft);
  std::vector<std::int32_t> positions;
  for (Eigen::Index position = 0; position < excess.rows(); ++position) {
    // Of the smallest alpha, at which it is largest.
    if (!(excess(position, 0) <= kMostExcess)) {
      positions.push_back(static_cast<std::int32_t>(position));
    }
  }
  return positions;
}

// Where a leverage leaves less than this of 1 in a fit that interpolates, the weights follow the
// residuals: both are small at words that the features span. Then no estimate holds.
constexpr double kLeastRest = 0.5;

// Sets criteria that cannot be estimated to 0, with an infinite bound: they are computed anew.
void LeaveToSpannedWords(const SpannedWords& words, Criterion& criterion, Criterion& error_bound) {
  for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
    if (words.rest().col(a).minCoeff() >= kLeastRest) continue;
    criterion.row(a).setZero();
    error_bound.row(a).setConstant(std::numeric_limits<double>::infinity());
  }
}

}  // namespace

template <typename T>
absl::StatusOr<LeaveOneOut<T>> LeaveOneOut<T>::Make(const Ridge& ridge,
                                                    const ColMatrix<T>& features,
                                                    const FoldSets& sets,
                                                    const std::vector<double>& alphas) {
  LeaveOneOut loo;
  loo.alphas_ = alphas;
  loo.sets_ = sets;
  LeaveOneOutMoments moments;
  if constexpr (std::is_same_v<T, float>) {
    loo.sample_ = SampleLeverages(ridge, features, sets, alphas);
    moments = MomentsOf(loo.sample_, ridge, alphas);
  } else {
    loo.weights_ = MakeLeaveOneOutWeights(ridge, features, sets, alphas);
    std::vector<std::int32_t> positions = WordsOfLittleLeft(loo.weights_.excess);
    if (positions.size() > LeftOutWords::kMost) {
      positions.clear();
      loo.spanned_ = SpannedWords(ridge, features, sets, alphas);
      loo.weights_ = {};
      loo.weights_.moments = MomentsOfWeights(loo.spanned_.rest().array().square().inverse() - 1.0,
                                              ridge.train_count());
    }
    auto left_out = LeftOutWords::Make(ridge, features, sets, alphas, positions);
    if (!left_out.ok()) return left_out.status();
    loo.left_out_ = *std::move(left_out);
    GiveNoWeight(positions, ridge.train_count(), loo.weights_);
    moments = loo.weights_.moments;
  }
  loo.mean_excess_ = moments.mean;
  loo.spread_ = moments.spread;
  return loo;
}

template <typename T>
Criterion LeaveOneOut<T>::Evaluate(const Ridge& ridge, const ColMatrix<T>& features,
                                   const RowMatrix<double>& b, const TargetStatistics& train,
                                   const RowMatrixRef<T>& targets,
                                   const SharedChoice* shared) const {
  const Criterion residual_squares = ResidualSquares(ridge, b, train, alphas_);
  const Criterion sum_bound =
      BoundOfWeightedSums(Concentration<T>(targets, train, sets_), train, residual_squares);
  Criterion error_bound = spread_.asDiagonal() * sum_bound.cwiseProduct(residual_squares);
  Criterion criterion = (1.0 + mean_excess_.array()).matrix().asDiagonal() * residual_squares;
  const CandidateInputs<T> inputs = {ridge, features, b, train, targets, alphas_};
  if constexpr (std::is_same_v<T, float>) {
    SettleNearTies(ManyWordsErrors(inputs, sets_, sample_, residual_squares, sum_bound),
                   error_bound, shared, kProbes, criterion);
  } else if (!spanned_.empty()) {
    LeaveToSpannedWords(spanned_, criterion, error_bound);
    SettleNearTies(SpannedErrors(inputs, spanned_), error_bound, shared, kProbes, criterion);
  } else {
    const Criterion of_left_out = left_out_.Errors(b, train, targets);
    criterion += of_left_out;
    SettleNearTies(
        FewWordsErrors(inputs, sets_, weights_, residual_squares, sum_bound, of_left_out),
        error_bound, shared, kProbes, criterion);
  }
  return criterion;
}

template <typename T>
void LeaveOneOut<T>::SetExactly(const Ridge& ridge, const ColMatrix<T>& features,
                                const RowMatrix<double>& b, const TargetStatistics& train,
                                const RowMatrixRef<T>& targets, const std::vector<int>& index,
                                Criterion& criterion) const {
  if constexpr (std::is_same_v<T, double>) {
    std::vector<AlphaCandidate> candidates;
    for (std::size_t target = 0; target < index.size(); ++target) {
      candidates.push_back({index[target], static_cast<Eigen::Index>(target)});
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const auto& one, const auto& other) { return one.alpha < other.alpha; });
    const CandidateInputs<T> inputs = {ridge, features, b, train, targets, alphas_};
    const Criterion of_left_out = left_out_.Errors(b, train, targets);
    const Eigen::RowVectorXd sums =
        spanned_.empty() ? ErrorsInDoublePrecision<T>(inputs, weights_.excess, candidates).sum
                         : spanned_.Errors(inputs, candidates);
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      const auto [alpha, target] = candidates[c];
      criterion(alpha, target) = sums(static_cast<Eigen::Index>(c)) + of_left_out(alpha, target);
    }
  }
}

template <typename T>
std::int64_t LeaveOneOut<T>::held_bytes() const {
  std::int64_t bytes = HeldBytes(alphas_) + HeldBytes(weights_.excess) +
                       HeldBytes(weights_.rotated) + HeldBytes(weights_.moments.mean) +
                       HeldBytes(weights_.moments.spread) + HeldBytes(sample_.positions) +
                       HeldBytes(sample_.leverage) + left_out_.held_bytes() +
                       spanned_.held_bytes() + HeldBytes(mean_excess_) + HeldBytes(spread_);
  for (const WordSet& part : sets_.parts) bytes += HeldBytes(part.removed);
  return bytes;
}

LeaveOneOutBytes BytesOfLeaveOneOut(const ProblemSize& size, double features, double targets) {
  LeaveOneOutBytes bytes;
  // The rotation again; with few words all of them in its basis.
  bytes.making = 8 * features * (features + size.alphas);
  // Alphas that are near ties; the coefficients of some hundreds of them at a time.
  bytes.evaluating =
      8 * size.alphas * targets * 5 + 8 * 4 * features * targets + 8 * features * features;
  if (HoldsAllWeights(size)) {
    bytes.held =
        size.words * (8 * size.alphas + 4 * features) + LeftOutWordsBytes(features, size.alphas);
    bytes.making += MakeLeftOutWordsBytes(features);
    bytes.evaluating += 4 * size.words * size.alphas;
  } else {
    const double sampled = std::min(size.words, 2.0 * kSampledWords);
    bytes.held = 4 * sampled * size.alphas;
    bytes.making += 4 * sampled * features;
    bytes.evaluating += 4 * size.words * size.alphas;
  }
  return bytes;
}

Work LeaveOneOutWeightsWork(const ProblemSize& size, double features) {
  const double words =
      HoldsAllWeights(size) ? size.words : std::min<double>(size.words, kSampledWords);
  return OnWords(size.value_bytes,
                 2 * (size.folds - 1) * words * features * (features + size.alphas));
}

Work LeaveOneOutErrorsWork(const ProblemSize& size, double features, double targets,
                           double at_once) {
  const double directions = kDirectionsShare * features;
  Work work;
  work.single_operations =
      kSummedShare * size.folds * size.alphas * 2 * size.words * directions * targets;
  if (!HoldsAllWeights(size)) {
    work.single_operations +=
        std::ceil(targets / at_once) * 2 * (size.folds - 1) * size.words * features * directions;
  }
  return work;
}

template class LeaveOneOut<float>;
template class LeaveOneOut<double>;

}  // namespace brainalign
