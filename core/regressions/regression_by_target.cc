#include "core/regressions/regression_by_target.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/leave_one_out/leverage.h"
#include "core/linalg/held_bytes.h"
#include "core/linalg/single_range.h"
#include "core/problem/needs_double.h"
#include "core/regressions/candidates_in_double.h"
#include "core/regressions/choices_without_folds.h"
#include "core/regressions/fold_words.h"
#include "core/ridge/metrics.h"
#include "core/ridge/score_derivative.h"

namespace brainalign {
namespace {

// Mean leverage above which words may have leverages so near 1 that single precision loses what is
// left of them.
constexpr double kMostLeverage = 0.5;
// And of any word: its error divides what is left, whose rounding then shows.
constexpr double kMostLeverageOfWord = 0.99;
// Scores that rounding of float64 may have moved by more are formed from the words' predictions.
constexpr double kVisibleError = 1e-7;
// Targets whose two least criteria are computed in double precision whatever their error bound.
constexpr Eigen::Index kProbes = 2;
// Of a prediction's size: an error that no score can show.
constexpr double kSmallShare = 1e-6;
// Roundoffs of cross-products' errors.
constexpr double kRoundoffs = 4;
// So are those nearer to the ends of what a score can be: sums of moments may overstep them.
constexpr double kNearlyOne = 1.0 - 1e-9;

// The share that a sum of squares is off by. The sum was about an origin that is not the mean.
double ErrorOfSquares(const TargetStatistics& of, Eigen::Index target) {
  const double beside = of.count * of.mean(target) * of.mean(target) / of.squares(target);
  return kUnitRoundoff<double> * Eigen::numext::sqrt(of.count) * (1 + beside);
}

RoundingBound BoundOf(const Ridge& ridge, const RoundingBound::Errors& errors,
                      const std::vector<double>& alphas) {
  return RoundingBound::Make(FitOf(ridge), errors, alphas, [&](const RowMatrix<double>& z) {
    return ridge.evaluation().Squares(z);
  });
}

}  // namespace

template <typename T>
absl::StatusOr<RegressionByTarget<T>> RegressionByTarget<T>::Make(
    const ColMatrix<T>& features, const std::vector<FeatureSums>& segment_sums,
    const Segments& segments, int fold, const FeatureScaling& scaling, const AlignmentSpec& spec,
    const Matrix* back) {
  const FoldSets& sets = segments.folds[static_cast<std::size_t>(fold)];
  PerSet<CentredFeatures> moments = AssembleFeatures(segment_sums, features, sets);
  Vector scale = Vector::Ones(features.cols());
  if (scaling.zscored > 0) {
    scale.head(scaling.zscored) =
        scaling.factor * InverseDeviation(moments.train).head(scaling.zscored);
  }
  const bool wants_eigenvalues =
      spec.selection == Selection::kLoo || spec.selection == Selection::kGcv;

  const Vector deviation = Deviation(moments.train);
  if (std::is_same_v<T, float> && !SingleHolds(deviation)) {
    return NeedsDouble("features are too large or too small for single precision");
  }
  const RoundingBound::Errors errors =
      back ? RoundingBound::InBf16(*back, deviation)
           : RoundingBound::Independent((moments.train.summed / moments.train.count).cwiseSqrt(),
                                        kUnitRoundoff<T>);
  RegressionByTarget problem;
  const absl::StatusOr<bool> predicts_words =
      MustPredictWords(features, moments, scale, segments, fold, spec.direction);
  if (!predicts_words.ok()) return predicts_words.status();
  problem.predicts_words_ = *predicts_words;
  problem.sets_ = sets;
  problem.errors_ = errors;
  problem.means_.train = moments.train.mean;
  problem.means_.test = moments.test.mean;
  Ridge::Options options;
  options.smallest_alpha = spec.alphas.front();
  options.basis = wants_eigenvalues ? Ridge::Basis::kEigen : Ridge::Basis::kTridiagonal;
  // From its words where they are fewer than the features, else from its Gram matrix.
  const auto judged_directly = [&](const WordSet& set) { return set.count < features.cols(); };
  const auto fit = [&](const WordSet& set, const CentredFeatures& train,
                       const CentredFeatures& evaluation, const auto& train_positions,
                       std::vector<std::int32_t>& positions) {
    Ridge::Words words;
    if (std::is_same_v<T, double>) {
      words.train_factor = [&] { return FactorOfWords(features, train_positions(), train); };
      words.evaluation_factor = [&] {
        return FactorOfWords(features, Positions(segments, set), evaluation);
      };
    }
    Matrix rows;
    if (judged_directly(set)) {
      positions = Positions(segments, set);
      rows = WordsAbout(features, positions, evaluation);
      words.evaluation = &rows;
    }
    absl::StatusOr<Ridge> ridge = Ridge::Make(train, evaluation, scale, options, words);
    if (ridge.ok() && !ridge->resolves()) {
      return absl::StatusOr<Ridge>(
          NeedsDouble("the smallest alpha is too small for features that depend on each other"));
    }
    return ridge;
  };
  absl::StatusOr<Ridge> outer = fit(
      sets.test, moments.train, moments.test, [&] { return TrainPositions(segments, sets); },
      problem.test_positions_);
  if (!outer.ok()) return outer.status();
  problem.outer_.push_back(*std::move(outer));
  if (problem.fit().factorised()) problem.train_positions_ = TrainPositions(segments, sets);
  problem.rounding_ = BoundOf(problem.fit(), errors, spec.alphas);
  if (std::is_same_v<T, double> && problem.test_positions_.empty()) {
    problem.test_positions_ = Positions(segments, sets.test);
  }
  if (spec.selection == Selection::kGcv) {
    problem.explains_ = ExplainedErrorBound(FitOf(problem.fit()), errors);
    problem.residual_error_ = ResidualErrorBounds(FitOf(problem.fit()), errors, spec.alphas);
  }
  // Where nothing varies all alphas are alike, which only exact arithmetic shows.
  const bool varies = deviation.maxCoeff() > 0;
  std::optional<SinglePrecisionJudge::Combinations> combinations;
  for (std::size_t j = 0; j < moments.inner_train.size(); ++j) {
    // Inner fits only compare alphas: the precision of the words' own type will do.
    const bool in_single = std::is_same_v<T, float> && varies && !judged_directly(sets.parts[j]);
    options.judges = !in_single;
    std::vector<std::int32_t> positions;
    absl::StatusOr<Ridge> ridge = fit(
        sets.parts[j], moments.inner_train[j], moments.inner_test[j],
        [&] { return InnerTrainPositions(segments, sets, j); }, positions);
    if (!ridge.ok()) return ridge.status();
    InnerFit inner{*std::move(ridge), {}, {}, std::move(positions), {}, {}};
    if (in_single) {
      if (!combinations) {
        auto found = SinglePrecisionJudge::CombinationsFor(problem.fit(), spec.alphas);
        if (!found.ok()) return found.status();
        combinations = *std::move(found);
      }
      absl::StatusOr<SinglePrecisionJudge> judge = SinglePrecisionJudge::Make(
          inner.ridge, moments.inner_test[j], spec.alphas, *combinations, errors);
      if (!judge.ok()) return judge.status();
      inner.judge = *std::move(judge);
      inner.inner_test_gram = std::move(moments.inner_test[j].gram);
    } else {
      if (inner.ridge.factorised()) {
        inner.train_positions = InnerTrainPositions(segments, sets, j);
      }
      inner.rounding = BoundOf(inner.ridge, errors, spec.alphas);
    }
    problem.inner_.push_back(std::move(inner));
    problem.means_.inner_train.push_back(moments.inner_train[j].mean);
    problem.means_.inner_test.push_back(moments.inner_test[j].mean);
  }
  if (spec.selection == Selection::kLoo && spec.alphas.size() > 1) {
    if (std::is_same_v<T, float> &&
        MeanLeverage(problem.fit(), spec.alphas.front()) > kMostLeverage) {
      return NeedsDouble("a fold has few training words for its features");
    }
    absl::StatusOr<LeaveOneOut<T>> leave_one_out =
        LeaveOneOut<T>::Make(problem.fit(), features, sets, spec.alphas);
    if (!leave_one_out.ok()) return leave_one_out.status();
    problem.leave_one_out_ = *std::move(leave_one_out);
    if (std::is_same_v<T, float> &&
        problem.leave_one_out_->LargestLeverage() > kMostLeverageOfWord) {
      return NeedsDouble("single words decide a fit, as those with artefacts do");
    }
  }
  return problem;
}

template <typename T>
absl::Status RegressionByTarget<T>::Rotate(const TargetColumns<T>& targets,
                                           const WordsAndSums<T>& sums, Buffers& /*buffers*/,
                                           Cross& cross) const {
  const TargetStatistics& train = targets.statistics.train;
  cross.features = &sums.features;
  cross.sums = &sums.cross;
  const RowMatrix<double> centred = CentredCross(sums.cross.train, means_.train, train);
  cross.scale = rounding_.Scale(train, centred.data());
  cross.train =
      OnTrainingWords<T>(fit(), sums.features, targets.values, centred, train, train_positions_);
  cross.test = OnEvaluationWords<T>(fit(), targets.values, sums.cross.test, means_.test,
                                    targets.statistics.test, test_positions_);
  return absl::OkStatus();
}

template <typename T>
ChosenAlphas RegressionByTarget<T>::Choose(const AlignmentSpec& spec,
                                           const TargetColumns<T>& targets, const Cross& cross,
                                           Buffers& buffers) const {
  const RowMatrix<double>& b = cross.train;
  const std::vector<double>& alphas = spec.alphas;
  ChosenAlphas chosen = {std::vector<int>(Size(b.cols()), 0), Flags::Constant(b.cols(), false)};
  if (alphas.size() == 1) return chosen;
  Criterion inflation = Criterion::Zero(static_cast<Eigen::Index>(alphas.size()), b.cols());
  const SharedChoice shared{targets.weight, targets.groups};
  const SharedChoice* shared_choice = spec.shared_alpha ? &shared : nullptr;
  Criterion error_bound = inflation;
  Criterion criterion;
  const TargetsWithCross<T> all = {*cross.features, targets.values, targets.statistics, *cross.sums,
                                   means_};
  std::vector<BlockedErrors> of_inner_folds;
  Ties ties = Ties::kToLarger;
  switch (spec.selection) {
    case Selection::kFixed:
      return chosen;
    case Selection::kLoo:
      criterion = leave_one_out_->Evaluate(fit(), *cross.features, b, targets.statistics.train,
                                           targets.values, shared_choice);
      ties = Ties::kToSmaller;  // the first of the best, as RidgeCV keeps
      break;
    case Selection::kGcv:
      criterion = GcvCriterion(fit(), b, targets.statistics.train, alphas);
      error_bound = (2.0 * residual_error_ / GcvDivisors(fit(), alphas).array()).matrix() *
                    (targets.statistics.train.squares.sqrt() * cross.scale).matrix().transpose();
      break;
    case Selection::kBlocked:
      of_inner_folds = ErrorsOfInnerFolds(inner_, all, alphas);
      SumOfInnerFolds(of_inner_folds, {}).MoveTo(criterion, inflation, error_bound);
      break;
  }
  for (Eigen::Index target = 0; target < b.cols(); ++target) {
    if (targets.statistics.train.squares(target) == 0) error_bound.col(target).setZero();
  }
  SettleInDouble(spec, all, error_bound, shared_choice, criterion);
  const auto choose = [&] {
    chosen.index = spec.shared_alpha ? ChooseShared(criterion, targets.weight, targets.groups, ties)
                                     : ChoosePerTarget(criterion, ties);
  };
  choose();
  if (!errors_.of_sums) {
    SettleFromBf16(spec, targets, cross, all, error_bound, shared_choice, chosen.index, criterion);
    choose();
  }
  // Leave-one-out knows what rounding may do, and asks the words.
  if (spec.selection == Selection::kGcv) {
    AddExplainedErrorBound(explains_ * cross.scale, targets.statistics.train, inflation);
  }
  chosen.uncertain = HidesTheLeast(criterion, inflation);
  if (buffers.leaves_inner_folds_out) {
    buffers.without_inner_fold = ChooseWithoutInnerFolds<T>({inner_, all, sets_, alphas, errors_},
                                                            of_inner_folds, shared_choice);
  }
  if constexpr (std::is_same_v<T, double>) {
    if (buffers.keeps_criterion) {
      if (spec.selection == Selection::kLoo) {
        leave_one_out_->SetExactly(fit(), *cross.features, b, targets.statistics.train,
                                   targets.values, chosen.index, criterion);
      }
      buffers.criterion = spec.shared_alpha
                              ? LeastShared(criterion, chosen.index, targets.weight, targets.groups)
                              : LeastPerTarget(criterion, chosen.index);
    }
  }
  return chosen;
}

template <typename T>
void RegressionByTarget<T>::SettleInDouble(const AlignmentSpec& spec,
                                           const TargetsWithCross<T>& targets,
                                           const Criterion& error_bound, const SharedChoice* shared,
                                           Criterion& criterion) const {
  if constexpr (std::is_same_v<T, float>) {
    // Sums in bf16 leave too many near ties to decide them one by one.
    if (!errors_.of_sums) return;
    if (spec.selection == Selection::kGcv) {
      SettleNearTies(GcvCandidates(fit(), targets, sets_, spec.alphas, errors_), error_bound,
                     shared, kProbes, criterion);
    } else if (spec.selection == Selection::kBlocked) {
      SettleNearTies(BlockedCandidates(inner_, targets, sets_, spec.alphas, errors_), error_bound,
                     shared, kProbes, criterion);
    }
  }
}

template <typename T>
void RegressionByTarget<T>::Solve(const std::vector<double>& alphas, const Cross& cross,
                                  const ChosenAlphas& chosen, Solution& solution) const {
  const RowMatrix<double>& b = cross.train;
  solution.resize(b.rows(), b.cols());
  RowMatrix<double> part;
  RowMatrix<double> solved;
  for (std::size_t a = 0; a < alphas.size(); ++a) {
    std::vector<Eigen::Index> columns;
    for (std::size_t c = 0; c < chosen.index.size(); ++c) {
      if (chosen.index[c] == static_cast<int>(a)) columns.push_back(static_cast<Eigen::Index>(c));
    }
    if (columns.empty()) continue;
    part = b(Eigen::all, columns);
    fit().Solve(alphas[a], part, solved);
    solution(Eigen::all, columns) = solved;
  }
}

template <typename T>
HeldOutSums RegressionByTarget<T>::Judge(const Solution& solution, const Evaluation& evaluation,
                                         const Cross& cross, Buffers& /*buffers*/) const {
  return evaluation.Predict(solution, cross.test);
}

template <typename T>
void RegressionByTarget<T>::ScoreFromWords(const ColMatrix<T>& features, const AlignmentSpec& spec,
                                           const TargetColumns<T>& targets,
                                           const RowMatrix<double>& z,
                                           const std::vector<Eigen::Index>& columns,
                                           FoldScores& scores) const {
  const TargetStatistics& train = targets.statistics.train;
  const Matrix weights = fit().rotation() * z(Eigen::all, columns);
  const Matrix predicted = WordsAbout(features, test_positions_, fit().train_mean()) * weights;
  Vector observed(predicted.rows());
  for (Eigen::Index c = 0; c < predicted.cols(); ++c) {
    const Eigen::Index target = columns[Size(c)];
    for (Eigen::Index i = 0; i < observed.size(); ++i) {
      observed(i) = static_cast<double>(targets.values(test_positions_[Size(i)], target)) -
                    train.mean(target);
    }
    if (targets.statistics.test.squares(target) > 0) {
      scores.score(target) =
          ScoreOfWords(spec.metric, observed, predicted.col(c), targets.origin(target));
    }
    scores.error_bound(target) = 0;
  }
}

template <typename T>
void RegressionByTarget<T>::BoundByDerivatives(const AlignmentSpec& spec,
                                               const TargetColumns<T>& targets, const Cross& cross,
                                               const Solution& solution, FoldScores& scores) const {
  const TargetStatistics& test = targets.statistics.test;
  const HeldOutSums& sums = scores.held_out;
  const Eigen::ArrayXd size =
      ((spec.metric == Metric::kR2 ? test.squares : sums.squares) / test.count).sqrt();
  const Eigen::ArrayXd error = rounding_.PredictionError(cross.scale, scores.alphas.index);
  std::vector<Eigen::Index> listed;
  for (Eigen::Index target = 0; target < size.size(); ++target) {
    if (error(target) > kSmallShare * size(target)) listed.push_back(target);
  }
  if (listed.empty()) return;
  const auto of = [&](const TargetStatistics& all) {
    return TargetStatistics{all.count, all.mean(listed), all.squares(listed)};
  };
  std::vector<double> alphas;
  for (const Eigen::Index target : listed) {
    alphas.push_back(spec.alphas[Size(scores.alphas.index[Size(target)])]);
  }
  const Eigen::ArrayXd deviation =
      ScoreDeviation(spec.metric, fit(), errors_,
                     {std::move(alphas),
                      solution(Eigen::all, listed),
                      cross.test(Eigen::all, listed),
                      {sums.squares(listed), sums.products(listed), sums.shift(listed)},
                      of(targets.statistics.train),
                      of(test),
                      targets.origin(listed)});
  for (std::size_t c = 0; c < listed.size(); ++c) {
    double& bound = scores.error_bound(listed[c]);
    const double found = kRoundoffs * cross.scale(listed[c]) * deviation(Eigen::Index(c));
    if (!(found <= bound)) bound = found;
  }
}

template <typename T>
void RegressionByTarget<T>::Bound(const AlignmentSpec& spec, const TargetColumns<T>& targets,
                                  const Cross& cross, const Solution& solution,
                                  FoldScores& scores) const {
  scores.error_bound = rounding_.ScoreErrorBound(
      spec.metric, cross.scale, scores.alphas.index, solution.data(),
      {scores.held_out, targets.statistics.train, targets.statistics.test, targets.origin});
  if constexpr (std::is_same_v<T, float>) {
    if (errors_.of_sums) BoundByDerivatives(spec, targets, cross, solution, scores);
    BoundInSingle(spec.metric, targets, scores);
  } else {
    std::vector<Eigen::Index> inexact;
    for (Eigen::Index target = 0; target < scores.score.size(); ++target) {
      if (predicts_words_ || scores.error_bound(target) > kVisibleError ||
          ErrorOfSquares(targets.statistics.test, target) > kVisibleError ||
          IsBeyond(spec.metric, scores.score(target), kNearlyOne)) {
        inexact.push_back(target);
      }
    }
    if (!inexact.empty()) {
      ScoreFromWords(*cross.features, spec, targets, solution, inexact, scores);
    }
  }
}

template class RegressionByTarget<float>;
template class RegressionByTarget<double>;

}  // namespace brainalign
